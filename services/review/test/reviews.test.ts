import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { openShop, type Person, type Shop } from './setup.ts'

/* Writing, reading, finding helpful; and what the catalogue shows of it. */

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop?.platform.stop())

const edit = (review: { id: string }, who: Person, words: object = {}) =>
  shop.client.send(
    api.updateReview,
    { params: { id: review.id }, body: { stars: 4, text: 'It still does.', ...words } },
    who.headers,
  )
const remove = (review: { id: string }, who: Person) =>
  shop.client.send(api.deleteReview, { params: { id: review.id } }, who.headers)
const vote = (review: { id: string }, who: Person) =>
  shop.client.send(api.voteForReview, { params: { id: review.id } }, who.headers)
const unvote = (review: { id: string }, who: Person) =>
  shop.client.send(api.withdrawVote, { params: { id: review.id } }, who.headers)
const ratingOf = ({ rating_average, rating_count }: api.Product) => [rating_average, rating_count]

test('a review is shown to everybody at once, with the name as far as it goes, and without what leads to the person', async () => {
  const lamp = await shop.product()
  const ada = await shop.customer({ first_name: 'Ada', last_name: 'Lovelace' })
  const written = await shop.write(lamp, ada, { stars: 4, title: ' Warm ', text: 'It gives a warm light.\n' })
  assert.deepEqual([written.status, written.product_name], ['published', lamp.name])
  const { items, summary, next_cursor, product_id } = await shop.read(lamp)
  assert.deepEqual(items, [
    {
      id: written.id,
      product_id: lamp.id,
      author_name: 'Ada L.',
      stars: 4,
      title: 'Warm',
      text: 'It gives a warm light.',
      is_verified: false,
      helpful_count: 0,
      photos: [],
      created_at: written.created_at,
      edited_at: null,
    },
  ])
  assert.deepEqual([product_id, next_cursor], [lamp.id, null])
  assert.deepEqual([summary.average, summary.count], [4, 1])
  assert.deepEqual(
    summary.histogram.map(bar => [bar.stars, bar.count]),
    [[5, 0], [4, 1], [3, 0], [2, 0], [1, 0]], // biome-ignore format: a pair a line
  )
})

test('one review for each customer and product, however often it is sent at once; the refusal names it', async () => {
  const lamp = await shop.product()
  const ada = await shop.customer()
  const body = { stars: 5, text: 'It gives a warm light.' }
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => shop.client.send(api.createReview, { params: { id: lamp.id }, body }, ada.headers)),
  )
  assert.deepEqual(answers.map(a => a.status).sort(), [201, 409, 409, 409, 409, 409])
  const made = answers.find(a => a.status === 201)!.body
  for (const { status, body } of answers) if (status === 409) assert.equal(body.review_id, made.id)
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [5, 1])
})

test('what the catalogue shows follows each change, and hearing of it twice changes nothing', async () => {
  const lamp = await shop.product()
  const [ada, ben, cleo] = [await shop.customer(), await shop.customer(), await shop.customer()]
  const first = await shop.write(lamp, ada, { stars: 5 })
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [5, 1])
  await shop.write(lamp, ben, { stars: 2 })
  await shop.write(lamp, cleo, { stars: 4 })
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [3.67, 3])
  assert.equal((await edit(first, ada, { stars: 1 })).status, 200)
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [2.33, 3])

  const { platform } = shop
  const said = (await platform.said('review')).filter(one => one.aggregate_id === lamp.id)
  await platform.service('product').deliver([...said, ...said])
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [2.33, 3])
  assert.ok((await platform.said('product')).some(m => m.aggregate_id === lamp.id && m.name === 'catalogue.changed'))

  assert.equal((await remove(first, ada)).status, 204)
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [3, 2])
  // Other words for the same stars are no other rating.
  const before = (await platform.said('review')).length
  const { items } = await shop.read(lamp)
  await edit(items.find(one => one.stars === 4)!, cleo, { stars: 4, text: 'Quite.' })
  await platform.drain()
  assert.equal((await platform.said('review')).length, before)
})

