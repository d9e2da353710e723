import * as api from '@shopfleet/contracts'
import type { Outcome, Sender } from '../client.ts'
import { address, ask, cardOf, insist, linesOf, newKey, type Shop, think } from './store.ts'

/* What a shopper does in one visit. Every decision comes from the run's random numbers. */

let guests = 0
const guest = (shop: Shop, name: string): Sender => ({
  name,
  kind: 'guest',
  email: `guest-${++guests}-${shop.random.below(1e9)}@chaos.example`,
})

/** What becomes of an order after it was placed: looked at, cancelled, ordered again under the same key with changes. */
async function afterwards(shop: Shop, buyer: Sender, order: api.Order): Promise<void> {
  const { random, client } = shop
  const owner: Sender = { ...buyer, order_token: order.order_token ?? buyer.order_token }
  const params = { id: order.id }
  shop.foreign.add(order.id)
  if (order.payment_status === 'paid') shop.paid.add({ id: order.id, order_token: owner.order_token })
  const chance = random.next()
  if (chance < 0.35) await ask(shop, owner, api.getOrder, { params })
  else if (chance < 0.42) await ask(shop, owner, api.getOrderTimeline, { params })
  else if (chance < 0.54) {
    await think(shop)
    await ask(shop, owner, api.cancelOrder, { params, body: { reason: 'changed my mind' } })
  } else if (chance < 0.62) {
    // Somebody else's order: there is no such thing.
    const id = shop.foreign.pick(random)
    if (id && id !== order.id) {
      const curious: Sender = { ...guest(shop, buyer.name), order_token: owner.order_token }
      await client.send(curious, random.pick([api.getOrder, api.getOrderTimeline]), { params: { id } })
      if (random.next() < 0.3) await client.send(curious, api.cancelOrder, { params: { id } })
    }
  }
}

async function place(shop: Shop, buyer: Sender, what: object): Promise<Outcome> {
  const { random } = shop
  const email = buyer.kind === 'guest' ? { email: buyer.email } : {}
  const shipping = random.next() < 0.5 ? { shipping_address: address(random) } : {}
  const outcome = await insist(shop, buyer, api.placeOrder, { body: { ...what, ...email, ...shipping } })
  return outcome
}

async function browse(shop: Shop, sender: Sender): Promise<void> {
  const { random, products, hot } = shop
  const chance = random.next()
  if (chance < 0.4) {
    const id = random.pick(random.next() < 0.2 ? hot : products)
    await ask(shop, sender, api.getProduct, { params: { id } })
  } else if (chance < 0.6)
    await ask(shop, sender, api.listProducts, { query: { limit: 5, sort: random.pick(['newest', 'price']) } })
  else if (chance < 0.8)
    await ask(shop, sender, api.searchProducts, {
      query: { q: random.pick(['lamp', 'chair', 'lapm', 'table']), limit: 5 },
    })
}

/** Buys what it came for and pays at once. */
export async function buyNow(shop: Shop, name: string): Promise<void> {
  const buyer = guest(shop, name)
  await browse(shop, buyer)
  await think(shop)
  const items = linesOf(shop)
  const total = shop.random.next() < 0.3 ? await quotedTotal(shop, buyer, { items }) : undefined
  const expected = total === undefined ? {} : { expected_total: total }
  const coupon = total === undefined && shop.random.next() < 0.15 ? { coupon_code: shop.random.pick(shop.coupons) } : {}
  const outcome = await place(shop, buyer, { items, ...expected, ...coupon, payment_method: cardOf(shop) })
  if (outcome.phase === 'ok') await afterwards(shop, buyer, outcome.body)
}

async function quotedTotal(shop: Shop, buyer: Sender, body: object): Promise<number | undefined> {
  const quote = await ask(shop, buyer, api.quoteOrder, { body })
  return quote.phase === 'ok' ? quote.body.total : undefined
}

/** One of the few that are left: many try at the same time. */
export async function raceForTheLast(shop: Shop, name: string): Promise<void> {
  const buyer = guest(shop, name)
  const what = { product_id: shop.random.pick(shop.hot), quantity: 1 + shop.random.below(2) }
  const outcome = await place(shop, buyer, { ...what, payment_method: cardOf(shop) })
  if (outcome.phase === 'ok') await afterwards(shop, buyer, outcome.body)
}

/** Fills a cart. Answers whether there is one with something in it. */
async function fill(shop: Shop, buyer: Sender): Promise<api.Cart | undefined> {
  let cart: api.Cart | undefined
  for (const body of linesOf(shop)) {
    const outcome = await ask(shop, buyer, api.addCartItem, { body })
    if (outcome.phase !== 'ok') continue
    cart = outcome.body as api.Cart
    buyer.cart_token = cart.cart_token ?? buyer.cart_token
    await think(shop)
  }
  if (cart?.items[0] && shop.random.next() < 0.2) {
    const params = { item_id: cart.items[0].id }
    const outcome = await ask(shop, buyer, api.updateCartItem, { params, body: { quantity: 1 + shop.random.below(3) } })
    if (outcome.phase === 'ok') cart = outcome.body
  }
  return cart
}

