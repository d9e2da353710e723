/** Work that is done again and again in the background: at an interval, sooner when woken, never twice at once. */
export interface Loop {
  start(): void
  wake(): void
  /** Waits for a run under way; none starts afterwards. */
  stop(): Promise<void>
}

/**
 * Makes a loop. An error is told to `onError` and the next run waits, doubling from 100 ms up to 5 s, so that a
 * dependency that is down is neither hammered nor forgotten.
 */
export function createLoop(options: {
  run: () => Promise<unknown>
  interval_ms: number
  onError: (error: unknown) => void
}): Loop {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let started = false
  let again = false
  let failures = 0

  function schedule(delay_ms: number) {
    clearTimeout(timer)
    timer = setTimeout(tick, delay_ms)
  }
  function tick() {
    if (!started || running) return
    again = false
    running = options
      .run()
      .then(
        () => {
          failures = 0
        },
        error => {
          failures++
          options.onError(error)
        },
      )
      .finally(() => {
        running = undefined
        if (!started) return
        const backoff = failures > 0 ? Math.min(5000, 50 * 2 ** failures) : options.interval_ms
        schedule(again && failures === 0 ? 0 : backoff)
      })
  }
  return {
    start() {
      if (started) return
      started = true
      schedule(0)
    },
    wake() {
      if (!started) return
      if (running) again = true
      else if (failures === 0) schedule(0)
    },
    async stop() {
      started = false
      clearTimeout(timer)
      await running
    },
  }
}