test('products are sorted by their rating', async () => {
  const [bad, none, good] = [await shop.product(), await shop.product(), await shop.product()]
  await shop.write(bad, await shop.customer(), { stars: 1 })
  await shop.write(good, await shop.customer(), { stars: 5 })
  await shop.platform.drain()
  const { items } = await shop.platform.client('product').call(api.listProducts, { query: { sort: 'rating' } })
  const at = (product: api.Product) => items.findIndex(one => one.id === product.id)
  assert.ok(at(good) < at(bad) && at(bad) < at(none), `${[at(good), at(bad), at(none)]}`)
})

test('of many who review, edit and delete at once none is miscounted', async () => {
  const lamp = await shop.product()
  const people = await Promise.all(Array.from({ length: 16 }, () => shop.customer()))
  const written = await Promise.all(people.map((who, i) => shop.write(lamp, who, { stars: 1 + (i % 5) })))
  await Promise.all(
    people.map((who, i) => {
      if (i % 4 === 0) return remove(written[i]!, who)
      return i % 4 === 1 ? edit(written[i]!, who, { stars: 5 }) : edit(written[i]!, who, { stars: 1 + ((i + 1) % 5) })
    }),
  )
  const rows = await shop.sql<{ stars: number }[]>`select stars from reviews where product_id = ${lamp.id}`
  assert.equal(rows.length, 12)
  const average = Math.round((100 * rows.reduce((sum, row) => sum + row.stars, 0)) / rows.length) / 100
  const { summary } = await shop.read(lamp)
  assert.deepEqual([summary.average, summary.count], [average, 12])
  for (const { stars, count } of summary.histogram) assert.equal(count, rows.filter(row => row.stars === stars).length)
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [average, 12])
})

test('each sort pages through all of them, once each, in its order', async () => {
  const lamp = await shop.product()
  const people = await Promise.all(Array.from({ length: 7 }, () => shop.customer()))
  const stars = [3, 5, 3, 1, 5, 4, 1]
  const written: api.OwnReview[] = []
  for (const [i, who] of people.entries()) written.push(await shop.write(lamp, who, { stars: stars[i]! }))
  for (const [i, votes] of [0, 2, 1, 1, 0, 2, 0].entries())
    for (const who of people.filter((_, j) => j !== i).slice(0, votes))
      assert.equal((await vote(written[i]!, who)).status, 200)

  const place = new Map(written.map((review, i) => [review.id, i]))
  const orders = {
    newest: [6, 5, 4, 3, 2, 1, 0],
    helpful: [5, 1, 3, 2, 6, 4, 0],
    highest: [4, 1, 5, 2, 0, 6, 3],
    lowest: [6, 3, 2, 0, 5, 4, 1],
  }
  for (const sort of api.reviewSorts) {
    const seen: number[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await shop.read(lamp, { sort, limit: 3, ...(cursor ? { cursor } : {}) })
      seen.push(...page.items.map(item => place.get(item.id)!))
      cursor = page.next_cursor
    }
    assert.deepEqual(seen, orders[sort], sort)
  }
  const fives = await shop.read(lamp, { stars: 5 })
  assert.deepEqual(
    fives.items.map(item => place.get(item.id)),
    [4, 1],
  )
  assert.equal(fives.summary.count, 7, 'the summary is of all')
  const { next_cursor } = await shop.read(lamp, { limit: 1 })
  for (const query of [{ cursor: 'x' }, { sort: 'lowest', cursor: next_cursor }]) {
    const { status, body } = await shop.client.send(api.listProductReviews, { params: { id: lamp.id }, query })
    assert.deepEqual([status, body.type.split('/').at(-1)], [400, 'invalid-cursor'])
  }
})

test('who was delivered the product is marked, whether before they wrote or after, and can be asked for', async () => {
  const lamp = await shop.product()
  const [early, late, never] = [await shop.customer(), await shop.customer(), await shop.customer()]
  await shop.deliver(lamp, early)
  const verified = await shop.write(lamp, early)
  assert.equal(verified.is_verified, true)
  const waiting = await shop.write(lamp, late)
  const only = await shop.write(lamp, never)
  assert.equal(waiting.is_verified, false)
  await shop.deliver(lamp, late)
  const ids = async (verified: boolean) => (await shop.read(lamp, { verified })).items.map(item => item.id)
  assert.deepEqual(await ids(true), [waiting.id, verified.id])
  assert.deepEqual(await ids(false), [only.id])
  const mine = (who: Person) =>
    shop.client.call(api.getOwnReview, { params: { id: lamp.id } }, who.headers).then(own => own.was_delivered)
  assert.deepEqual([await mine(late), await mine(never)], [true, false])
})

