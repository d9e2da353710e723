import type { EventType, PayloadOf } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import { currentContext } from './context.ts'

/** Columns of an outbox row, for `insert into outbox ${sql(outboxRow(…))}` inside a one-statement write. */
export interface OutboxRow {
  name: string
  version: number
  aggregate_id: string
  payload: object
  correlation_id: string
  traceparent: string | null
}

/** The outbox row of an event. Its payload is checked by the compiler; it travels with the current correlation id. */
export function outboxRow<E extends EventType>(event: E, aggregate_id: string, payload: PayloadOf<E>): OutboxRow {
  const { correlation_id, traceparent } = currentContext()
  return {
    name: event.name,
    version: event.version,
    aggregate_id,
    payload: payload as object,
    correlation_id,
    traceparent,
  }
}

/**
 * Says an event: writes it to the outbox in the transaction of the change. It is delivered at least once after the
 * commit, and never without it. Pass the transaction, not the pool, unless the event is the whole change.
 */
export async function publish<E extends EventType>(
  tx: Queryable,
  event: E,
  aggregate_id: string,
  payload: PayloadOf<E>,
): Promise<void> {
  const row = outboxRow(event, aggregate_id, payload)
  await tx`
    insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
    values (${row.name}, ${row.version}, ${aggregate_id}, ${row.payload as never}::jsonb, ${row.correlation_id}, ${row.traceparent})`
}
