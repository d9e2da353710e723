import { createClient } from '@redis/client'
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

/** The same decision where the moment is kept, by the clock of the server: the gateways' own clocks may differ. */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local from = math.max(tonumber(redis.call('GET', KEYS[1])) or now, now)
local next = from + interval
if next - now <= burst + 0.001 then
  redis.call('SET', KEYS[1], string.format('%.3f', next), 'PX', math.ceil(next - now) + 1000)
end
return string.format('%.3f', from - now)`

/** A shared counter that answers later than this is as good as none: the request is waiting for it. */
const patience_ms = 100

/** Counters in Redis or Valkey, shared by all gateways. Throws where it does not answer in time. */
export function connectSharedCounters(url: string, onError: (error: unknown) => void) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 1000, reconnectStrategy: tries => Math.min(2000, 50 * 2 ** Math.min(tries, 6)) },
  })
  client.on('error', onError)
  // Goes on trying until it is closed; a gateway does not wait for it.
  client.connect().catch(onError)
  return {
    async take(key, limit) {
      if (!client.isReady) throw new Error('the shared counters are not connected')
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer in ${patience_ms} ms`)), patience_ms)
      })
      const burst = limit.window_s * 1000
      const asked = client.eval(script, {
        keys: [`shopfleet:limit:${limit.name}:${key}`],
        arguments: [String(burst / limit.quota), String(burst)],
      })
      try {
        return decide(limit, Number(await Promise.race([asked, late])), 0).verdict
      } finally {
        clearTimeout(timer)
        // The one that came too late has nobody to tell.
        Promise.resolve(asked).catch(() => {})
      }
    },
    async close() {
      client.destroy()
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