test('a product in variants is reviewed as one, and whoever was delivered any of them is marked', async () => {
  const shirt = await shop.product()
  const [small, large] = await Promise.all(
    ['S', 'L'].map(size =>
      shop.platform
        .client('product')
        .call(api.createVariant, { params: { id: shirt.id }, body: { options: { size }, stock: 5 } }, shop.staff),
    ),
  )
  const [ada, ben] = [await shop.customer(), await shop.customer()]
  await shop.deliver(small!, ada)
  const first = await shop.write(large!, ada, { stars: 4 })
  assert.deepEqual([first.product_id, first.product_name, first.is_verified], [shirt.id, shirt.name, true])
  const second = await shop.write(shirt, ben, { stars: 2 })
  assert.equal(second.is_verified, false)
  const again = await shop.client.send(
    api.createReview,
    { params: { id: small!.id }, body: { stars: 1, text: 'Once more.' } },
    ada.headers,
  )
  assert.deepEqual([again.status, again.body.review_id], [409, first.id])
  const verified = await shop.read(shirt, { verified: true })
  assert.deepEqual(
    verified.items.map(item => item.id),
    [first.id],
  )
  const mine = await shop.client.call(api.getOwnReview, { params: { id: shirt.id } }, ada.headers)
  assert.equal(mine.was_delivered, true)
  assert.deepEqual(ratingOf(await shop.shown(shirt)), [3, 2])
  const facts = { product_id: randomUUID(), parent_id: shirt.id }
  await shop.hearTwice(api.productCreated, facts.product_id, facts)
  assert.equal((await shop.sql`select 1 from variants where product_id = ${facts.product_id}`).count, 1)
})

test('a delivery heard twice is one, and one of a guest or an older kind is none', async () => {
  const [user_id, product_id] = [randomUUID(), randomUUID()]
  const line = { product_id, quantity: 1, price_minor: 100 }
  const order = { order_id: randomUUID(), user_id, items: [line, line] }
  await shop.hearTwice(api.orderDelivered, order.order_id, order)
  await shop.hearTwice(api.orderDelivered, order.order_id, { ...order, user_id: null })
  await shop.hearTwice(api.orderDelivered, order.order_id, { order_id: order.order_id, user_id: randomUUID() })
  const rows = await shop.sql`select user_id from deliveries where product_id = ${product_id}`
  assert.deepEqual([...rows], [{ user_id }])
})

test('each customer counts once as helped, also when pressed many times at once, and never by oneself', async () => {
  const lamp = await shop.product()
  const [ada, ben, cleo] = [await shop.customer(), await shop.customer(), await shop.customer()]
  const review = await shop.write(lamp, ada)
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => vote(review, ben)))
  assert.deepEqual(
    answers.map(a => a.status),
    [200, 200, 200, 200, 200],
  )
  assert.deepEqual((await vote(review, cleo)).body, { helpful_count: 2 })
  const own = await vote(review, ada)
  assert.deepEqual([own.status, own.body.type.split('/').at(-1)], [409, 'own-review'])
  const { helpful_ids } = await shop.client.call(api.getOwnReview, { params: { id: lamp.id } }, ben.headers)
  assert.deepEqual(helpful_ids, [review.id])
  assert.equal((await shop.read(lamp)).items[0]!.helpful_count, 2)
  await Promise.all([1, 2, 3].map(() => unvote(review, ben)))
  assert.deepEqual((await unvote(review, ben)).body, { helpful_count: 1 })
  for (const nothing of [{ id: randomUUID() }]) {
    assert.equal((await vote(nothing, ben)).status, 404)
    assert.equal((await unvote(nothing, ben)).status, 404)
  }
})

