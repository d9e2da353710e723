import { createHmac, timingSafeEqual } from 'node:crypto'
import { type BodyOf, type receiveWebhook as contract, Problem } from '@shopfleet/contracts'
import { seeded } from '@shopfleet/database'
import { agrees } from './payment.ts'
import { toSeen } from './provider.ts'
import type { Ctx } from './service.ts'
import { settle, withCorrelation } from './settle.ts'
import * as store from './store.ts'

/**
 * Takes what the provider tells us, once its signature is checked. It may come late, twice, out of order or never:
 * nothing rests on it, it only brings news sooner. It is noted as dealt with after it was, never before.
 */
export async function receiveWebhook(ctx: Ctx, { id, type, payment: told }: BodyOf<typeof contract>): Promise<void> {
  if (!told) return
  const payment = await store.findForWebhook(ctx.sql, told.key, id)
  // Not ours: another shop of the same account, or a database that was thrown away.
  if (!payment || payment.heard) return
  const seen = toSeen(told)
  if (!agrees(payment, seen) || seeded('webhook-books-again'))
    await withCorrelation(payment, () => settle(ctx, payment, seen))
  await store.recordWebhook(ctx.sql, id, type)
}

/** `t=<unix seconds>,v1=<hex hmac-sha256 of "t.body">`, not older than the tolerance, compared in constant time. */
export function checkSignature(ctx: Ctx, header: string | undefined, raw_body: string): void {
  const [, t, v1] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header ?? '') ?? []
  if (t === undefined || v1 === undefined) throw new Problem('invalid-signature')
  const expected = createHmac('sha256', ctx.config.WEBHOOK_SECRET).update(`${t}.${raw_body}`).digest()
  const right = timingSafeEqual(expected, Buffer.from(v1, 'hex'))
  const age_s = Math.abs(ctx.clock.now() / 1000 - Number(t))
  if (!right || age_s > ctx.config.WEBHOOK_TOLERANCE_S) throw new Problem('invalid-signature')
}
