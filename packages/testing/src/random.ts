/** Random numbers from a seed: the same seed, the same run. */
export interface Random {
  /** 0 ≤ x < 1 */
  next(): number
  /** Integer, 0 ≤ n < below */
  below(below: number): number
  pick<T>(list: readonly T[]): T
}

/** mulberry32: small, and good enough to choose test cases. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number) => Math.floor(next() * n)
  return { next, below, pick: list => list[below(list.length)]! }
}
