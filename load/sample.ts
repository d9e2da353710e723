/** What one measurement found. Times in milliseconds. */
export interface Sample {
  per_second: number
  p50_ms: number
  p95_ms: number
  p99_ms: number
  errors: number
}

const round = (n: number) => Math.round(n * 100) / 100

export function percentilesOf(times: number[]): Pick<Sample, 'p50_ms' | 'p95_ms' | 'p99_ms'> {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (q: number) => round(sorted[Math.floor(sorted.length * q)] ?? 0)
  return { p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99) }
}

export const median = (list: readonly number[]): number =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN
