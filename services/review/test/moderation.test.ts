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

const moderate = (review: { id: string }, body: object, headers = shop.staff) =>
  shop.client.send(api.moderateReview, { params: { id: review.id }, body }, headers)
const queue = (query: api.QueryOf<typeof api.listReviews> = {}) =>
  shop.client.call(api.listReviews, { query }, shop.staff)
const edit = (review: { id: string }, who: Person, text: string): Promise<api.OwnReview> =>
  shop.client.call(api.updateReview, { params: { id: review.id }, body: { stars: 5, text } }, who.headers)
const ratingOf = ({ rating_average, rating_count }: api.Product) => [rating_average, rating_count]

test('what is suspicious waits for staff, with the reasons, and is counted once it is published', async () => {
  const lamp = await shop.product()
  const ada = await shop.customer()
  const review = await shop.write(lamp, ada, {
    stars: 2,
    text: 'Cheaper at https://lamps.example, ask ada@example.com',
  })
  assert.equal(review.status, 'pending')
  assert.deepEqual((await shop.read(lamp)).items, [])
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [null, 0])
  const vote = await shop.client.send(api.voteForReview, { params: { id: review.id } }, (await shop.customer()).headers)
  assert.equal(vote.status, 404)

  const { items } = await queue({ status: 'pending', product_id: lamp.id })
  assert.deepEqual(
    items.map(item => [item.id, item.user_id, item.suspicions, item.moderated_at]),
    [[review.id, ada.id, ['link', 'email'], null]],
  )
  assert.equal((await moderate(review, { status: 'published' })).status, 200)
  assert.equal((await shop.read(lamp)).items.length, 1)
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [2, 1])
})

test('a rejection needs a reason, which its author is shown; and it can be taken back', async () => {
  const lamp = await shop.product()
  const ada = await shop.customer()
  const review = await shop.write(lamp, ada)
  const bad = await moderate(review, { status: 'rejected' })
  assert.deepEqual([bad.status, bad.body.errors[0].pointer], [400, '/reason'])
  assert.equal((await moderate(review, { status: 'published', reason: 'fine' })).status, 400)

  const reason = 'It is about the delivery.'
  for (let twice = 0; twice < 2; twice++)
    assert.equal((await moderate(review, { status: 'rejected', reason })).status, 200)
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [null, 0])
  const mine = await shop.client.call(api.getOwnReview, { params: { id: lamp.id } }, ada.headers)
  assert.deepEqual([mine.review!.status, mine.review!.rejection_reason], ['rejected', reason])

  await moderate(review, { status: 'published' })
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [5, 1])
  await moderate(review, { status: 'pending' })
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [null, 0])
  assert.equal(
    (await shop.client.call(api.getReview, { params: { id: review.id } }, shop.staff)).rejection_reason,
    null,
  )
})

test('an edit is looked at anew, and what was rejected does not come back by itself', async () => {
  const lamp = await shop.product()
  const ada = await shop.customer()
  const review = await shop.write(lamp, ada)
  assert.equal((await edit(review, ada, 'Call me: +44 20 7946 0958')).status, 'pending')
  assert.deepEqual(ratingOf(await shop.shown(lamp)), [null, 0])
  assert.equal((await edit(review, ada, 'A good lamp.')).status, 'published')
  await moderate(review, { status: 'rejected', reason: 'Not about the product.' })
  const again = await edit(review, ada, 'A very good lamp.')
  assert.deepEqual([again.status, again.rejection_reason], ['pending', null])
  const { suspicions } = await shop.client.call(api.getReview, { params: { id: review.id } }, shop.staff)
  assert.deepEqual(suspicions, ['rejected-before'])
})

test('staff publish the text they have read, or none', async () => {
  const lamp = await shop.product()
  const ada = await shop.customer()
  const review = await shop.write(lamp, ada, { text: 'see www.lamps.example' })
  const { items } = await queue({ status: 'pending', product_id: lamp.id })
  const { version } = items[0]!
  await edit(review, ada, 'see www.worse.example')
  const late = await moderate(review, { status: 'published', version })
  assert.deepEqual([late.status, late.body.type.split('/').at(-1), late.body.version], [409, 'review-edited', 2])
  assert.deepEqual((await shop.read(lamp)).items, [])
  assert.equal((await moderate(review, { status: 'published', version: 2 })).status, 200)
})

