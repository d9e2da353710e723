import type { Static, TSchema } from 'typebox'
import type { ServiceName } from './operation.ts'

/** An event's declaration: something that happened to one aggregate, said by the service that owns it. */
export interface EventType<Schema extends TSchema = TSchema> {
  /** `noun.past-verb` */
  name: string
  version: number
  service: ServiceName
  schema: Schema
  summary: string
}

/** Declares an event. */
export function event<const Schema extends TSchema>(declaration: EventType<Schema>): EventType<Schema> {
  return declaration
}

export type PayloadOf<E> = E extends EventType<infer S> ? Static<S> : never

/** An event as it travels: the payload and what every listener needs to know about it. */
export interface EventMessage<Payload = unknown> {
  id: string
  name: string
  version: number
  service: ServiceName
  /** Events of one aggregate are delivered in the order they happened. */
  aggregate_id: string
  payload: Payload
  correlation_id: string
  traceparent: string | null
  /** ISO 8601 UTC */
  occurred_at: string
}
