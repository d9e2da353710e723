import type { EventMessage, ServiceName } from '@shopfleet/contracts'
import { type Sql, type Tx, transaction } from '@shopfleet/database'
import type { Bus } from './bus.ts'

const batchSize = 500

/** Something that a service's own events tell and its database did not know. */
export interface Learnt {
  aggregate_id: string
  event_name: string
  /** What was done, in words; null: the event does not carry enough. */
  how: string | null
  evidence: object
}

/** Makes good what the database does not know of these events of its own. Answers what that was: in life nothing. */
export type Learn = (tx: Tx, messages: EventMessage[]) => Promise<Learnt[]>

/**
 * Reads a service's own events back from the bus. In life they tell nothing new, because each was written with its
 * change. They do when the database was set back in time: the place up to which they were read lies in the same database
 * and was set back with it, so exactly what is missing is read again.
 */
export function createOwnEvents(options: { sql: Sql; bus: Bus; service: ServiceName; learn: Learn }) {
  const { sql, bus, service, learn } = options
  const place = `own:${service}`

  async function page(): Promise<{ read: number; learnt: number }> {
    const [row] = await sql<[{ position: number }?]>`select position from consumer_offsets where topic = ${place}`
    const from = row?.position ?? 0
    const batch = await bus.read(service, from, batchSize)
    const last = batch.at(-1)
    if (!last) return { read: 0, learnt: 0 }
    const learnt = await transaction(sql, async tx => {
      if (from === 0) await tx`insert into consumer_offsets (topic) values (${place}) on conflict do nothing`
      const moved = await tx`
        update consumer_offsets set position = ${last.position} where topic = ${place} and position = ${from}`
      // Another instance is at it.
      if (moved.count === 0) return 0
      const found = await learn(
        tx,
        batch.map(delivery => delivery.message),
      )
      if (found.length > 0) {
        await tx`
          insert into own_findings (aggregate_id, event_name, how, evidence)
          select aggregate_id, event_name, how, evidence
          from jsonb_to_recordset(${found as never}::jsonb) as f(aggregate_id uuid, event_name text, how text, evidence jsonb)
          on conflict (aggregate_id, event_name) do update
          set how = excluded.how, evidence = excluded.evidence, at = now(), id = uuidv7()`
      }
      return found.length
    })
    return { read: batch.length, learnt }
  }

  return {
    /** Reads to the end. Answers how much was learnt. */
    async drain(): Promise<number> {
      let learnt = 0
      for (;;) {
        const step = await page()
        learnt += step.learnt
        if (step.read < batchSize) return learnt
      }
    },
  }
}
export type OwnEvents = ReturnType<typeof createOwnEvents>
