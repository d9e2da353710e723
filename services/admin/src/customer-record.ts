import {
  type exportCustomer,
  type getCustomerRecord,
  maxFacts,
  Problem,
  personalData,
  personalDataServices,
  type ReplyOf,
  readPaymentFacts,
  readUserRecord,
  toMajor,
} from '@shopfleet/contracts'
import { listAuditOf } from './audit-store.ts'
import { unlessAway } from './dashboard.ts'
import type { Ctx } from './service.ts'

type CustomerRecord = ReplyOf<typeof getCustomerRecord>

/** What each service keeps of a person, with what staff did about them. */
export async function readCustomer(ctx: Ctx, user_id: string): Promise<CustomerRecord> {
  const [kept, audit] = await Promise.all([gather(ctx, user_id), listAuditOf(ctx.sql, user_id, 50)])
  return {
    user_id,
    ...kept,
    audit,
    links: {
      erase: { method: 'DELETE', path: `/api/users/${user_id}` },
      orders: { method: 'GET', path: `/api/orders/user/${user_id}` },
      messages: { method: 'GET', path: `/api/notifications/${user_id}` },
    },
  }
}

/** The same to be handed to the person, without what staff did: whole or not at all, for a part would look like all. */
export async function exportRecord(ctx: Ctx, user_id: string): Promise<ReplyOf<typeof exportCustomer>> {
  const { away, ...kept } = await gather(ctx, user_id)
  if (away.length > 0) {
    throw new Problem('unavailable', {
      detail: `${away.join(', ')} cannot be asked just now: the file would have a part missing.`,
      away,
      retry_after_s: 2,
    })
  }
  return { user_id, exported_at: new Date(ctx.clock.now()).toISOString(), ...kept }
}

/** Asks everybody at once. The user service says whether there is such a person. */
async function gather(ctx: Ctx, user_id: string): Promise<Pick<CustomerRecord, 'services' | 'payments' | 'away'>> {
  const away = new Set<string>()
  const [user, ...others] = await Promise.all([
    unlessAway(away, 'user', () => ctx.call(readUserRecord, { params: { id: user_id } })),
    ...personalDataServices.map(service =>
      unlessAway(away, service, () => ctx.call(personalData(service).exportPersonalData, { params: { user_id } })),
    ),
  ])
  const services: CustomerRecord['services'] = user ? { user } : {}
  for (const [i, service] of personalDataServices.entries()) if (others[i]) services[service] = others[i]
  const payments = await readPayments(ctx, away, (services.order?.orders ?? []) as KeptOrder[])
  return { services, payments, away: [...away].sort() }
}

interface KeptOrder {
  id: string
  currency: string
}

/** Of the newest orders: as many as can be asked for at once. */
async function readPayments(ctx: Ctx, away: Set<string>, orders: KeptOrder[]): Promise<CustomerRecord['payments']> {
  const newest = orders.slice(-maxFacts)
  if (newest.length === 0) return []
  const ids = newest.map(order => order.id)
  const facts = await unlessAway(away, 'payment', () => ctx.call(readPaymentFacts, { body: { ids } }))
  const currencies = new Map(newest.map(order => [order.id, order.currency]))
  return (facts?.items ?? []).map(({ order_id, captured_minor, refunded_minor, live }) => {
    const currency = currencies.get(order_id)!
    const [captured, refunded] = [toMajor(captured_minor, currency), toMajor(refunded_minor, currency)]
    return { order_id, currency, captured, refunded, status: live?.status ?? null }
  })
}
