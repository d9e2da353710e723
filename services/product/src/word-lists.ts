import { matchBytes } from './memory-store.ts'
import type { ProductNumbers } from './product-numbers.ts'

/** What a word matches as numbers of products, and putting such lists together. Pure. */

export interface WordList {
  products: Uint32Array
  /** How well each fits */
  ranks: Float32Array
}

/** A list as the database hands it out. */
export function readList(matches: Buffer, numbers: ProductNumbers): WordList {
  const count = matches.length / matchBytes
  const list = { products: new Uint32Array(count), ranks: new Float32Array(count) }
  for (let i = 0; i < count; i++) {
    list.products[i] = numbers.numberAt(matches, i * matchBytes)
    list.ranks[i] = matches.readFloatBE(i * matchBytes + 16)
  }
  return list
}

/** The list with what these products are now: those of them that `now` does not have are not in it any more. */
export function mend(list: WordList, changed: ReadonlySet<number>, now: WordList): WordList {
  const kept: number[] = []
  for (let i = 0; i < list.products.length; i++) if (!changed.has(list.products[i]!)) kept.push(i)
  const count = kept.length + now.products.length
  const mended = { products: new Uint32Array(count), ranks: new Float32Array(count) }
  for (const [i, place] of kept.entries()) {
    mended.products[i] = list.products[place]!
    mended.ranks[i] = list.ranks[place]!
  }
  mended.products.set(now.products, kept.length)
  mended.ranks.set(now.ranks, kept.length)
  return mended
}

export interface Together {
  products: Uint32Array
  /** How well each fits: the words' fits added up in the order of the words, as a statement adds them. */
  ranks: Float64Array
}

/** Puts lists together, of products with numbers below `size`; the arrays it needs for that are made once. */
export function createJoin() {
  let sums = new Float64Array(0)
  let hits = new Uint8Array(0)
  /** What all of the lists have, or any of them. */
  return function join(lists: readonly WordList[], any: boolean, size: number): Together {
    if (sums.length < size) {
      sums = new Float64Array(size * 2)
      hits = new Uint8Array(size * 2)
    }
    for (const { products, ranks } of lists) {
      for (let i = 0; i < products.length; i++) {
        sums[products[i]!]! += ranks[i]!
        hits[products[i]!]!++
      }
    }
    const wanted = any ? 1 : lists.length
    const within = any ? lists : [lists.reduce((a, b) => (b.products.length < a.products.length ? b : a))]
    const most = within.reduce((sum, { products }) => sum + products.length, 0)
    const found = { products: new Uint32Array(most), ranks: new Float64Array(most) }
    let count = 0
    for (const { products } of within) {
      for (let i = 0; i < products.length; i++) {
        const product = products[i]!
        if (hits[product]! < wanted) continue
        found.products[count] = product
        found.ranks[count++] = sums[product]!
        // Of several lists that have it the first is enough.
        hits[product] = 0
      }
    }
    for (const { products } of lists) {
      for (let i = 0; i < products.length; i++) {
        sums[products[i]!] = 0
        hits[products[i]!] = 0
      }
    }
    return { products: found.products.subarray(0, count), ranks: found.ranks.subarray(0, count) }
  }
}
