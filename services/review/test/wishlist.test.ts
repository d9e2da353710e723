import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { openShop, type Person, type Shop } from './setup.ts'

let shop: Shop
before(async () => {
  shop = await openShop({ services: ['user', 'product', 'inventory', 'review'], simulator: false })
})
after(() => shop?.platform.stop())

const wish = (product: { id: string }, who: Person) =>
  shop.client.send(api.addToWishlist, { params: { product_id: product.id } }, who.headers)
const unwish = (product: { id: string }, who: Person) =>
  shop.client.send(api.removeFromWishlist, { params: { product_id: product.id } }, who.headers)
const wishes = async (who: Person) => (await shop.client.call(api.listWishlist, {}, who.headers)).items
const ids = async (who: Person) => (await shop.client.call(api.listWishlistIds, {}, who.headers)).product_ids

/** What somebody was told since the last look: what, and at which price. */
const heard = new Map<string, number>()
async function news(who: Person): Promise<[string, number][]> {
  await shop.platform.drain()
  const all = (await shop.platform.said('review'))
    .filter(message => message.name.startsWith('wishlist.'))
    .filter(message => (message.payload as { user_id: string }).user_id === who.id)
    .map(({ name, payload }): [string, number] => [name, (payload as { price_minor: number }).price_minor])
  const fresh = all.slice(heard.get(who.id) ?? 0)
  heard.set(who.id, all.length)
  return fresh
}
const tomorrow = (who: Person) =>
  shop.sql`update wishlist_items set told_at = told_at - interval '25 hours' where user_id = ${who.id}`

test('a wishlist shows products as they are now, newest first, each once', async () => {
  const ada = await shop.customer()
  const [lamp, desk] = [await shop.product({ price: 20 }), await shop.product({ stock: 0 })]
  for (const product of [lamp, desk, lamp]) assert.equal((await wish(product, ada)).status, 204)
  assert.deepEqual(await ids(ada), [desk.id, lamp.id])
  await shop.change(lamp, { price: 25 })
  const [first, second, ...others] = await wishes(ada)
  assert.deepEqual(others, [])
  assert.deepEqual([first!.product_id, first!.available], [desk.id, false])
  assert.deepEqual(second, {
    product_id: lamp.id,
    sku: lamp.sku,
    slug: lamp.slug,
    name: lamp.name,
    image_url: lamp.image_url,
    price: 25,
    currency: 'USD',
    added_price: 20,
    available: true,
    added_at: second!.added_at,
  })
  assert.equal((await unwish(lamp, ada)).status, 204)
  assert.equal((await unwish(lamp, ada)).status, 404)
  assert.deepEqual(await ids(ada), [desk.id])
})

test('nobody sees or changes the wishlist of another; what is not for sale cannot be wished for', async () => {
  const [ada, ben] = [await shop.customer(), await shop.customer()]
  const lamp = await shop.product()
  await wish(lamp, ada)
  assert.deepEqual(await wishes(ben), [])
  assert.equal((await unwish(lamp, ben)).status, 404)
  assert.deepEqual(await ids(ada), [lamp.id])
  assert.equal((await wish({ id: randomUUID() }, ada)).status, 404)
  assert.equal((await wish(await shop.product({ is_active: false }), ada)).status, 404)
  const shirt = await shop.product()
  const small = await shop.platform
    .client('product')
    .call(api.createVariant, { params: { id: shirt.id }, body: { options: { size: 'S' }, stock: 5 } }, shop.staff)
  assert.equal((await wish(shirt, ada)).status, 404, 'one of its variants is')
  assert.equal((await wish(small, ada)).status, 204)
  assert.equal((await unwish(small, ada)).status, 204)
  const bad = await shop.client.send(api.addToWishlist, { params: { product_id: 'lamp' } }, ada.headers)
  assert.deepEqual([bad.status, bad.body.errors[0].pointer], [400, 'params/product_id'])
})

test('at most 100 products, however many come at once', async () => {
  const ada = await shop.customer()
  await shop.sql`
    with product as (
      insert into wished_products (product_id, slug, name, price_minor, currency, is_active, in_stock, known_at)
      select gen_random_uuid(), 'x', 'x', 1, 'USD', true, true, now() from generate_series(1, 98) returning product_id
    )
    insert into wishlist_items (user_id, product_id, price_minor, added_price_minor, currency, awaits_stock)
    select ${ada.id}, product_id, 1, 1, 'USD', false from product`
  const products = await Promise.all(Array.from({ length: 5 }, () => shop.product()))
  const answers = await Promise.all(products.map(product => wish(product, ada)))
  assert.deepEqual(answers.map(a => a.status).sort(), [204, 204, 409, 409, 409])
  assert.equal((await ids(ada)).length, 100)
})

test('back in stock is told once for each time it comes back, by the product form or by the warehouse', async () => {
  const [ada, ben] = [await shop.customer(), await shop.customer()]
  const lamp = await shop.product({ stock: 0, price: 20 })
  await wish(lamp, ada)
  await shop.platform.drain()
  await shop.change(lamp, { stock: 3 })
  await wish(lamp, ben)
  assert.deepEqual(await news(ada), [['wishlist.back-in-stock', 2000]])
  assert.deepEqual(await news(ben), [], 'who wished for it while it was there waits for nothing')

  await tomorrow(ada)
  const stock = shop.platform.client('inventory')
  const count = (on_hand: number) =>
    stock.call(api.setStock, { params: { product_id: lamp.id }, body: { on_hand } }, shop.staff)
  for (const on_hand of [2, 5, 1]) await count(on_hand)
  assert.deepEqual(await news(ada), [], 'more or less of it is no news')
  await count(0)
  await shop.platform.drain()
  await count(4)
  assert.deepEqual(await news(ada), [['wishlist.back-in-stock', 2000]])
  assert.deepEqual(await news(ben), [['wishlist.back-in-stock', 2000]])
})

