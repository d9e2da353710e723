import {
  type CartFacts,
  changedCarts,
  changedOrders,
  changedPayments,
  changedReservations,
  changedStock,
  everyService,
  listProviderStrangers,
  type MessagingFacts,
  type Operation,
  operations,
  readCartFacts,
  readConfirmedOrders,
  readOrderFacts,
  readOrdersOfCarts,
  readPaymentFacts,
  readProviderBalance,
  readReservationFacts,
  readShownStock,
  readStockFacts,
  type ServiceName,
  Unavailable,
} from '@shopfleet/contracts'
import {
  balanceDifference,
  cartDifference,
  type Difference,
  type Group,
  messagingDifferences,
  orderDifferences,
  productDifferences,
} from './difference.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

/** Where each group's subjects are heard of when they change. */
export const sources = {
  order: { orders: changedOrders, payments: changedPayments, reservations: changedReservations },
  product: { stock: changedStock },
  cart: { carts: changedCarts },
  money: {},
  messaging: {},
} as const satisfies Record<Group, Record<string, Operation>>

type Changed = typeof changedOrders

/**
 * Overlap of one walk with the next: changes carry the time their transaction began, and become visible when it ends.
 * Longer than any statement or transaction may take.
 */
const overlap_s = 60

/** Ids of one page. They are small, so a page has more of them than one question for facts. */
const changesAtOnce = 1000

/** Ids that changed since the last walk, up to a bound; the next walk goes on from there. */
export async function walk(ctx: Ctx, source: string, operation: Changed): Promise<string[]> {
  const ids: string[] = []
  let place = await store.readWalk(ctx.sql, source)
  for (let page = 0; page < ctx.config.RECONCILE_PAGES; page++) {
    const query = { at: place.at, ...(place.id === null ? {} : { id: place.id }), limit: changesAtOnce }
    const { items } = await ctx.call(operation, { query })
    ids.push(...items.map(item => item.id))
    const last = items.at(-1)
    if (last) place = { at: last.at, id: last.id }
    if (items.length < changesAtOnce) {
      // At the end: the next walk begins a little before it.
      const at = place.id === null ? place.at : await store.earlier(ctx.sql, place.at, overlap_s)
      await store.moveWalk(ctx.sql, source, { at, id: null })
      return ids
    }
  }
  await store.moveWalk(ctx.sql, source, place)
  return ids
}

/** The slow walk over everything there is, from the beginning to the end and again. */
export async function sweepOn(ctx: Ctx, source: string, operation: Changed): Promise<string[]> {
  const limit = ctx.config.RECONCILE_SWEEP
  if (limit === 0) return []
  const name = `all ${source}`
  const place = await store.readWalk(ctx.sql, name)
  const query = { at: place.at, ...(place.id === null ? {} : { id: place.id }), limit }
  const { items } = await ctx.call(operation, { query })
  const last = items.at(-1)
  const next = items.length < limit || !last ? store.dawn : { at: last.at, id: last.id }
  await store.moveWalk(ctx.sql, name, next)
  return items.map(item => item.id)
}

const by = <Row, Key extends keyof Row>(rows: Row[], key: Key) => new Map(rows.map(row => [row[key], row]))

