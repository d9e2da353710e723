import { type BodyOf, type createPushSubscription as contract, Problem } from '@shopfleet/contracts'
import { mayPushTo } from './channels/push.ts'
import * as store from './preferences-store.ts'
import type { Ctx } from './service.ts'

/** Browsers one account may have. */
const maxSubscriptions = 20

/** Keeps a browser's subscription. Its address is one of the push services we know, or anybody could have us call anywhere. */
export async function savePushSubscription(
  ctx: Ctx,
  user_id: string,
  { endpoint, keys }: BodyOf<typeof contract>,
): Promise<{ id: string }> {
  if (!mayPushTo(endpoint, ctx.config.PUSH_HOSTS)) {
    throw new Problem('validation-failed', { errors: [{ pointer: '/endpoint', detail: 'is no push service we know' }] })
  }
  if (Buffer.from(keys.p256dh, 'base64url').length !== 65 || Buffer.from(keys.auth, 'base64url').length !== 16) {
    throw new Problem('validation-failed', { errors: [{ pointer: '/keys', detail: 'are not those of a browser' }] })
  }
  const saved = await store.savePushSubscription(ctx.sql, user_id, { endpoint, ...keys })
  await store.trimPushSubscriptions(ctx.sql, user_id, maxSubscriptions)
  return saved
}
