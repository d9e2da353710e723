import type { EventMessage, EventType, PayloadOf } from '@shopfleet/contracts'
import { isUnavailable, type Queryable, type Sql, seeded, type Tx, transaction } from '@shopfleet/database'
import type { Bus, Passing } from './bus.ts'
import { withContext } from './context.ts'
import { createLoop, type Loop } from './loop.ts'

const batchSize = 200
const attempts = 5

/** Awaited around the work on events that are applied together: it hands them on, each with the trace it belongs to. */
export type Traced = (
  messages: EventMessage<any>[],
  work: (messages: EventMessage<any>[]) => Promise<void>,
) => Promise<void>

export interface Handler {
  event: EventType
  /** Applies events of this handler that come in a row. */
  apply: (tx: Tx, messages: EventMessage<any>[], traced?: Traced) => Promise<void>
}

const contextOf = ({ correlation_id, traceparent }: EventMessage) => ({
  correlation_id,
  traceparent,
  deadline: undefined,
})

/**
 * Hears an event. The handler runs in a transaction together with the inbox row and the offset: its effect happens
 * exactly once, whatever is delivered twice. It must have no effect outside `tx`.
 */
export function on<E extends EventType>(
  event: E,
  handle: (tx: Tx, payload: PayloadOf<E>, message: EventMessage<PayloadOf<E>>) => Promise<void>,
): Handler {
  return {
    event,
    async apply(tx, messages, traced) {
      const one = (message: EventMessage<any>) =>
        withContext(contextOf(message), () => handle(tx, message.payload, message))
      for (const message of messages) await (traced ? traced([message], ([same]) => one(same!)) : one(message))
    },
  }
}

/**
 * The same for events of which many come at once: those that follow each other are handed over together, in their order,
 * so that one statement can apply all of them. They run in the name of the first.
 */
export function onMany<E extends EventType>(
  events: readonly E[],
  handleAll: (tx: Tx, payloads: PayloadOf<E>[], messages: EventMessage<PayloadOf<E>>[]) => Promise<void>,
): Handler[] {
  const apply: Handler['apply'] = (tx, messages, traced) => {
    const all = (together: EventMessage<any>[]) =>
      withContext(contextOf(together[0]!), () =>
        handleAll(
          tx,
          together.map(message => message.payload),
          together,
        ),
      )
    return traced ? traced(messages, all) : all(messages)
  }
  return events.map(event => ({ event, apply }))
}

/** An error as a dead letter keeps it: text that PostgreSQL takes, and not without end. */
const textOf = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).replaceAll('\0', '').slice(0, 2000)

/** Another instance, or whoever set the offset back, was first. */
class Overtaken extends Error {}

interface Entry {
  is_parked: boolean
  fresh: string[]
}

export interface Subscription {
  start(): Promise<void>
  /** Applies everything that is on the bus now. Answers how many events were read. */
  drain(): Promise<number>
  /** Applies messages as if they had come from the bus at no particular position (tests and replay use it). */
  apply(messages: EventMessage[]): Promise<void>
  /**
   * Applies the dead letters that are open, oldest first, those of one aggregate in order. Answers how many went
   * through; one that fails again stays, with what waits behind it. With `only`, those of one aggregate.
   */
  replayDeadLetters(only?: { topic: string; aggregate_id: string }): Promise<number>
  stop(): Promise<void>
}

