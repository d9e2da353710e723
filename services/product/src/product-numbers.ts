/**
 * Products by small numbers, given in the order they are first heard of: what is kept for each number lies in arrays, and a
 * product that ten words match is four bytes in each of their lists. A UUID takes sixteen bytes here and eight in the table
 * it is found by; as a text in a Map it would take ten times that. Pure.
 */

const words = 4

export function createProductNumbers() {
  let ids = new Uint32Array(256 * words)
  /** Numbers, each one more, by the last bits of their ids, which are random; 0 is free. Never more than half full. */
  let table = new Int32Array(512)
  let count = 0

  function placeOf(a: number, b: number, c: number, d: number): number {
    for (let place = d & (table.length - 1); ; place = (place + 1) & (table.length - 1)) {
      const n = table[place]!
      if (n === 0) return place
      const at = (n - 1) * words
      if (ids[at + 3] === d && ids[at + 2] === c && ids[at + 1] === b && ids[at] === a) return place
    }
  }

  function grow(): void {
    const larger = new Uint32Array(ids.length * 2)
    larger.set(ids)
    ids = larger
    table = new Int32Array(table.length * 2)
    for (let n = 0; n < count; n++) {
      let place = ids[n * words + 3]! & (table.length - 1)
      while (table[place] !== 0) place = (place + 1) & (table.length - 1)
      table[place] = n + 1
    }
  }

  return {
    get count() {
      return count
    },
    /** Of the id that is written in these bytes; a new one if it has none. */
    numberAt(bytes: Buffer, offset: number): number {
      const [a, b] = [bytes.readUInt32BE(offset), bytes.readUInt32BE(offset + 4)]
      const [c, d] = [bytes.readUInt32BE(offset + 8), bytes.readUInt32BE(offset + 12)]
      if (count * 2 >= table.length) grow()
      const place = placeOf(a, b, c, d)
      if (table[place] === 0) {
        ids.set([a, b, c, d], count * words)
        table[place] = ++count
      }
      return table[place]! - 1
    },
    idOf(n: number): string {
      const [a, b, c, d] = [...ids.subarray(n * words, (n + 1) * words)].map(part => part.toString(16).padStart(8, '0'))
      return `${a}-${b!.slice(0, 4)}-${b!.slice(4)}-${c!.slice(0, 4)}-${c!.slice(4)}${d}`
    },
    /** Whether the id of `a` is less than that of `b`, as PostgreSQL compares them. */
    isLess(a: number, b: number): boolean {
      for (let i = 0; i < words; i++) {
        const [x, y] = [ids[a * words + i]!, ids[b * words + i]!]
        if (x !== y) return x < y
      }
      return false
    },
  }
}
export type ProductNumbers = ReturnType<typeof createProductNumbers>
