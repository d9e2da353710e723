import type { EventMessage, ServiceName } from '@shopfleet/contracts'
import type { Bus } from './bus.ts'
import { createLoop, type Loop } from './loop.ts'

const batchSize = 500

export interface Tail {
  /** Hears what is said from now on. A bus that is away is waited for in the background. */
  start(): void
  /** Hears everything that is on the bus now. Answers how many events. */
  drain(): Promise<number>
  stop(): Promise<void>
}

/**
 * Hears the events of some topics as they come, for what is kept in memory: every instance hears all of them, in the
 * order of each topic, and nothing is written down about how far it came. Usually once, but what it misses while the bus
 * cannot be read it hears later, and after `missed` nothing from before may be relied on: it is called at the first
 * connection, and where the log was set back.
 */
export function createTail(options: {
  bus: Pick<Bus, 'read' | 'listen' | 'highest'>
  topics: readonly ServiceName[]
  /** Must not throw. */
  heard: (message: EventMessage, position: number) => void
  /** The topic is heard from after this position on. */
  missed?: (topic: ServiceName, position: number) => void
  /** After which position a topic is heard at first; its end, unless this says. */
  begin?: (topic: ServiceName) => Promise<number>
  onError: (error: unknown) => void
  poll_ms?: number
}): Tail {
  const { bus, heard } = options
  const positions = new Map<string, number>()
  const running = new Map<string, Promise<number>>()
  let listening: Promise<() => void> | undefined
  let stopping = false

  /** Where to go on: the beginning, at first and wherever the log is shorter than what was read of it. */
  async function placeIn(topic: ServiceName): Promise<number> {
    const known = positions.get(topic)
    const highest = await bus.highest?.(topic)
    if (known !== undefined && (highest === undefined || known <= highest)) return known
    const place = (await options.begin?.(topic)) ?? highest ?? 0
    positions.set(topic, place)
    options.missed?.(topic, place)
    return place
  }

  async function readTopic(topic: ServiceName): Promise<number> {
    let read = 0
    let from = positions.get(topic) ?? (await placeIn(topic))
    for (;;) {
      const batch = await bus.read(topic, from, batchSize)
      for (const { position, message } of batch) {
        from = position
        positions.set(topic, position)
        heard(message, position)
      }
      read += batch.length
      if (batch.length === batchSize && !stopping) continue
      if (read > 0 || stopping) return read
      // Nothing new, or another log: only then it is worth asking how far this one goes.
      const place = await placeIn(topic)
      if (place === from) return read
      from = place
    }
  }

  /** Once for all topics, whichever asks first; one that failed is tried anew. */
  function listen(): Promise<() => void> {
    listening ??= bus
      .listen(grown => {
        for (const [name, loop] of loops) if (grown === name || grown === '*') loop.wake()
      })
      .catch(error => {
        listening = undefined
        throw error
      })
    return listening
  }

  function drainTopic(topic: ServiceName): Promise<number> {
    const run = running.get(topic) ?? readTopic(topic).finally(() => running.delete(topic))
    running.set(topic, run)
    return run
  }

  const loops = new Map<string, Loop>(
    options.topics.map(topic => [
      topic,
      createLoop({
        interval_ms: options.poll_ms ?? 2000,
        onError: options.onError,
        async run() {
          await listen()
          await drainTopic(topic)
        },
      }),
    ]),
  )

  return {
    start() {
      for (const loop of loops.values()) loop.start()
    },
    async drain() {
      let read = 0
      for (const topic of options.topics) {
        await running.get(topic)?.catch(() => {})
        read += await drainTopic(topic)
      }
      return read
    },
    async stop() {
      stopping = true
      await Promise.all([...loops.values()].map(loop => loop.stop()))
      const unlisten = await listening?.catch(() => undefined)
      unlisten?.()
    },
  }
}