/** Reads the topics its handlers speak of, in order, and applies each event once. */
export function createSubscription(options: {
  sql: Sql
  bus: Bus
  handlers: Handler[]
  onError: (error: unknown, message?: EventMessage) => void
  /** Called after effects were committed; the relay is woken by it. */
  onApplied?: () => void
  poll_ms?: number
  /** How long events wait for others, so that one transaction applies many. For what nobody waits for. */
  gather_ms?: number
  /** What an event that failed waits at first before it is tried again; doubled each time. */
  retry_ms?: number
  traced?: Traced
}): Subscription {
  const { sql, bus, poll_ms = 2000 } = options
  const handlers = new Map(options.handlers.map(handler => [handler.event.name, handler]))
  const topics = [...new Set(options.handlers.map(handler => handler.event.service))]
  const names = [...handlers.keys()]
  const loops = new Map<string, Loop>()
  const offsets = new Map<string, number>()
  /** When it was last told that a topic may have grown, and has not looked since. */
  const told = new Map<string, number>()
  let unlisten: (() => void) | undefined
  let stopping = false

  const idOf = (message: EventMessage) => (seeded('inbox-by-aggregate') ? message.aggregate_id : message.id)
  const isKnown = (message: EventMessage) => handlers.has(message.name)

  /** Runs the handlers of those messages that were not in the inbox, in their order. */
  async function applyFresh(tx: Tx, messages: EventMessage[], fresh: string[]): Promise<void> {
    const unseen = new Set(fresh)
    const left = messages.filter(isKnown).filter(message => unseen.delete(idOf(message)) || seeded('no-inbox'))
    for (let i = 0; i < left.length; ) {
      const { apply } = handlers.get(left[i]!.name)!
      let end = i + 1
      while (end < left.length && handlers.get(left[end]!.name)!.apply === apply) end++
      await apply(tx, left.slice(i, end), options.traced)
      i = end
    }
  }

  /** Applies messages that come from no particular place. */
  async function applyIn(tx: Tx, messages: EventMessage[]): Promise<void> {
    const fresh = await tx<{ event_id: string }[]>`
      insert into inbox (event_id) select distinct unnest(${messages.filter(isKnown).map(idOf)}::uuid[])
      ${seeded('no-inbox') ? tx`limit 0` : tx``}
      on conflict do nothing returning event_id`
    const ids = fresh.map(row => row.event_id)
    await applyFresh(tx, messages, ids)
  }

  /**
   * Moves the offset, but only from where we read: of two instances, one goes on and the other reads again. An offset
   * that is gone was taken away to have everything read again: it is not put back to where this instance was.
   */
  async function moveOffset(on: Queryable, topic: string, from: number, to: number): Promise<void> {
    if (from === 0) await on`insert into consumer_offsets (topic, position) values (${topic}, 0) on conflict do nothing`
    const moved = await on`
      update consumer_offsets set position = ${to} where topic = ${topic} and position = ${from}`
    if (moved.count === 0) throw new Overtaken()
  }

  /**
   * Moves the offset and puts messages into the inbox, in one statement. Answers the ids that were not there, or that an
   * earlier event of one of their aggregates lies among the dead letters: then none is put in, for it waits behind that
   * one. A letter that is being replayed just now is waited for (`for share`): nothing is put behind one that is gone.
   */
  async function enter(tx: Tx, topic: string, from: number, to: number, messages: EventMessage[]): Promise<Entry> {
    if (from === 0) await tx`insert into consumer_offsets (topic, position) values (${topic}, 0) on conflict do nothing`
    const aggregates = [...new Set(messages.map(message => message.aggregate_id))]
    const [entry] = await tx<[Entry & { is_moved: boolean }]>`
      with moved as (
        update consumer_offsets set position = ${to} where topic = ${topic} and position = ${from} returning topic
      ),
      parked as (
        select from dead_letters
        where topic = ${topic} and replayed_at is null and aggregate_id = any(${aggregates}::uuid[]) limit 1 for share
      ),
      fresh as (
        insert into inbox (event_id) select distinct unnest(${messages.filter(isKnown).map(idOf)}::uuid[])
        where exists (select from moved) and not exists (select from parked)
        ${seeded('no-inbox') ? tx`limit 0` : tx``}
        on conflict do nothing returning event_id
      )
      select exists (select from moved) as is_moved, exists (select from parked) as is_parked,
        array(select event_id from fresh) as fresh`
    if (!entry.is_moved) throw new Overtaken()
    return entry
  }

  async function readOffset(topic: string): Promise<number> {
    const [row] = await sql<[{ position: number }?]>`select position from consumer_offsets where topic = ${topic}`
    return row?.position ?? 0
  }

  /** One that was replayed once, and comes again after the inbox has forgotten it, is open again. */
  async function bury(tx: Tx, topic: string, message: EventMessage, error: string, tries: number): Promise<void> {
    await tx`
      insert into dead_letters (topic, event_id, aggregate_id, message, error, attempts)
      values (${topic}, ${message.id}, ${message.aggregate_id}, ${message as never}::jsonb, ${error}, ${tries})
      on conflict (event_id) do update
      set replayed_at = null, outcome = null, message = excluded.message, error = excluded.error, attempts = excluded.attempts
      where dead_letters.replayed_at is not null`
  }

  async function applyOne(topic: string, from: number, { message, position }: Passing): Promise<void> {
    if (!message) return moveOffset(sql, topic, from, position)
    for (let attempt = 1; ; attempt++) {
      try {
        await transaction(sql, async tx => {
          const { is_parked, fresh } = await enter(tx, topic, from, position, [message])
          if (is_parked) await bury(tx, topic, message, 'waits behind an earlier event of the same aggregate', 0)
          else await applyFresh(tx, [message], fresh)
        })
        return
      } catch (error) {
        // A database that is down is no fault of the message: the loop comes back to it.
        if (error instanceof Overtaken || isUnavailable(error)) throw error
        options.onError(error, message)
        if (attempt < attempts) {
          await new Promise(resolve => setTimeout(resolve, (options.retry_ms ?? 40) * 2 ** (attempt - 1)))
          continue
        }
        await transaction(sql, async tx => {
          await moveOffset(tx, topic, from, position)
          await bury(tx, topic, message, textOf(error), attempt)
        })
        return
      }
    }
  }

  /** Answers how far it came: not through all of them if it was told to stop. */
  async function applyBatch(topic: string, from: number, batch: Passing[]): Promise<number> {
    const last = batch.at(-1)!.position
    const messages = batch.map(({ message }) => message).filter(message => message !== null)
    try {
      if (messages.length === 0 || seeded('ack-before-effect')) await moveOffset(sql, topic, from, last)
      if (messages.length === 0) return last
      await transaction(sql, async tx => {
        const at = seeded('ack-before-effect') ? last : from
        const { is_parked, fresh } = await enter(tx, topic, at, last, messages)
        if (is_parked) throw new Error('an aggregate of this batch waits behind a dead letter')
        await applyFresh(tx, messages, fresh)
      })
      return last
    } catch (error) {
      if (error instanceof Overtaken || isUnavailable(error)) throw error
      // One of them is bad: find it by taking them one at a time.
      let at = from
      for (const delivery of batch) {
        if (stopping) break
        await applyOne(topic, at, delivery)
        at = delivery.position
      }
      return at
    }
  }

  /** Those after a place in the queue. New ones may join it behind, while it is worked through. */
  const openLetters = (after: number, only?: { topic: string; aggregate_id: string }) =>
    sql<{ id: number; topic: string; aggregate_id: string; message: EventMessage }[]>`
      select id, topic, aggregate_id, message from dead_letters
      where replayed_at is null and id > ${after}
        ${only ? sql`and topic = ${only.topic} and aggregate_id = ${only.aggregate_id}` : sql``} order by id limit ${batchSize}`

  /** False if another one, at the same time, was first. */
  const replay = (id: number, message: EventMessage) =>
    transaction(sql, async tx => {
      const mine = await tx`
        update dead_letters set replayed_at = now(), outcome = 'replayed', attempts = attempts + 1 where id = ${id} and replayed_at is null`
      if (mine.count === 1) await applyIn(tx, [message])
      return mine.count === 1
    })

  const running = new Map<string, Promise<number>>()
  function drainTopic(topic: string, asOf_ms?: number): Promise<number> {
    let run = running.get(topic)
    if (!run) {
      run = readTopic(topic, asOf_ms).finally(() => running.delete(topic))
      running.set(topic, run)
    }
    return run
  }

  /** All there is, or what there was at a moment. */
  async function readTopic(topic: string, asOf_ms?: number): Promise<number> {
    let read = 0
    for (;;) {
      let from = offsets.get(topic)
      if (from === undefined) {
        from = await readOffset(topic)
        offsets.set(topic, from)
      }
      const batch = bus.readOf
        ? await bus.readOf(topic, from, batchSize, names, asOf_ms)
        : await bus.read(topic, from, batchSize)
      if (batch.length === 0) {
        // Looked up anew next time: whoever restores this database sets its places back, and no event need come to show it.
        offsets.delete(topic)
        return read
      }
      const isLast = batch.length < batchSize
      try {
        offsets.set(topic, await applyBatch(topic, from, batch))
        read += batch.length
        options.onApplied?.()
        if (isLast) return read
      } catch (error) {
        offsets.delete(topic)
        if (!(error instanceof Overtaken)) throw error
      }
      // However much is left: it is there at the next start.
      if (stopping) return read
    }
  }

  /** What it was told of is enough for it, and for a look that nobody asked for what another has seen a moment before. */
  async function look(topic: string): Promise<void> {
    const told_ms = told.get(topic)
    await drainTopic(topic, told_ms ?? performance.now() - poll_ms / 2)
    // Not before: a look that fails is followed by one that must find it. And not what it was told of meanwhile.
    if (told.get(topic) === told_ms) told.delete(topic)
  }

  return {
    async start() {
      stopping = false
      for (const topic of topics) {
        const loop = createLoop({
          run: () => look(topic),
          interval_ms: poll_ms,
          gather_ms: options.gather_ms,
          onError: error => options.onError(error),
        })
        loops.set(topic, loop)
        loop.start()
      }
      if (topics.length === 0) return
      unlisten = await bus.listen(grown => {
        for (const [topic, loop] of loops) {
          if (grown !== topic && grown !== '*') continue
          told.set(topic, performance.now())
          loop.wake()
        }
      })
    },
    async drain() {
      let read = 0
      for (const topic of topics) {
        // Another instance or a test may have set the offset back.
        await running.get(topic)
        offsets.delete(topic)
        read += await drainTopic(topic)
      }
      return read
    },
    async apply(messages) {
      await transaction(sql, tx => applyIn(tx, messages))
      options.onApplied?.()
    },
    async replayDeadLetters(only) {
      let replayed = 0
      const stuck = new Set<string>()
      for (let last = 0, open = await openLetters(last, only); open.length > 0; open = await openLetters(last, only)) {
        for (const { id, topic, aggregate_id, message } of open) {
          last = id
          if (stuck.has(`${topic} ${aggregate_id}`)) continue
          try {
            if (await replay(id, message)) replayed++
          } catch (error) {
            if (isUnavailable(error)) throw error
            options.onError(error, message)
            stuck.add(`${topic} ${aggregate_id}`)
            await sql`update dead_letters set attempts = attempts + 1, error = ${textOf(error)} where id = ${id}`
          }
        }
      }
      if (replayed > 0) options.onApplied?.()
      return replayed
    },
    async stop() {
      stopping = true
      unlisten?.()
      await Promise.all([...loops.values()].map(loop => loop.stop()))
    },
  }
}
