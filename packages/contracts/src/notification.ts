import { Type } from 'typebox'
import { event } from './event.ts'
import { Id, Name, page, pageQuery, Timestamp } from './fields.ts'
import { operation } from './operation.ts'

/** Notification: say here what this part of the shop is. */

export const NotificationNote = Type.Object({ id: Id, name: Type.String(), created_at: Timestamp })

export const listNotification = operation({
  service: 'notification',
  name: 'listNotification',
  method: 'GET',
  path: '/api/notification',
  auth: { staff: 'admin' },
  summary: 'All notes, newest first',
  query: Type.Object({ ...pageQuery }, { additionalProperties: false }),
  replies: { 200: page(NotificationNote) },
  problems: ['invalid-cursor'],
})

export const createNotification = operation({
  service: 'notification',
  name: 'createNotification',
  method: 'POST',
  path: '/api/notification',
  auth: { staff: 'admin' },
  summary: 'Write a note',
  body: Type.Object({ name: Name }, { additionalProperties: false }),
  replies: { 201: NotificationNote },
  example: { body: { name: 'first' } },
})

export const notificationCreated = event({
  service: 'notification',
  name: 'notification.created',
  version: 1,
  schema: Type.Object({ id: Id, name: Type.String() }),
  summary: 'A note was written',
})
