import type { Bus, Delivery } from './bus.ts'

const batchSize = 500
/** How long what was read is kept: for the listener that waits longest for company, and as long again. */
const kept_ms = 3000
/** Of a topic at most. Who lags behind more reads for itself. */
const keptMost = 1000

/** What was read of a topic, all of it, from a place on to where the log ended a moment ago. */
function createWindow(bus: Bus, topic: string, begin: number) {
  /** The place behind which nothing is missing. */
  let after = begin
  const kept: (Delivery & { read_ms: number })[] = []
  /** What was on the log at this moment is here. */
  let asOf_ms = Number.NEGATIVE_INFINITY
  let reading: Promise<boolean> | undefined
  let isOver = false

  /** Answers whether it came to the end of the log. */
  async function readOn(): Promise<boolean> {
    const began_ms = performance.now()
    const last = kept.at(-1)
    // With the last one once more: where that is not at its place any longer, the log was set back.
    const found = await bus.read(topic, last ? last.position - 1 : after, batchSize)
    const isEnd = found.length < batchSize
    if (last && found.shift()?.message.id !== last.message.id) isOver = true
    if (isOver) return isEnd
    for (const delivery of found) kept.push({ ...delivery, read_ms: began_ms })
    if (isEnd) asOf_ms = began_ms
    dropOld(began_ms)
    return isEnd
  }
  function dropOld(now_ms: number): void {
    let old = Math.max(0, kept.length - keptMost)
    while (old < kept.length - 1 && kept[old]!.read_ms < now_ms - kept_ms) old++
    if (old === 0) return
    after = kept[old - 1]!.position
    kept.splice(0, old)
  }

  return {
    isOver: () => isOver,
    /** What came after a position until a moment, at least; undefined where that is not known here. */
    async read(position: number, limit: number, until_ms: number): Promise<Delivery[] | undefined> {
      for (;;) {
        if (isOver || position < after) return undefined
        const from = kept.findLastIndex(delivery => delivery.position <= position) + 1
        if (kept.length - from >= limit || asOf_ms >= until_ms) return kept.slice(from, from + limit)
        reading ??= readOn().finally(() => {
          reading = undefined
        })
        const isEnd = await reading
        // It was begun by one that lags far behind this one, who should not wait for it.
        if (!isEnd && (kept.at(-1)?.position ?? after) < position) isOver = true
      }
    },
  }
}

/**
 * A bus for several listeners of one process: what one of them has read of a topic is kept for a moment for the others, so
 * that they read it from the log once and not each for itself. Those at the end of a topic share; one that lags behind reads
 * for itself. They get the same messages: nobody changes anything in one.
 */
export function shareReads(bus: Bus): Bus {
  const windows = new Map<string, ReturnType<typeof createWindow>>()

  async function readOf(topic: string, after: number, limit: number, names: string[], asOf_ms?: number) {
    let shared: Delivery[] | undefined
    if (asOf_ms !== undefined) {
      let window = windows.get(topic)
      if (!window || window.isOver()) {
        window = createWindow(bus, topic, after)
        windows.set(topic, window)
      }
      // Who was told long ago, and could not read, does not know what has become of the log since.
      shared = await window.read(after, limit, Math.max(asOf_ms, performance.now() - kept_ms))
    }
    if (!shared) return bus.readOf ? bus.readOf(topic, after, limit, names) : bus.read(topic, after, limit)
    return shared.map(({ position, message }) => ({
      position,
      message: names.includes(message.name) ? message : null,
    }))
  }
  return { ...bus, readOf }
}
