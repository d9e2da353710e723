import { randomUUID } from 'node:crypto'
import { withContext } from './context.ts'

/** Work that is done again and again in the background: at an interval, sooner when woken, never twice at once. */
export interface Loop {
  /** The first run is after so long, at once unless told, or when woken. */
  start(first_ms?: number): void
  wake(): void
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
  let again = false
  /** The next run is due as soon as may be. Waking it once more must not put it off: many wakers would keep it from ever running. */
  let soon = false
  let failures = 0
  const least_ms = options.gather_ms ?? 0
  let gather_ms = least_ms

  function schedule(delay_ms: number) {
    clearTimeout(timer)
    soon = delay_ms <= gather_ms
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
    soon = false
    if (!started || running) return
    again = false
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
        const backoff = failures > 0 ? Math.min(5000, 50 * 2 ** failures) : options.interval_ms
        schedule(again && failures === 0 ? gather_ms : backoff)
      })
  }
  return {
    start(first_ms = 0) {
      if (started) return
      started = true
      schedule(first_ms)
    },
    wake() {
      if (!started) return
      if (running) again = true
      else if (failures === 0 && !soon) schedule(gather_ms)
    },
    async stop() {
      started = false
      clearTimeout(timer)
      await running
    },
  }
}
