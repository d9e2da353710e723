import { type Counters, decide, type Limit, type Verdict } from './rate-limit.ts'

/** Callers remembered at most. Whoever asks from more addresses than that drives out the oldest, not the memory. */
const maxKeys = 200_000

/** Counters of this process alone. */
export function createLocalCounters(now: () => number) {
  // Two generations: what was not asked for in a whole one is forgotten without looking through them.
  let young = new Map<string, number>()
  let old = new Map<string, number>()
  return {
    take(key: string, limit: Limit) {
      const id = `${limit.name} ${key}`
      const { tat, verdict } = decide(limit, young.get(id) ?? old.get(id), now())
      young.set(id, tat)
      if (young.size >= maxKeys / 2) {
        old = young
        young = new Map()
      }
      return verdict
    },
  } satisfies Counters
}

/** Counts where the gateways share their counters, and by itself while those cannot be reached. */
export function createRateLimiter(options: {
  shared?: Counters
  now: () => number
  onFallback: (error: unknown) => void
}) {
  const local = createLocalCounters(options.now)
  const { shared } = options
  return {
    async take(key: string, limit: Limit): Promise<Verdict> {
      if (!shared) return local.take(key, limit)
      try {
        return await shared.take(key, limit)
      } catch (error) {
        options.onFallback(error)
        return local.take(key, limit)
      }
    },
    async close() {
      await shared?.close?.()
    },
  }
}
export type RateLimiter = ReturnType<typeof createRateLimiter>
