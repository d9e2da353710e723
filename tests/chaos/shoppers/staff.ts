import { randomUUID } from 'node:crypto'
import * as api from '@shopfleet/contracts'
import type { Sender } from '../client.ts'
import { ask, newKey, type Shop } from './store.ts'

/* Staff at work while others buy: shipping, giving money back, changing prices, counting and filling up the shelves. */

export async function signInStaff(shop: Shop, credentials: { email: string; password: string }): Promise<Sender> {
  const { email, password } = credentials
  const session = await ask(shop, { name: 'staff', kind: 'guest' }, api.login, { body: { email, password } })
  if (session.phase !== 'ok')
    throw new Error(`staff cannot sign in: ${session.status} ${session.error ?? session.problem}`)
  const { access_token, user } = session.body as api.Session
  return { name: 'staff', kind: 'staff', user_id: user.id, email, access_token }
}

const words = ['Lamp', 'Chair', 'Table', 'Shelf', 'Clock', 'Mirror', 'Basket', 'Kettle']
const plenty = 1_000_000
const few = 12

/** Puts goods on the shelves: plenty of most, a few of those that everybody wants. */
export async function stockShelves(shop: Shop, staff: Sender, counts = { plenty: 16, hot: 6 }): Promise<void> {
  const { random } = shop
  const make = async (name: string, stock: number) => {
    const price = (100 + random.below(20_000)) / 100
    const made = await ask(shop, staff, api.createProduct, { body: { name, price, stock } })
    if (made.phase !== 'ok') throw new Error(`no product could be made: ${made.status} ${made.problem ?? made.error}`)
    return (made.body as api.Product).id
  }
  for (let i = 0; i < counts.plenty; i++)
    shop.products.push(await make(`${words[i % words.length]} ${randomUUID().slice(0, 8)}`, plenty))
  for (let i = 0; i < counts.hot; i++)
    shop.hot.push(await make(`Rare ${words[i % words.length]} ${randomUUID().slice(0, 8)}`, few))
  for (const worth of coupons) {
    const body = { code: `C-${randomUUID().slice(0, 8)}`, ...worth }
    const made = await ask(shop, staff, api.createCoupon, { body })
    if (made.phase !== 'ok') throw new Error(`no coupon could be made: ${made.status} ${made.problem ?? made.error}`)
    shop.coupons.push(body.code)
  }
}

/** Races for the last use never stop: every order that is undone gives one back. */
const coupons = [
  { percent: 10, max_uses: 5 },
  { percent: 15, max_uses: 25 },
  { amount: 3, currency: 'USD', min_subtotal: 20, max_uses: 60 },
  { percent: 7, once_per_customer: true },
]

export async function staffAtWork(shop: Shop, staff: Sender): Promise<void> {
  const { random } = shop
  while (!shop.isOver()) {
    const chance = random.next()
    if (chance < 0.3) await ship(shop, staff)
    else if (chance < 0.5) await giveBack(shop, staff)
    else if (chance < 0.6) {
      const params = { id: random.pick(shop.products) }
      await ask(shop, staff, api.updateProduct, { params, body: { price: (100 + random.below(20_000)) / 100 } })
    } else if (chance < 0.85) {
      const params = { product_id: random.pick(shop.hot) }
      await adjust(shop, staff, params, 1 + random.below(10))
    } else if (chance < 0.95) {
      const params = { product_id: random.pick(random.next() < 0.5 ? shop.hot : shop.products) }
      await adjust(shop, staff, params, -1 - random.below(3))
    } else {
      const params = { product_id: random.pick(shop.hot) }
      await ask(shop, staff, api.setStock, { params, body: { on_hand: 5 + random.below(20) } })
    }
    await shop.sleep(100 + random.below(200))
  }
}

/** The same movement under the same key until it is known to have been made. */
async function adjust(shop: Shop, staff: Sender, params: { product_id: string }, delta: number): Promise<void> {
  const key = newKey(shop.random)
  const body = { delta, reason: delta > 0 ? 'delivery' : 'breakage' }
  for (let attempt = 1; attempt <= 4; attempt++) {
    const outcome = await shop.client.send(staff, api.adjustStock, { params, body }, { key, attempt })
    if (outcome.phase !== 'info' || shop.isOver()) return
    await shop.sleep(200 * attempt)
  }
}

async function ship(shop: Shop, staff: Sender): Promise<void> {
  const order = shop.paid.take()
  if (!order) return
  const params = { id: order.id }
  const shipped = await ask(shop, staff, api.setOrderStatus, { params, body: { status: 'shipped' } })
  if (shipped.phase === 'ok' && shop.random.next() < 0.6)
    await ask(shop, staff, api.setOrderStatus, { params, body: { status: 'delivered' } })
}

/** Money back in parts, under a key each; sometimes more than there is left, which is refused. */
async function giveBack(shop: Shop, staff: Sender): Promise<void> {
  const { random, client } = shop
  const order = shop.paid.pick(random)
  if (!order) return
  const found = await ask(shop, staff, api.listPayments, { query: { order_id: order.id } })
  const payment = (found.body?.items as api.Payment[] | undefined)?.find(one => one.captured > 0)
  if (!payment) return
  const parts = 1 + random.below(3)
  for (let i = 0; i < parts; i++) {
    const amount = Math.max(0.01, Math.round(payment.captured * random.next() * 60) / 100)
    const key = newKey(random)
    for (let attempt = 1; attempt <= 4; attempt++) {
      const input = { params: { id: payment.id }, body: { amount, reason: 'damaged' } }
      const outcome = await client.send(staff, api.refundPayment, input, { key, attempt })
      if (outcome.phase !== 'info' || shop.isOver()) break
      await shop.sleep(300 * attempt)
    }
  }
}
