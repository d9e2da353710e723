import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import sharp from 'sharp'
import { openShop, type Person, type Shop } from './setup.ts'

let shop: Shop
before(async () => {
  shop = await openShop({ services: ['user', 'product', 'inventory', 'review'], simulator: false })
})
after(() => shop?.platform.stop())

let colours = 0
/** A picture nobody else has. */
const picture = async (width = 700, height = 500) => {
  const background = { r: (colours * 37) % 256, g: (colours * 91) % 256, b: colours++ % 256 }
  return Uint8Array.from(
    await sharp({ create: { width, height, channels: 3, background } })
      .jpeg()
      .toBuffer(),
  )
}
const add = (review: { id: string }, who: Person, body: unknown) =>
  shop.client.send(api.addReviewPhoto, { params: { id: review.id }, body }, who.headers)
const take = (review: { id: string }, who: Person, url: string) =>
  shop.client.send(api.deleteReviewPhoto, { params: { id: review.id }, query: { name: nameOf(url) } }, who.headers)
const nameOf = (url: string) => url.split('/').at(-1)!
const get = (url: string) => fetch(shop.platform.url('review') + url)
const publish = (review: { id: string }) =>
  shop.client.call(api.moderateReview, { params: { id: review.id }, body: { status: 'published' } }, shop.staff)

test('a picture is shown once staff have seen it, in the widths it has; the review counts from then on', async () => {
  const lamp = await shop.product()
  const ada = await shop.customer()
  const review = await shop.write(lamp, ada)
  const answer = await add(review, ada, await picture())
  assert.deepEqual([answer.status, answer.body.status, answer.body.photos.length], [201, 'pending', 1])
  assert.deepEqual((await shop.read(lamp)).items, [])
  assert.equal((await shop.shown(lamp)).rating_count, 0)
  const { suspicions } = await shop.client.call(api.getReview, { params: { id: review.id } }, shop.staff)
  assert.deepEqual(suspicions, ['photo'])

  await publish(review)
  await shop.write(lamp, await shop.customer())
  const { items } = await shop.read(lamp, { with_photos: true })
  assert.deepEqual(
    items.map(item => item.id),
    [review.id],
  )
  assert.equal((await shop.read(lamp, { with_photos: false })).items.length, 1)
  const sizes = api.pictureSizes(items[0]!.photos[0]!.url)!.sizes
  assert.deepEqual(
    sizes.map(size => size.width),
    [320, 640, 700],
  )
  for (const { url, width } of sizes) {
    const shown = await get(url)
    assert.deepEqual([shown.status, shown.headers.get('content-type')], [200, 'image/webp'])
    assert.equal((await sharp(Buffer.from(await shown.arrayBuffer())).metadata()).width, width)
  }
})

test('at most four, however many come at once, and the same one twice is one', async () => {
  const ada = await shop.customer()
  const review = await shop.write(await shop.product(), ada)
  const first = await picture()
  for (let twice = 0; twice < 2; twice++) assert.equal((await add(review, ada, first)).body.photos.length, 1)
  const more = await Promise.all([1, 2, 3, 4, 5].map(() => picture(20, 20)))
  const answers = await Promise.all(more.map(one => add(review, ada, one)))
  assert.deepEqual(answers.map(a => a.status).sort(), [201, 201, 201, 409, 409])
  const rows = await shop.sql<{ n: number }[]>`select cardinality(photos) as n from reviews where id = ${review.id}`
  assert.equal(rows[0]!.n, 4)
})

test('what is no picture is refused, and nobody adds to or takes from what is not theirs', async () => {
  const [ada, ben] = [await shop.customer(), await shop.customer()]
  const review = await shop.write(await shop.product(), ada)
  assert.equal((await add(review, ada, Uint8Array.from(Buffer.from('<svg/>')))).status, 415)
  const broken = (await picture()).slice(0, 400)
  assert.equal((await add(review, ada, broken)).status, 400)
  assert.equal((await add(review, ben, await picture())).status, 404)
  assert.equal((await add({ id: randomUUID() }, ada, await picture())).status, 404)
  const { body } = await add(review, ada, await picture())
  assert.equal((await take(review, ben, body.photos[0].url)).status, 404)
  assert.equal((await get(body.photos[0].url)).status, 200)
  assert.equal((await get(`/api/review-photos/${'0'.repeat(32)}-20x20.webp`)).status, 404)
  const bad = await shop.client.send(api.getReviewPhoto, { params: { name: 'x.webp' } })
  assert.equal(bad.status, 400)
})

test('a picture that is taken away is gone with its files, and so are those of a review that is deleted or a person erased', async () => {
  const same = await picture()
  const [ada, ben] = [await shop.customer(), await shop.customer()]
  const [lamp, desk] = [await shop.product(), await shop.product()]
  const mine = await shop.write(lamp, ada)
  const other = await shop.write(lamp, ben)
  const kept = (await add(other, ben, same)).body.photos[0].url
  const taken = (await add(mine, ada, same)).body.photos[0].url
  const deleted = (await add(mine, ada, await picture())).body.photos[1].url
  const erased = (await add(await shop.write(desk, ada), ada, await picture())).body.photos[0].url
  assert.equal((await take(mine, ada, taken)).status, 204)
  assert.equal((await take(mine, ada, taken)).status, 404)
  await shop.client.call(api.deleteReview, { params: { id: mine.id } }, ada.headers)
  await shop.hearTwice(api.userErased, ada.id, { user_id: ada.id })
  await shop.platform.drain()
  for (const url of [taken, deleted, erased])
    for (const size of api.pictureSizes(url)!.sizes) assert.equal((await get(size.url)).status, 404, url)
  assert.equal((await get(kept)).status, 200, 'who uploaded the same keeps it')
  assert.equal((await shop.sql`select 1 from dropped_photos`).count, 0)
})
