import { adminCreated } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'
import { currentContext } from '@shopfleet/messaging'

export interface Note {
  id: string
  name: string
  created_at: string
}

export async function listNotes(sql: Queryable, before: string | undefined, limit: number): Promise<Note[]> {
  return sql<Note[]>`
    select id, name, created_at from notes
    where true ${before === undefined ? sql`` : sql`and id < ${before}::uuid`}
    order by id desc limit ${limit}`
}

/** Writes a note and says so, in one statement. */
export async function insertNote(sql: Queryable, name: string): Promise<Note> {
  const { correlation_id, traceparent } = currentContext()
  const [note] = await sql<[Note]>`
    with note as (
      insert into notes (name) values (${name}) returning id, name, created_at
    ), said as (
      insert into outbox (name, version, aggregate_id, payload, correlation_id, traceparent)
      select ${adminCreated.name}, ${adminCreated.version}::int, id, jsonb_build_object('id', id, 'name', name),
             ${correlation_id}, ${traceparent}
      from note
    )
    select id, name, created_at from note`
  return note
}
