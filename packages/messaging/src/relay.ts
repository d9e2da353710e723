import type { EventMessage, ServiceName } from '@shopfleet/contracts'
import type { ReservedSql, Sql } from '@shopfleet/database'
import type { Bus } from './bus.ts'
import { createLoop } from './loop.ts'

const batchSize = 500
/** Advisory lock: one relay at a time per database, so that batches cannot overtake each other. */
const relayLock = 811_001

export interface Relay {
  start(): void
  /** Something was published: relay soon. */
  wake(): void
  /** Hands over everything that is in the outbox now. Answers how many events. */
  drain(): Promise<number>
  stop(): Promise<void>
}

/**
 * Carries the outbox to the bus: at least once, in order per aggregate. It takes whatever is unsent (never
 * `seq > last`: sequences commit out of order), appends it, and only then deletes it. The lock and every statement
 * use one connection, so losing it ends the lease with the work; no transaction is open while the bus is called.
 */
export function createRelay(options: {
  sql: Sql
  bus: Bus
  service: ServiceName
  onError: (error: unknown) => void
  poll_ms?: number
}): Relay {
  const { sql, bus, service } = options
  let leased: ReservedSql | undefined
  let running: Promise<number> | undefined

  async function lease(): Promise<ReservedSql | undefined> {
    if (leased) return leased
    const connection = await sql.reserve()
    const [row] = await connection<[{ granted: boolean }]>`select pg_try_advisory_lock(${relayLock}) as granted`
    if (row.granted) {
      leased = connection
      return connection
    }
    connection.release()
    return undefined
  }

  async function release(broken: boolean): Promise<void> {
    const connection = leased
    leased = undefined
    if (!connection) return
    if (!broken) await connection`select pg_advisory_unlock(${relayLock})`.catch(() => {})
    connection.release()
  }

  async function pass(): Promise<number> {
    try {
      const connection = await lease()
      if (!connection) return 0
      let sent = 0
      for (;;) {
        const rows = await connection<({ seq: number } & EventMessage)[]>`
          select seq, event_id as id, name, version, ${service} as service, aggregate_id, payload, correlation_id,
                 traceparent, occurred_at
          from outbox order by seq limit ${batchSize}`
        if (rows.length === 0) return sent
        await bus.append(
          service,
          rows.map(({ seq: _, ...message }) => message),
        )
        await connection`delete from outbox where seq = any(${rows.map(row => row.seq)}::bigint[])`
        sent += rows.length
        if (rows.length < batchSize) return sent
      }
    } catch (error) {
      await release(true)
      throw error
    }
  }

  const drain = () => {
    running ??= pass().finally(() => {
      running = undefined
    })
    return running
  }
  const loop = createLoop({ run: drain, interval_ms: options.poll_ms ?? 1000, onError: options.onError })

  return {
    start: loop.start,
    wake: loop.wake,
    drain,
    async stop() {
      await loop.stop()
      // What was published while requests finished should not wait for the next start.
      await drain().catch(options.onError)
      await release(false)
    },
  }
}
