import { randomUUID } from 'node:crypto'
import { withContext } from './context.ts'

/** Work that is done again and again in the background: at an interval, sooner when woken, never twice at once. */
export interface Loop {
  /** The first run is after so long, at once unless told, or when woken. */
  start(first_ms?: number): void
  /** The next run is within so long: as soon as may be unless told, and never later than it is due already. */
  wake(within_ms?: number): void
  /** Waits for a run under way; none starts afterwards. */
  stop(): Promise<void>
}

/**
 * Makes a loop. An error is told to `onError` and the next run waits, doubling from 100 ms up to 5 s, so that a
 * dependency that is down is neither hammered nor forgotten. Each run has a context of its own: whoever woke it, its
 * deadline and correlation id are not the run's.
 */
export function createLoop(options: {
  run: () => Promise<unknown>
  interval_ms: number
  /**
   * How long a waking waits for others, so that one run does the work of many: what it costs each is shared. Longer where
   * runs take long, up to `gather_most_ms`: there is much to do then, and most of it is not here.
   */
  gather_ms?: number
  gather_most_ms?: number
  onError: (error: unknown) => void
}): Loop {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let started = false
  /** Woken during a run: another follows within so long. */
  let again_ms = Number.POSITIVE_INFINITY
  /** Waking must not put off what is due: many wakers would keep it from ever running. */
  let due_ms = Number.POSITIVE_INFINITY
  let failures = 0
  const least_ms = options.gather_ms ?? 0
  let gather_ms = least_ms

  function schedule(delay_ms: number) {
    clearTimeout(timer)
    due_ms = performance.now() + delay_ms
    timer = setTimeout(tick, delay_ms)
  }
  function told(error: unknown) {
    failures++
    try {
      options.onError(error)
    } catch {
      // Who is told cannot help; the loop goes on.
    }
  }
  function tick() {
    if (!started || running) return
    again_ms = Number.POSITIVE_INFINITY
    const began_ms = performance.now()
    const context = { correlation_id: randomUUID(), traceparent: null, deadline: undefined }
    running = withContext(context, async () => options.run())
      .then(() => {
        failures = 0
      }, told)
      .finally(() => {
        running = undefined
        const took_ms = performance.now() - began_ms
        gather_ms = Math.max(least_ms, Math.min(options.gather_most_ms ?? least_ms, 3 * took_ms))
        if (!started) return
        const next_ms = Math.min(options.interval_ms, Math.max(gather_ms, again_ms))
        schedule(failures > 0 ? Math.min(5000, 50 * 2 ** failures) : next_ms)
      })
  }
  return {
    start(first_ms = 0) {
      if (started) return
      started = true
      schedule(first_ms)
    },
    wake(within_ms = 0) {
      if (!started) return
      const delay_ms = Math.max(gather_ms, within_ms)
      if (running) again_ms = Math.min(again_ms, within_ms)
      else if (failures === 0 && performance.now() + delay_ms < due_ms) schedule(delay_ms)
    },
    async stop() {
      started = false
      clearTimeout(timer)
      await running
    },
  }
}
