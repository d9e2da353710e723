import { orderPlaced, productUpdated, type ServiceName, stockChanged } from '@shopfleet/contracts'
import { type Bus, createTail } from '@shopfleet/messaging'
import { type Notice, noticesOf } from './notices.ts'

/** What is told on sockets, by who says it. */
const topics: ServiceName[] = [orderPlaced.service, stockChanged.service, productUpdated.service]

const readyPatience_ms = 2000

/** A place in each topic. */
export type Places = ReadonlyMap<string, number>

interface Entry {
  position: number
  notices: Notice[]
}

/** The last events of one topic, oldest first. */
interface Recent {
  /** What lies at this position or before it is not here. */
  from: number
  to: number
  entries: Entry[]
}

function parse(positions: readonly string[]): Places {
  const places = new Map<string, number>()
  for (const position of positions) {
    const at = position.lastIndexOf(':')
    places.set(position.slice(0, at), Number(position.slice(at + 1)))
  }
  return places
}

export const formatPlaces = (places: Places): string[] => [...places].map(([topic, position]) => `${topic}:${position}`)

/**
 * The log of events as this process tells it: read once for all sockets, made into messages once, and the last of each
 * topic kept for those that come back. Within a topic events become visible in order of their position (see the bus), so
 * `everything after` misses none; between topics there is no order, and nobody is told one.
 */
export function createFeed(options: {
  bus: Bus
  /** Events kept of each topic. */
  replay: number
  /** Something happened: tell who follows it. */
  onNotice: (notice: Notice) => void
  /** Places given out before mean nothing any more. */
  onSetBack: () => void
  onError: (error: unknown) => void
  poll_ms?: number
}) {
  const { bus, replay } = options
  const recents = new Map<string, Recent>()
  /** The last of what is told about a product, by what would collapse it. */
  const latest = new Map<string, Notice>()
  const found = Promise.withResolvers<true>()

  function keep(recent: Recent, entry: Entry): void {
    recent.entries.push(entry)
    for (const notice of entry.notices) if (notice.collapse) latest.set(notice.collapse, notice)
    // In one go now and then: taking off the first of an array moves all others.
    if (recent.entries.length < replay * 1.25) return
    const dropped = recent.entries.splice(0, recent.entries.length - replay)
    recent.from = dropped.at(-1)!.position
    for (const notice of dropped.flatMap(({ notices }) => notices)) {
      if (notice.collapse && latest.get(notice.collapse) === notice) latest.delete(notice.collapse)
    }
  }

  const tail = createTail({
    bus,
    topics,
    begin: async topic => (await bus.before?.(topic, replay)) ?? (await bus.highest?.(topic)) ?? 0,
    missed(topic, position) {
      const wasKnown = recents.has(topic)
      recents.set(topic, { from: position, to: position, entries: [] })
      if (recents.size === topics.length) found.resolve(true)
      if (!wasKnown) return
      latest.clear()
      options.onSetBack()
    },
    heard(message, position) {
      const recent = recents.get(message.service)!
      recent.to = position
      const notices = noticesOf(message, `${message.service}:${position}`)
      if (notices.length === 0) return
      keep(recent, { position, notices })
      for (const notice of notices) options.onNotice(notice)
    },
    onError: options.onError,
    poll_ms: options.poll_ms,
  })

  const isAhead = (places: Places) => [...recents].some(([topic, { to }]) => places.get(topic)! > to)
  const isKnown = (places: Places) => topics.every(topic => places.get(topic)! >= recents.get(topic)!.from)

  return {
    start: tail.start,
    drain: tail.drain,
    stop: tail.stop,
    /** Whether every topic has been found on the bus; waits a little for it, for who comes as soon as the gateway listens. */
    async isReady(): Promise<boolean> {
      if (recents.size === topics.length) return true
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<false>(resolve => {
        timer = setTimeout(resolve, readyPatience_ms, false)
      })
      return Promise.race([found.promise, late]).finally(() => clearTimeout(timer))
    },
    /** How far each topic has been told. */
    places: (): Places => new Map([...recents].map(([topic, { to }]) => [topic, to])),
    /**
     * The places a client resumes from; undefined where not everything since is known here. Another gateway may have told
     * it more than this one has read: then this one reads on first.
     */
    async resumeFrom(positions: readonly string[]): Promise<Places | undefined> {
      const places = parse(positions)
      if (topics.some(topic => !places.has(topic))) return undefined
      if (isAhead(places)) await tail.drain()
      return isAhead(places) || !isKnown(places) ? undefined : places
    },
    /** What was told of these keys after places that are known here, oldest first within a topic; undefined for more than `most`. */
    since(places: Places, keys: ReadonlySet<string>, most: number): Notice[] | undefined {
      const found: Notice[] = []
      for (const [topic, { entries, to }] of recents) {
        const from = places.get(topic)!
        if (from >= to) continue
        for (let i = firstAfter(entries, from); i < entries.length; i++) {
          for (const notice of entries[i]!.notices) {
            if (!notice.keys.some(key => keys.has(key))) continue
            if (found.length === most) return undefined
            found.push(notice)
          }
        }
      }
      return found
    },
    /** The last that is known of a product, if anything was told of it lately. */
    latestOf: (product_id: string): Notice[] =>
      [latest.get(`product:${product_id}`), latest.get(`stock:${product_id}`)].filter(notice => notice !== undefined),
  }
}
export type Feed = ReturnType<typeof createFeed>

/** Where the entries after a position begin. */
function firstAfter(entries: readonly Entry[], position: number): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (entries[middle]!.position <= position) low = middle + 1
    else high = middle
  }
  return low
}
