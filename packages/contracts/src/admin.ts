import { Type } from 'typebox'
import { event } from './event.ts'
import { Id, Name, page, pageQuery, Timestamp } from './fields.ts'
import { operation } from './operation.ts'

/** Admin: say here what this part of the shop is. */

export const AdminNote = Type.Object({ id: Id, name: Type.String(), created_at: Timestamp })

export const listAdmin = operation({
  service: 'admin',
  name: 'listAdmin',
  method: 'GET',
  path: '/api/admin',
  auth: { staff: 'admin' },
  summary: 'All notes, newest first',
  query: Type.Object({ ...pageQuery }, { additionalProperties: false }),
  replies: { 200: page(AdminNote) },
  problems: ['invalid-cursor'],
})

export const createAdmin = operation({
  service: 'admin',
  name: 'createAdmin',
  method: 'POST',
  path: '/api/admin',
  auth: { staff: 'admin' },
  summary: 'Write a note',
  body: Type.Object({ name: Name }, { additionalProperties: false }),
  replies: { 201: AdminNote },
  example: { body: { name: 'first' } },
})

export const adminCreated = event({
  service: 'admin',
  name: 'admin.created',
  version: 1,
  schema: Type.Object({ id: Id, name: Type.String() }),
  summary: 'A note was written',
})
