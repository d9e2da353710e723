import { hash } from 'node:crypto'
import { type BodyOf, type sendNotification as contract, type Notification, Problem } from '@shopfleet/contracts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

interface Asked {
  body: BodyOf<typeof contract>
  /** The member of staff. */
  author: string | null
  idempotency_key: string | undefined
}

/** Queues what staff wrote. The same Idempotency-Key of the same writer is the same message. */
export async function sendLetter(ctx: Ctx, { body, author, idempotency_key }: Asked): Promise<Notification> {
  const { user_id, order_id, email, template = 'message', subject, text, locale } = body
  if ([user_id, order_id, email].filter(one => one !== undefined).length !== 1) {
    throw new Problem('validation-failed', {
      errors: [{ pointer: '', detail: 'must name exactly one of user_id, order_id and email' }],
    })
  }
  const key = `letter:${author}:${idempotency_key ?? ctx.clock.newId()}`
  const request_hash = hash('sha256', JSON.stringify(body))
  const letter = { key, request_hash, template, user_id, order_id, recipient: email, locale, data: { subject, text } }
  await store.insertMessages(ctx.sql, [letter])
  const found = await store.findByKey(ctx.sql, key)
  if (!found) {
    throw new Problem('validation-failed', {
      errors: [{ pointer: '/user_id', detail: 'is an account that was erased' }],
    })
  }
  const { request_hash: first, ...notification } = found
  // Once it is forgotten what the message was, nobody can say that this is another one.
  if (first !== null && first !== request_hash) throw new Problem('idempotency-key-reused')
  return notification
}
