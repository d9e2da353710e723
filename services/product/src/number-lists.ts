/**
 * A short list of numbers for each of many things, all of them in one array: to count what thirty thousand lists have is to
 * read along it. Pure.
 */
export function createNumberLists() {
  let starts = new Uint32Array(256)
  let lengths = new Uint32Array(256)
  let pool = new Uint32Array(1024)
  let used = 0
  /** Of those, numbers of lists that were given up. */
  let lost = 0

  /** An array at least so long, with what the other has. */
  const roomFor = (length: number, array: Uint32Array<ArrayBuffer>) => {
    if (length <= array.length) return array
    const larger = new Uint32Array(Math.max(length, array.length * 2))
    larger.set(array)
    return larger
  }

  /** Leaves out what was lost, once that is half of it. */
  function tidy(): void {
    if (lost * 2 < used) return
    const tidied = new Uint32Array(pool.length)
    let end = 0
    for (let n = 0; n < starts.length; n++) {
      const list = pool.subarray(starts[n]!, starts[n]! + lengths[n]!)
      tidied.set(list, end)
      starts[n] = end
      end += list.length
    }
    pool = tidied
    used = end
    lost = 0
  }

  return {
    set(n: number, list: readonly number[]): void {
      starts = roomFor(n + 1, starts)
      lengths = roomFor(n + 1, lengths)
      lost += lengths[n]!
      lengths[n] = 0
      tidy()
      pool = roomFor(used + list.length, pool)
      pool.set(list, used)
      starts[n] = used
      lengths[n] = list.length
      used += list.length
    },
    hasOne(of: number, numbers: ReadonlySet<number>): boolean {
      const start = starts[of]!
      for (let at = start; at < start + lengths[of]!; at++) if (numbers.has(pool[at]!)) return true
      return false
    },
    /** Adds to `counts` how often each number is in the lists of these, and answers which are. `counts` has room for all. */
    count(those: Uint32Array, counts: Uint32Array): number[] {
      const seen: number[] = []
      for (let i = 0; i < those.length; i++) {
        const start = starts[those[i]!]!
        const end = start + lengths[those[i]!]!
        for (let at = start; at < end; at++) {
          const number = pool[at]!
          if (counts[number] === 0) seen.push(number)
          counts[number]!++
        }
      }
      return seen
    },
  }
}
