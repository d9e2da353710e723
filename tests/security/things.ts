import { randomUUID } from 'node:crypto'
import * as api from '@shopfleet/contracts'
import { bearer, newEmail, type World } from './world.ts'

/* Things of an owner, made anew each time, for the requests about them. */

export const some = () => randomUUID()
export async function anOrder(w: World, extra: object = {}): Promise<api.Order> {
  const body = { items: [{ product_id: w.product.id, quantity: 1 }], ...extra }
  return w.platform.client('order').call(api.placeOrder, { body }, bearer(w.owner))
}
export async function aCoupon(w: World): Promise<api.Coupon> {
  const body = { code: `C-${some()}`, percent: 10 }
  return w.platform.client('order').call(api.createCoupon, { body }, bearer(w.staff.get('admin')!))
}
export async function aPayment(w: World): Promise<string> {
  const order = await anOrder(w, { payment_method: 'tok_approve' })
  const [row] = await w.platform.sql('payment')`select id from payments where order_id = ${order.id}`
  return row!.id
}

export async function aCartLine(w: World): Promise<api.Cart> {
  return w.platform.client('cart').call(api.addCartItem, { body: { product_id: w.product.id } }, bearer(w.owner))
}

export async function aSavedItem(w: World): Promise<string> {
  const cart = w.platform.client('cart')
  const params = { item_id: (await aCartLine(w)).items[0]!.id }
  await cart.call(api.saveCartItem, { params }, bearer(w.owner))
  return (await cart.call(api.listSavedItems, {}, bearer(w.owner))).items[0]!.id
}

export async function aProduct(w: World): Promise<api.Product> {
  const body = { name: `Thing ${some()}`, price: 3, stock: 50 }
  return w.platform.client('product').call(api.createProduct, { body }, bearer(w.staff.get('admin')!))
}

/** One point. */
export const aPicture = () =>
  Uint8Array.from(
    Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ),
  )
export async function aPicturedProduct(w: World): Promise<api.Product> {
  const { id } = await aProduct(w)
  const input = { params: { id }, body: aPicture() }
  return w.platform.client('product').call(api.uploadImage, input, bearer(w.staff.get('admin')!))
}

export const aTable = () => Uint8Array.from(Buffer.from(`name,sku,price\nThing,T-${some()},3\n`))
export async function anImport(w: World): Promise<string> {
  const as = bearer(w.staff.get('admin')!)
  return (await w.platform.client('product').call(api.importProducts, { body: aTable() }, as)).id
}

export async function aCategory(w: World): Promise<api.Category> {
  const body = { name: `Shelf ${some()}` }
  return w.platform.client('product').call(api.createCategory, { body }, bearer(w.staff.get('admin')!))
}

export const address = { line1: '12 St James Square', city: 'London', postal_code: 'SW1Y 4JH', country: 'GB' }
export async function anAddress(w: World): Promise<string> {
  // A person may keep only so many.
  await w.platform.sql('user')`delete from addresses where user_id = ${w.owner.user.id}`
  return (await w.platform.client('user').call(api.createAddress, { body: { address } }, bearer(w.owner))).id
}

export const aRoleName = () => `r-${some().replace(/[^a-f]/g, '')}-${some().replace(/[^a-f]/g, '')}`
export async function aRole(w: World): Promise<string> {
  const name = aRoleName()
  await w.platform.sql('user')`insert into roles (name, permissions) values (${name}, '{}')`
  return name
}

export const browser = () => ({
  endpoint: `https://fcm.googleapis.com/fcm/send/${some()}`,
  keys: { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: Buffer.alloc(16, 7).toString('base64url') },
})

export async function aReservation(w: World): Promise<string> {
  const order_id = some()
  const body = { order_id, items: [{ product_id: w.product.id, quantity: 1 }], expires_in_s: 900 }
  await w.platform.client('inventory').call(api.reserveStock, { body }, await w.asService('order', 'inventory'))
  return order_id
}

export async function aFinding(w: World): Promise<string> {
  const [row] = await w.platform.sql('admin')`
    insert into findings (kind, subject, evidence, first_seen, last_seen)
    values ('order-stuck', ${some()}, '{}', now(), now()) returning id`
  return row!.id
}

export const words = { stars: 4, text: 'It gives a warm light.' }
/** Of somebody's, about a product nobody else has reviewed. */
export async function aReview(w: World, author: api.Session): Promise<string> {
  const { id } = await aProduct(w)
  const input = { params: { id }, body: words }
  return (await w.platform.client('review').call(api.createReview, input, bearer(author))).id
}
export async function aWish(w: World): Promise<string> {
  const { id } = await aProduct(w)
  await w.platform.client('review').call(api.addToWishlist, { params: { product_id: id } }, bearer(w.owner))
  return id
}

/** Off, and where nobody listens; the only one, because there may be only so many. */
export async function aWebhook(w: World): Promise<string> {
  const sql = w.platform.sql('admin')
  await sql`delete from webhooks`
  const [row] = await sql`
    insert into webhooks (url, events, is_active) values ('https://127.0.0.1:1/', '{order.paid}', false) returning id`
  return row!.id
}
export async function aDelivery(w: World) {
  const id = await aWebhook(w)
  const [row] = await w.platform.sql('admin')`
    insert into webhook_deliveries (webhook_id, event_id, event, body, status, due_at)
    values (${id}, ${some()}, 'order.paid', '{}', 'failed', null) returning id`
  return { id, delivery_id: row!.id as string }
}

export const letter = () => ({ key: some(), template: 'welcome', email: newEmail(), data: { name: 'Ada' } })
export async function aMessage(w: World): Promise<string> {
  const token = await w.asService('user', 'notification')
  return (await w.platform.client('notification').call(api.queueMessage, { body: letter() as never }, token)).id
}

export const madeUp = 'x'.repeat(43)