test('a price is told when it falls below what its owner knows, and not when it comes back down to it', async () => {
  const ada = await shop.customer()
  const lamp = await shop.product({ price: 20 })
  await wish(lamp, ada)
  await shop.change(lamp, { price: 30 })
  await shop.change(lamp, { price: 20 })
  assert.deepEqual(await news(ada), [])
  await shop.change(lamp, { price: 15 })
  assert.deepEqual(await news(ada), [['wishlist.price-dropped', 1500]])
  const [message] = (await shop.platform.said('review')).filter(
    one => (one.payload as { user_id: string }).user_id === ada.id,
  )
  assert.equal((message!.payload as { known_price_minor: number }).known_price_minor, 2000)
  await tomorrow(ada)
  await shop.change(lamp, { price: 18 })
  await shop.change(lamp, { price: 15 })
  await shop.change(lamp, { name: `Better ${lamp.name}` })
  assert.deepEqual(await news(ada), [])
})

test('of one product nobody is told twice a day; what was held back is told then, if it still holds', async () => {
  const [ada, ben] = [await shop.customer(), await shop.customer()]
  const lamp = await shop.product({ price: 20 })
  const desk = await shop.product({ price: 20 })
  for (const who of [ada, ben]) for (const product of [lamp, desk]) await wish(product, who)
  for (const price of [19, 18, 17]) {
    await shop.change(lamp, { price })
    await shop.platform.drain()
  }
  await shop.change(desk, { price: 10 })
  assert.deepEqual(await news(ada), [
    ['wishlist.price-dropped', 1900],
    ['wishlist.price-dropped', 1000],
  ])
  await news(ben)
  await tomorrow(ada)
  assert.deepEqual(await news(ada), [['wishlist.price-dropped', 1700]])
  await shop.change(lamp, { price: 19 })
  await shop.platform.drain()
  await tomorrow(ben)
  assert.deepEqual(await news(ben), [], 'by then it was no longer so')
})

test('what cannot be bought is no news, however cheap; it is told with its price when it is back', async () => {
  const ada = await shop.customer()
  const lamp = await shop.product({ price: 20, stock: 1 })
  await wish(lamp, ada)
  await shop.platform.drain()
  await shop.change(lamp, { stock: 0 })
  await shop.change(lamp, { price: 5 })
  assert.deepEqual(await news(ada), [])
  await shop.change(lamp, { is_active: false, stock: 4 })
  assert.deepEqual(await news(ada), [])
  await shop.change(lamp, { is_active: true })
  assert.deepEqual(await news(ada), [['wishlist.back-in-stock', 500]])
})

test('news heard twice is told once, and news from before the wish is not told', async () => {
  const ada = await shop.customer()
  const lamp = await shop.product({ price: 20, stock: 0 })
  await wish(lamp, ada)
  const facts = { product_id: lamp.id, sku: lamp.sku, slug: lamp.slug, name: lamp.name, currency: 'USD' }
  await shop.hearTwice(api.productUpdated, lamp.id, { ...facts, is_active: true, price_minor: 1000 })
  await shop.hearTwice(api.catalogueChanged, lamp.id, { what: 'availability', in_stock: true })
  await shop.hearTwice(api.catalogueChanged, lamp.id, { what: 'product' })
  assert.deepEqual(await news(ada), [['wishlist.back-in-stock', 1000]])

  const desk = await shop.product({ stock: 0 })
  await shop.platform.drain()
  await shop.change(desk, { stock: 2 })
  await shop.change(desk, { stock: 0 })
  await wish(desk, ada)
  assert.deepEqual(await news(ada), [])
})

test('a product that is deleted leaves all wishlists; a person who is erased leaves none, and what they wished is exported', async () => {
  const [ada, ben] = [await shop.customer(), await shop.customer()]
  const [lamp, desk] = [await shop.product(), await shop.product()]
  for (const who of [ada, ben]) for (const product of [lamp, desk]) await wish(product, who)
  await shop.platform.client('product').call(api.deleteProduct, { params: { id: desk.id } }, shop.staff)
  assert.deepEqual(
    (await wishes(ada)).map(item => item.product_id),
    [lamp.id],
  )
  await shop.platform.drain()
  assert.deepEqual(await ids(ada), [lamp.id])
  await shop.hearTwice(api.productDeleted, desk.id, { product_id: desk.id })

  const asUser = await shop.platform.asService('user', 'review')
  const { exportPersonalData } = api.personalData('review')
  const exported = () => shop.client.call(exportPersonalData, { params: { user_id: ada.id } }, asUser)
  assert.deepEqual(
    (await exported()).wishlist!.map(item => (item as { product_id: string }).product_id),
    [lamp.id],
  )
  await shop.hearTwice(api.userErased, ada.id, { user_id: ada.id })
  assert.deepEqual((await exported()).wishlist, [])
  assert.deepEqual(await ids(ben), [lamp.id])
})

// The last one: it takes the catalogue away.
test('while the catalogue does not answer, the list is unavailable, and the hearts are still known', async () => {
  const ada = await shop.customer()
  const lamp = await shop.product()
  await wish(lamp, ada)
  await shop.platform.halt('product')
  assert.equal((await shop.client.send(api.listWishlist, {}, ada.headers)).status, 503)
  assert.deepEqual(await ids(ada), [lamp.id])
})