test('nobody edits or deletes what is not theirs, staff neither', async () => {
  const lamp = await shop.product()
  const [ada, ben] = [await shop.customer(), await shop.customer()]
  const review = await shop.write(lamp, ada)
  for (const who of [ben, { ...ben, headers: shop.staff }]) {
    assert.equal((await edit(review, who)).status, 404)
    assert.equal((await remove(review, who)).status, 404)
  }
  assert.equal((await shop.read(lamp)).items[0]!.text, 'It gives a warm light.')
  const edited = await edit(review, ada, { title: 'Later' })
  assert.deepEqual([edited.status, edited.body.title], [200, 'Later'])
  assert.ok(edited.body.edited_at)
})

test('your own reviews are listed, newest first, whatever their status', async () => {
  const ada = await shop.customer()
  const products = [await shop.product(), await shop.product(), await shop.product()]
  for (const [i, product] of products.entries())
    await shop.write(product, ada, i === 1 ? { text: 'see www.lamps.example' } : {})
  const first = await shop.client.call(api.listOwnReviews, { query: { limit: 2 } }, ada.headers)
  const rest = await shop.client.call(api.listOwnReviews, { query: { cursor: first.next_cursor! } }, ada.headers)
  assert.deepEqual(
    [...first.items, ...rest.items].map(item => [item.product_name, item.status]),
    [
      [products[2]!.name, 'published'],
      [products[1]!.name, 'pending'],
      [products[0]!.name, 'published'],
    ],
  )
  assert.equal(rest.next_cursor, null)
  const bad = await shop.client.send(api.listOwnReviews, { query: { cursor: 'x' } }, ada.headers)
  assert.equal(bad.status, 400)
})

test('a review in your own list shows its product as it is now, and is there too when the catalogue is not', async () => {
  const ada = await shop.customer()
  const lamp = await shop.product()
  await shop.write(lamp, ada)
  const list = async () => (await shop.client.call(api.listOwnReviews, {}, ada.headers)).items[0]!
  await shop.change(lamp, { name: 'Lamp of today' })
  assert.deepEqual((await list()).product, { slug: lamp.slug, name: 'Lamp of today', image_url: lamp.image_url })
  assert.equal((await list()).product_name, lamp.name)
  await shop.platform.halt('product')
  try {
    assert.equal((await list()).product, null)
  } finally {
    await shop.platform.resume('product')
  }
  await shop.change(lamp, { is_active: false })
  assert.equal((await list()).product, null)
})

test('what was delivered and not reviewed yet is listed once a product, the newest first, page by page', async () => {
  const ada = await shop.customer()
  const ben = await shop.customer()
  const toWrite = (query: api.QueryOf<typeof api.listUnreviewed> = {}) =>
    shop.client.call(api.listUnreviewed, { query }, ada.headers)
  assert.deepEqual(await toWrite(), { items: [], next_cursor: null })
  const [lamp, pot, gone] = [await shop.product(), await shop.product(), await shop.product()]
  const shirt = await shop.product({ stock: 0 })
  const variants = []
  for (const size of ['S', 'M'])
    variants.push(
      await shop.platform
        .client('product')
        .call(api.createVariant, { params: { id: shirt.id }, body: { options: { size }, stock: 5 } }, shop.staff),
    )
  for (const product of [lamp, pot, gone, ...variants]) await shop.deliver(product, ada)
  await shop.deliver(lamp, ben)
  await shop.change(gone, { is_active: false })

  const all = await toWrite()
  assert.deepEqual(
    all.items.map(item => item.product_id),
    [shirt.id, pot.id, lamp.id],
  )
  assert.equal(all.items[0]!.name, shirt.name)
  assert.ok(all.items.every(item => item.delivered_at && item.slug))
  const first = await toWrite({ limit: 1 })
  const rest = await toWrite({ limit: 10, cursor: first.next_cursor! })
  assert.deepEqual([...first.items, ...rest.items], all.items)

  await shop.write(pot, ada, { text: 'see www.lamps.example' })
  await shop.write(shirt, ada)
  assert.deepEqual(
    (await toWrite()).items.map(item => item.product_id),
    [lamp.id],
    'also one that waits for staff is written',
  )
  const bad = await shop.client.send(api.listUnreviewed, { query: { cursor: 'x' } }, ada.headers)
  assert.deepEqual([bad.status, bad.body.type], [400, 'https://shopfleet.dev/problems/invalid-cursor'])
  assert.equal((await shop.client.send(api.listUnreviewed, {})).status, 401)
})