test('an author who edits while staff decide loses neither the edit nor a count', async () => {
  const lamp = await shop.product()
  const ada = await shop.customer()
  const review = await shop.write(lamp, ada)
  for (let round = 0; round < 8; round++) {
    await Promise.all([
      edit(review, ada, `A good lamp, said for the ${round}. time`),
      moderate(review, round % 2 ? { status: 'published' } : { status: 'rejected', reason: 'Really?' }),
    ])
    const now = await shop.client.call(api.getReview, { params: { id: review.id } }, shop.staff)
    assert.equal(now.text, `A good lamp, said for the ${round}. time`)
    assert.equal((await shop.read(lamp)).summary.count, now.status === 'published' ? 1 : 0)
  }
})

test('the queue is narrowed by status, stars, product and words, and pages through all', async () => {
  const lamp = await shop.product({ name: `Samovar ${randomUUID()}` })
  const people = [await shop.customer({ first_name: 'Wilhelmine' }), await shop.customer(), await shop.customer()]
  const written = [
    await shop.write(lamp, people[0]!, { stars: 1, text: 'One hundred_percent pure' }),
    await shop.write(lamp, people[1]!, { stars: 3, text: '100% pure', title: 'Truly' }),
    await shop.write(lamp, people[2]!, { stars: 3, text: 'see www.lamps.example' }),
  ]
  const ids = async (query: api.QueryOf<typeof api.listReviews>) =>
    (await queue({ product_id: lamp.id, ...query })).items.map(item => written.findIndex(one => one.id === item.id))
  assert.deepEqual(await ids({}), [2, 1, 0])
  assert.deepEqual(await ids({ status: 'published' }), [1, 0])
  assert.deepEqual(await ids({ stars: 3 }), [2, 1])
  assert.deepEqual(await ids({ q: 'wilhelm' }), [0])
  assert.deepEqual(await ids({ q: 'samovar' }), [2, 1, 0])
  assert.deepEqual(await ids({ q: 'truly' }), [1])
  assert.deepEqual(await ids({ q: '0%' }), [1], 'a sign that means something to SQL is only a sign')
  assert.deepEqual(await ids({ q: 'd_p' }), [0])
  const first = await queue({ product_id: lamp.id, limit: 2 })
  assert.deepEqual(await ids({ cursor: first.next_cursor! }), [0])
  const { counts } = first
  const rows = await shop.sql<{ status: api.ReviewStatus; n: number }[]>`
    select status, count(*)::int as n from reviews group by status`
  for (const { status, n } of rows) assert.equal(counts[status], n)
  assert.equal((await shop.client.send(api.listReviews, { query: { cursor: 'x' } }, shop.staff)).status, 400)
})

test('only who moderates may look and decide, and what is not there is not there', async () => {
  const lamp = await shop.product()
  const review = await shop.write(lamp, await shop.customer())
  const clerk = await shop.staffWith('orders', 'catalogue')
  for (const headers of [clerk, (await shop.customer()).headers]) {
    assert.equal((await moderate(review, { status: 'pending' }, headers)).status, 403)
    assert.equal((await shop.client.send(api.listReviews, {}, headers)).status, 403)
    assert.equal((await shop.client.send(api.getReview, { params: { id: review.id } }, headers)).status, 403)
  }
  assert.equal((await moderate({ id: randomUUID() }, { status: 'pending' })).status, 404)
  const { status } = await shop.client.send(api.getReview, { params: { id: randomUUID() } }, shop.staff)
  assert.equal(status, 404)
})

test('a shop that looks at every review publishes none by itself', async () => {
  const strict = await openShop({
    services: ['user', 'product', 'inventory', 'review'],
    simulator: false,
    env: { MODERATE_ALL: 'true' },
  })
  try {
    const review = await strict.write(await strict.product(), await strict.customer())
    assert.equal(review.status, 'pending')
    const { suspicions } = await strict.client.call(api.getReview, { params: { id: review.id } }, strict.staff)
    assert.deepEqual(suspicions, ['all'])
  } finally {
    await strict.platform.stop()
  }
})
