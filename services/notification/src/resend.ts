import { type MessageTemplate, type Notification, Problem } from '@shopfleet/contracts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'
import { templates } from './templates/index.ts'

/** Messages about orders are made of the order; all others of what was kept with them. */
const needingData = (Object.keys(templates) as MessageTemplate[]).filter(name => !/^(order-|payment-)/.test(name))

/** Puts a message back into the queue. It keeps its Message-ID: a mailbox that has it shows it once. */
export async function resend(ctx: Ctx, id: string): Promise<Notification> {
  const resent = await store.requeue(ctx.sql, id, needingData)
  if (resent) return resent
  if (!(await store.findMessage(ctx.sql, id))) throw new Problem('not-found')
  throw new Problem('not-resendable', {
    detail: 'It is still under way, or what it said or whom it went to is not kept any more.',
  })
}
