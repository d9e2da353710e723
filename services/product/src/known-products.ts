import type { Product } from '@shopfleet/contracts'
import type { CatalogueState } from './memory-store.ts'

/**
 * Products as they were last read, each with the version of its row: who is told ids and versions by a statement need not
 * read the rest again. Nothing here can be out of date: a row that changed has another version, and is read anew. All of
 * it is forgotten when the tree of categories changed, whose names products carry.
 */

export interface KnownProduct {
  version: string
  product: Product
  /** How the catalogue stood when the version was last found to be so, or earlier. */
  at?: CatalogueState
  /** The product as JSON, made when it was first needed. */
  json?: string
}

/** A kilobyte or two each. */
const most = 5000

export function createKnownProducts() {
  const known = new Map<string, KnownProduct>()
  let tree: string | undefined
  return {
    /** What was read last, whether or not it still is so. */
    get: (id: string): KnownProduct | undefined => known.get(id),
    /** What is known by this version; undefined if it must be read. */
    find(id: string, version: string): KnownProduct | undefined {
      const one = known.get(id)
      return one?.version === version ? one : undefined
    },
    /** Keeps what was read together with this tree, unless another has been seen since. */
    keep(one: KnownProduct, read: string): void {
      if (read !== tree) return
      const { id } = one.product
      // Whoever was kept longest makes room: those that are asked for come back by the next question.
      if (known.size >= most && !known.has(id)) known.delete(known.keys().next().value!)
      known.set(id, one)
    },
    /** Tells which tree of categories the versions come from. */
    see(version: string): void {
      if (tree !== version) known.clear()
      tree = version
    },
  }
}
export type KnownProducts = ReturnType<typeof createKnownProducts>