/** What differs in these, at most `maxFacts` of a group. Throws when a service does not answer: then nothing is judged. */
export const judge: Record<Group, (ctx: Ctx, ids: string[]) => Promise<Difference[]>> = {
  async order(ctx, ids) {
    const [orders, payments, reservations] = await Promise.all([
      ctx.call(readOrderFacts, { body: { ids } }).then(reply => by(reply.items, 'order_id')),
      ctx.call(readPaymentFacts, { body: { ids } }).then(reply => by(reply.items, 'order_id')),
      ctx.call(readReservationFacts, { body: { ids } }).then(reply => by(reply.items, 'order_id')),
    ])
    const cartIds = [...orders.values()].flatMap(order => (order.cart_id === null ? [] : [order.cart_id]))
    const carts =
      cartIds.length === 0
        ? new Map<string, CartFacts>()
        : by((await ctx.call(readCartFacts, { body: { ids: cartIds } })).items, 'cart_id')
    const confirmed = await readConfirmed(ctx, [...orders.keys()])
    return ids.flatMap(order_id => {
      const order = orders.get(order_id)
      const cart = order?.cart_id ? carts.get(order.cart_id) : undefined
      return orderDifferences({
        order_id,
        order,
        payment: payments.get(order_id),
        reservation: reservations.get(order_id),
        cart,
        confirmed: confirmed === undefined || isOld(ctx, order_id) ? undefined : confirmed.has(order_id),
      })
    })
  },

  async product(ctx, ids) {
    const { items } = await ctx.call(readStockFacts, { body: { ids } })
    const shown = by((await ctx.call(readShownStock, { body: { ids } })).items, 'product_id')
    return items.flatMap(stock => productDifferences(stock, shown.get(stock.product_id)))
  },

  async cart(ctx, ids) {
    const { items } = await ctx.call(readCartFacts, { body: { ids } })
    const orders = by((await ctx.call(readOrdersOfCarts, { body: { ids } })).items, 'cart_id')
    return items.flatMap(cart => cartDifference(cart, orders.get(cart.cart_id)?.order_id))
  },

  async money(ctx) {
    const balances = await ctx.call(readProviderBalance, {})
    const strangers = await ctx.call(listProviderStrangers, {})
    return [
      ...balances.items.flatMap(balanceDifference),
      ...strangers.items.map(
        (stranger): Difference => ({
          kind: 'provider-stranger',
          subject: stranger.provider_reference,
          evidence: stranger,
          fingerprint: stranger.why,
        }),
      ),
    ]
  },

  async messaging(ctx, names) {
    const facts = await Promise.all(
      names.map(async name => {
        const service = name as ServiceName
        const facts = await ctx.call(everyService(service).readMessaging, {})
        // Something answers at that address, but none of this platform's services.
        if (!facts.outbox) throw new Unavailable(service)
        await noticeSetBack(ctx, service, facts)
        return messagingDifferences(name, facts)
      }),
    )
    return facts.flat()
  },
}

/** Every service that has a database and offers something. */
export const services = [...new Set(operations.map(operation => operation.service))].filter(name => name !== 'gateway')

/** Takes over what a service found out about itself. A little is read twice: an id becomes visible after later ones. */
export async function collectOwnFindings(ctx: Ctx, service: ServiceName): Promise<number> {
  const source = `own:${service}`
  const place = await store.readWalk(ctx.sql, source)
  const query = place.id === null ? {} : { after: place.id }
  const { items } = await ctx.call(everyService(service).listOwnFindings, { query })
  if (items.length === 0) return 0
  const settled = items.filter(item => Date.parse(item.at) < ctx.clock.now() - overlap_s * 1000).at(-1)
  const taken = await store.insertOwnFindings(
    ctx.sql,
    items.map(({ id, aggregate_id, event_name, how, evidence, at }) => ({
      id,
      kind: how === null ? 'event-without-aggregate' : 'learnt-from-events',
      subject: aggregate_id,
      evidence: { service, event: event_name, ...evidence },
      how,
      at,
    })),
  )
  if (settled) await store.moveWalk(ctx.sql, source, { at: place.at, id: settled.id })
  return taken
}

/** How far back everything is looked at again when a database was set back. */
const lookBack_s = 24 * 3600

/**
 * A service that has heard less than it had heard before has a database that was set back: what changed in the time that
 * is lost was looked at already, so the walks begin again a day ago.
 */
async function noticeSetBack(ctx: Ctx, service: ServiceName, { topics }: MessagingFacts): Promise<void> {
  // One place a topic: a topic that is new to the service must not make up for one that went back.
  let wentBack = false
  for (const { topic, position } of topics) {
    const source = `heard:${service}/${topic}`
    const before = await store.readWalk(ctx.sql, source)
    if (before !== store.dawn && position < Number(before.at)) wentBack = true
    if (before === store.dawn || position !== Number(before.at)) {
      await store.moveWalk(ctx.sql, source, { at: String(position), id: null })
    }
  }
  if (!wentBack) return
  ctx.log.warn({ service }, 'the database of a service was set back: the last day is compared again')
  const names = Object.values(sources).flatMap(group => Object.keys(group))
  await store.rewindWalks(ctx.sql, names, lookBack_s)
}

/** Orders that were confirmed to the customer; undefined while the notification service is away: orders go on without it. */
async function readConfirmed(ctx: Ctx, ids: string[]): Promise<Set<string> | undefined> {
  if (ids.length === 0) return new Set()
  try {
    const { items } = await ctx.call(readConfirmedOrders, { body: { ids } })
    return new Set(items.map(item => item.order_id))
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    return undefined
  }
}

/** Whether an order is older than a day, by its id (UUIDv7): nobody wants a confirmation of it any more. */
const isOld = (ctx: Ctx, order_id: string) =>
  ctx.clock.now() - Number.parseInt(order_id.replace('-', '').slice(0, 12), 16) > 86_400_000
