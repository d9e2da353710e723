import type { EventMessage, ServiceName } from '@shopfleet/contracts'
import { type Boundary, type ReservedSql, type Sql, seeded, unhurried } from '@shopfleet/database'
import type { Bus } from './bus.ts'
import { createLoop } from './loop.ts'

const batchSize = 500
/** Events of so long leave together. Under load that saves most of what the bus costs; nobody waits for an event. */
const gather = { gather_ms: 25, gather_most_ms: 100 }
/** What is not known to be needed waits so long at most: a look after several that found nothing, a delete. */
const patience_ms = 250
/** What a relay that is told to stop still takes for handing over; the rest waits in the outbox for the next start. */
const lastMinute_ms = 2000
/** Advisory lock: one relay at a time per database, so that batches cannot overtake each other. */
const relayLock = 811_001

export interface Relay {
  start(): void
  /** Something may have been published: relay soon. */
  wake(): void
  /** Hands over everything that is in the outbox now. Answers how many events. */
  drain(): Promise<number>
  stop(): Promise<void>
}

/**
 * Carries the outbox to the bus: at least once, in order per aggregate. It takes whatever is unsent (never
 * `seq > last`: sequences commit out of order), appends it, and only then deletes it, in the statement that looks for
 * more. The lock and every statement use one connection, so losing it ends the lease with the work; no transaction is
 * open while the bus is called.
 */
export function createRelay(options: {
  sql: Sql
  bus: Bus
  service: ServiceName
  onError: (error: unknown) => void
  poll_ms?: number
  /** Awaited before and after events are handed to the bus, in crash tests. */
  boundary?: Boundary
  /** Told of events that are on the bus now; at times once more than they are. */
  onSent?: (messages: EventMessage[]) => void
}): Relay {
  const { sql, bus, service, boundary } = options
  let leased: ReservedSql | undefined
  let running: Promise<number> | undefined
  let next: Promise<number> | undefined
  let stopBy_ms = Number.POSITIVE_INFINITY
  let last = 0
  /** On the bus, and still in the outbox. Where this is lost they are handed over once more, and the bus knows them. */
  let handed: number[] = []
  /** How many looks in a row found nothing, though somebody had woken each. */
  let inVain = 0
  let isWoken = false

  async function lease(): Promise<ReservedSql | undefined> {
    if (leased) return leased
    const connection = await sql.reserve()
    try {
      const [row] = await connection<[{ granted: boolean }]>`select pg_try_advisory_lock(${relayLock}) as granted`
      if (row.granted) leased = connection
    } finally {
      if (!leased) connection.release()
    }
    return leased
  }

  /** The pool gets the connection back, so it must not hold the lock any longer. On one that is dead this fails at once. */
  async function release(): Promise<void> {
    const connection = leased
    leased = undefined
    handed = []
    if (!connection) return
    await connection`select pg_advisory_unlock_all()`.catch(() => {})
    connection.release()
  }

  const forget = (connection: ReservedSql, seqs: number[]) => connection`
    delete from outbox where seq = any(${seqs}::bigint[]) and ${unhurried(connection)}`

  /** Forgets what was handed over and looks for more, which does not see the delete beside it: it leaves those out itself. */
  function forgetAndLook(connection: ReservedSql) {
    const forgetting = handed.length > 0 ? connection`with gone as (${forget(connection, handed)})` : connection``
    return connection<({ seq: number } & EventMessage)[]>`
      ${forgetting}
      select seq, event_id as id, name, version, ${service} as service, aggregate_id, payload, correlation_id,
             traceparent, occurred_at
      from outbox where seq <> all(${handed}::bigint[])
        ${seeded('relay-polls-last') ? connection`and seq > ${last}` : connection``}
      order by seq limit ${batchSize}`
  }

  /** What it handed over last stays in the outbox for the next look to delete, unless it is to `tidy`. */
  async function pass(tidy: boolean): Promise<number> {
    try {
      const connection = await lease()
      if (!connection) return 0
      let sent = 0
      for (;;) {
        const rows = await forgetAndLook(connection)
        handed = []
        if (rows.length === 0) return sent
        const seqs = rows.map(row => row.seq)
        if (seeded('relay-deletes-first')) await forget(connection, seqs)
        await boundary?.('before publish')
        const messages = rows.map(({ seq: _, ...message }) => message)
        await bus.append(service, messages)
        await boundary?.('after publish')
        handed = seqs
        options.onSent?.(messages)
        last = seqs.at(-1)!
        sent += rows.length
        if (rows.length === batchSize && performance.now() < stopBy_ms) continue
        if (tidy) {
          await forget(connection, handed)
          handed = []
        }
        return sent
      }
    } catch (error) {
      await release()
      throw error
    }
  }

  const run = (tidy: boolean) => {
    running ??= pass(tidy).finally(() => {
      running = undefined
    })
    return running
  }
  /** A pass under way may have looked at the outbox before the last event was written to it: it takes another. */
  const drain = () => {
    if (!running) return run(true)
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined
        return run(true)
      })
    return next
  }
  async function look(): Promise<void> {
    const wasWoken = isWoken
    isWoken = false
    const sent = await run(false)
    inVain = wasWoken && sent === 0 ? inVain + 1 : 0
    if (handed.length > 0) loop.wake(patience_ms)
  }
  const loop = createLoop({ run: look, interval_ms: options.poll_ms ?? 1000, ...gather, onError: options.onError })

  return {
    start: loop.start,
    wake() {
      isWoken = true
      loop.wake(Math.min(patience_ms, gather.gather_ms * 2 ** inVain))
    },
    drain,
    async stop() {
      stopBy_ms = performance.now() + lastMinute_ms
      await loop.stop()
      // What was published while requests finished should not wait for the next start.
      await drain().catch(options.onError)
      await release()
    },
  }
}
