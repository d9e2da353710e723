import { createClient } from '@redis/client'
import { type Counters, decide } from './rate-limit.ts'

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
