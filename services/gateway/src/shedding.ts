import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isCacheableRead, type Operation, Unavailable } from '@shopfleet/contracts'

/**
 * When more comes in than can be done, some of it is refused at once so that the rest is done in time. Two signs: how many
 * requests are under way, and how late the event loop is. Who is paying is refused last.
 */

type Class = 'bulk' | 'browse' | 'usual' | 'checkout'

/** The part of the whole capacity that may be in use for a class to be let in. */
const shares: Record<Class, number> = { bulk: 0.5, browse: 0.6, usual: 0.8, checkout: 1 }
const sample_ms = 100

export const classOf = (operation: Operation): Class =>
  operation.load ?? (isCacheableRead(operation) ? 'browse' : 'usual')

export function createShedder(options: {
  /** Requests under way at once at most, over all services. */
  max_in_flight: number
  /** Milliseconds the event loop may be late before even checkouts are refused. */
  max_delay_ms: number
  onShed: (kind: Class) => void
  /** The event loop's lateness in milliseconds, in tests. */
  delay?: () => number
}) {
  const histogram = options.delay ? undefined : monitorEventLoopDelay({ resolution: 10 })
  histogram?.enable()
  let delay_ms = 0
  let in_flight = 0
  const timer = setInterval(() => {
    // The mean of the last while: one long garbage collection is no overload.
    delay_ms = options.delay ? options.delay() : Math.max(0, (histogram!.mean || 0) / 1e6 - 10)
    histogram?.reset()
  }, sample_ms).unref()

  return {
    /** Throws `Unavailable` at once if the request is one too many; otherwise answers what to call when it has ended. */
    enter(operation: Operation): () => void {
      const kind = classOf(operation)
      const used = Math.max(in_flight / options.max_in_flight, delay_ms / options.max_delay_ms)
      if (used >= shares[kind]) {
        options.onShed(kind)
        throw new Unavailable('gateway', { cause: new Error('more requests than can be answered in time') })
      }
      in_flight++
      let ended = false
      return () => {
        if (!ended) in_flight--
        ended = true
      }
    },
    inFlight: () => in_flight,
    close() {
      clearInterval(timer)
      histogram?.disable()
    },
  }
}
export type Shedder = ReturnType<typeof createShedder>