test('bad input names the field and the rule; what is not for sale cannot be reviewed, nor what never was', async () => {
  const lamp = await shop.product()
  const ada = await shop.customer()
  const send = (id: string, body: unknown, headers = ada.headers) =>
    shop.client.send(api.createReview, { params: { id }, body }, headers)
  const good = { stars: 3, text: 'So so.' }
  const bad: [object, string][] = [
    [{ ...good, stars: 6 }, '/stars'],
    [{ ...good, stars: 2.5 }, '/stars'],
    [{ ...good, text: ' \n ' }, '/text'],
    [{ ...good, text: 'a'.repeat(5001) }, '/text'],
    [{ ...good, title: 'a'.repeat(121) }, '/title'],
    [{ text: 'So so.' }, '/stars'],
    [{ ...good, is_verified: true }, '/is_verified'],
  ]
  for (const [body, pointer] of bad) {
    const answer = await send(lamp.id, body)
    assert.deepEqual([answer.status, answer.body.errors[0].pointer], [400, pointer])
  }
  assert.equal((await send(randomUUID(), good)).status, 404)
  const hidden = await shop.product({ is_active: false })
  assert.equal((await send(hidden.id, good)).status, 404)
  assert.equal((await send(lamp.id, good, {})).status, 401)
  assert.deepEqual((await shop.read({ id: randomUUID() })).items, [])
})

test('a person who is erased takes along what they wrote and found helpful, and the ratings follow', async () => {
  const [lamp, desk] = [await shop.product(), await shop.product()]
  const [ada, ben] = [await shop.customer({ first_name: 'Adelheid' }), await shop.customer()]
  await shop.write(lamp, ada, { stars: 1 })
  await shop.write(desk, ada, { stars: 2, text: 'see www.lamps.example' })
  const other = await shop.write(lamp, ben, { stars: 4 })
  await vote(other, ada)
  await shop.deliver(lamp, ada)
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [2.5, 2])

  const { exportPersonalData } = api.personalData('review')
  const asUser = await shop.platform.asService('user', 'review')
  const exported = () => shop.client.call(exportPersonalData, { params: { user_id: ada.id } }, asUser)
  const all = await exported()
  assert.deepEqual([all.reviews!.length, all.votes!.length], [2, 1])
  assert.match(JSON.stringify(all.reviews), /Adelheid/)

  await shop.hearTwice(api.userErased, ada.id, { user_id: ada.id })
  assert.deepEqual(await exported(), { reviews: [], votes: [], wishlist: [] })
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [4, 1])
  assert.equal((await shop.read(lamp)).items[0]!.helpful_count, 0)
  assert.equal((await shop.sql`select 1 from deliveries where user_id = ${ada.id}`).count, 0)
})

test('an account that is gone writes nothing any more, though its token is still good', async () => {
  const lamp = await shop.product()
  const ada = await shop.customer()
  await shop.platform.sql('user')`update users set is_active = false where id = ${ada.id}`
  const body = { stars: 5, text: 'It gives a warm light.' }
  const { status } = await shop.client.send(api.createReview, { params: { id: lamp.id }, body }, ada.headers)
  assert.equal(status, 401)
  assert.deepEqual((await shop.read(lamp)).items, [])
})

// The last one: it takes the catalogue away.
test('while the catalogue does not answer nothing can be written, and everything read', async () => {
  const lamp = await shop.product()
  const ada = await shop.customer()
  await shop.write(lamp, ada)
  await shop.platform.halt('product')
  const body = { stars: 5, text: 'It gives a warm light.' }
  const ben = await shop.customer()
  assert.equal((await shop.client.send(api.createReview, { params: { id: lamp.id }, body }, ben.headers)).status, 503)
  assert.equal((await shop.read(lamp)).items.length, 1)
})