/** A cart goes to checkout, sometimes from two tabs at once: at most one order may come of it. */
async function checkOut(shop: Shop, buyer: Sender, cart_id: string): Promise<void> {
  const { random } = shop
  if (random.next() < 0.4) await ask(shop, buyer, api.applyCoupon, { body: { code: random.pick(shop.coupons) } })
  if (random.next() < 0.3) await quotedTotal(shop, buyer, { cart_id })
  const body = () => ({ cart_id, ...(random.next() < 0.8 ? { payment_method: cardOf(shop) } : {}) })
  const tabs = random.next() < 0.12 ? 2 : 1
  const outcomes = await Promise.all(Array.from({ length: tabs }, () => place(shop, buyer, body())))
  if (outcomes.every(({ problem }) => problem === 'invalid-coupon')) {
    await ask(shop, buyer, api.removeCoupon)
    outcomes.push(await place(shop, buyer, body()))
  }
  for (const outcome of outcomes) {
    if (outcome.phase !== 'ok') continue
    const order = outcome.body as api.Order
    if (order.status === 'pending' && order.payment_status === 'unpaid') await pay(shop, buyer, order)
    else await afterwards(shop, buyer, order)
  }
}

/** A guest with a cart. */
export async function cartGuest(shop: Shop, name: string): Promise<void> {
  const buyer = guest(shop, name)
  await browse(shop, buyer)
  const cart = await fill(shop, buyer)
  if (cart?.id) await checkOut(shop, buyer, cart.id)
}

/** Signed in, anew or again. Undefined when that could not be had. */
async function signIn(shop: Shop, name: string): Promise<Sender | undefined> {
  const { random, client } = shop
  const known = shop.customers.pick(random)
  if (known && random.next() < 0.7) {
    if (random.next() < 0.7) return { ...known, name }
    const session = await ask(shop, { name, kind: 'guest' }, api.login, {
      body: { email: known.email, password: known.password },
    })
    return session.phase === 'ok' ? { ...known, name, access_token: session.body.access_token } : undefined
  }
  const email = `customer-${random.below(2 ** 32)}@chaos.example`
  const password = `pass-${newKey(random)}`
  const body = { email, password, name: `Customer ${random.below(1e6)}` }
  const session = await client.send({ name, kind: 'guest' }, api.register, { body })
  if (session.phase !== 'ok') return undefined
  const { access_token, user } = session.body as api.Session
  const customer: Sender = { name, kind: 'customer', user_id: user.id, email, access_token }
  shop.customers.add({ ...customer, password })
  return customer
}

/** Fills a cart as a guest, signs in, takes the cart along, and buys it. */
export async function customer(shop: Shop, name: string): Promise<void> {
  const { random } = shop
  const visitor: Sender = { name, kind: 'guest' }
  const brings = random.next() < 0.6 ? await fill(shop, visitor) : undefined
  const buyer = await signIn(shop, name)
  if (!buyer) return
  let cart: api.Cart | undefined
  if (brings && visitor.cart_token) {
    const merged = await ask(shop, buyer, api.mergeCart, { body: { cart_token: visitor.cart_token } })
    if (merged.phase === 'ok') cart = merged.body
  }
  if (!cart || random.next() < 0.4) cart = (await fill(shop, buyer)) ?? cart
  if (cart?.id && cart.items.length > 0) await checkOut(shop, buyer, cart.id)
  if (random.next() < 0.3) await ask(shop, buyer, api.listOrders, { query: { limit: 5 } })
  const id = shop.foreign.pick(random)
  if (id && random.next() < 0.15) await ask(shop, buyer, api.getOrder, { params: { id } })
}

/** Orders now and pays later: with a card that is declined first, at the same time as cancelling, or never. */
export async function payLater(shop: Shop, name: string): Promise<void> {
  const buyer = guest(shop, name)
  const outcome = await place(shop, buyer, { items: linesOf(shop) })
  if (outcome.phase !== 'ok') return
  const order = outcome.body as api.Order
  await think(shop)
  await pay(shop, buyer, order)
}

async function pay(shop: Shop, buyer: Sender, order: api.Order): Promise<void> {
  const { random, client } = shop
  const owner: Sender = { ...buyer, order_token: order.order_token ?? buyer.order_token }
  const params = { id: order.id }
  const payWith = (payment_method: string) => insist(shop, owner, api.payOrder, { params, body: { payment_method } })
  const chance = random.next()
  shop.foreign.add(order.id)
  // Left lying: it expires.
  if (chance < 0.15) return
  if (chance < 0.3) {
    const [paid] = await Promise.all([
      payWith(cardOf(shop)),
      shop.sleep(random.below(60)).then(() => client.send(owner, api.cancelOrder, { params })),
    ])
    if (paid.phase === 'ok') await ask(shop, owner, api.getOrder, { params })
    return
  }
  if (chance < 0.45) await payWith(random.pick(['tok_decline', 'tok_insufficient_funds', 'tok_capture_decline']))
  const paid = await payWith(cardOf(shop))
  if (paid.phase === 'ok') await afterwards(shop, owner, paid.body)
}

/** The same key for another request: refused, and nothing comes of it. */
export async function keyAgain(shop: Shop, name: string): Promise<void> {
  const { random, client } = shop
  const buyer = guest(shop, name)
  const key = newKey(random)
  const body = { items: linesOf(shop), email: buyer.email, payment_method: 'tok_approve' }
  const first = await client.send(buyer, api.placeOrder, { body }, { key })
  const other = { ...body, items: [{ product_id: random.pick(shop.products), quantity: 7 }] }
  await client.send(buyer, api.placeOrder, { body: other }, { key, attempt: 2 })
  await client.send(buyer, api.placeOrder, { body }, { key, attempt: 3 })
  if (first.phase === 'ok') await afterwards(shop, buyer, first.body)
}
