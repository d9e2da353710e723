import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import sharp from 'sharp'

let platform: TestPlatform
let product: api.Client
let staff: { authorization: string }
before(async () => {
  platform = await startTestPlatform({ services: ['product', 'inventory', 'gateway'] })
  product = platform.client('product')
  staff = await platform.asStaff('catalogue')
})
after(() => platform?.stop())

const create = () =>
  product.call(api.createProduct, { body: { name: `Lamp ${randomUUID()}`, price: 10, stock: 3 } }, staff)
let colours = 0
/** A picture nobody else has. */
const picture = async (width = 1500, height = 1000, type: 'jpeg' | 'png' = 'jpeg') => {
  const background = { r: (colours * 37) % 256, g: (colours * 91) % 256, b: colours++ % 256 }
  const bytes = await sharp({ create: { width, height, channels: 3, background } })
    .toFormat(type)
    .toBuffer()
  return Uint8Array.from(bytes)
}
const upload = (id: string, body: unknown, query: object = {}, headers = {}) =>
  product.send(api.uploadImage, { params: { id }, query, body }, { ...staff, ...headers })
const pictured = async (count: number) => {
  const { id } = await create()
  let last: api.Product | undefined
  for (let i = 0; i < count; i++) last = (await upload(id, await picture(20, 20))).body
  return last!
}
const problemOf = ({ status, body }: api.Answer<any>) => [status, body.type?.split('/').at(-1)]
const get = (path: string, headers = {}) => fetch(`${platform.url('gateway')}${path}`, { headers })

test('an uploaded picture is shown at once, in every size it has, and may be kept for ever', async () => {
  const made = await create()
  const gateway = platform.client('gateway')
  // Kept by the gateway as it was before.
  assert.deepEqual((await gateway.call(api.getProduct, { params: { id: made.id } })).images, [])
  const input = { params: { id: made.id }, query: { alt: 'A lamp of brass' }, body: await picture() }
  const answer = await gateway.send(api.uploadImage, input, staff)
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  const shown = await gateway.call(api.getProduct, { params: { id: made.id } })
  assert.deepEqual(shown, answer.body)
  assert.equal(shown.images.length, 1)
  const { url, alt } = shown.images[0]!
  assert.equal(alt, 'A lamp of brass')
  assert.equal(shown.image_url, url)
  const found = api.pictureSizes(url)!
  assert.deepEqual([found.width, found.height], [1500, 1000])
  assert.deepEqual(
    found.sizes.map(size => size.width),
    [320, 640, 1280, 1500],
  )
  for (const size of found.sizes) {
    const response = await get(size.url)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'image/webp')
    assert.equal(response.headers.get('cache-control'), 'public, max-age=31536000, immutable')
    const bytes = Buffer.from(await response.arrayBuffer())
    assert.equal((await sharp(bytes).metadata()).width, size.width)
    assert.equal((await get(size.url, { 'if-none-match': response.headers.get('etag')! })).status, 304)
  }
  assert.equal((await get(url.replace('1500x1000', '960'))).status, 404)
  await platform.drain()
  const names = (await platform.said('product')).filter(one => one.aggregate_id === made.id).map(one => one.name)
  assert.deepEqual(names, ['product.created', 'catalogue.changed'], 'every gateway hears of it')
})

test('a picture is kept by its content: uploaded twice it is there once, and as a text it has the last', async () => {
  const made = await create()
  const body = await picture(30, 30)
  const first = await upload(made.id, body)
  assert.equal(first.body.images[0].alt, made.name, 'the name, until it has a text')
  const again = await upload(made.id, body, { alt: 'Now with a text' })
  assert.deepEqual(again.body.images, [{ url: first.body.images[0].url, alt: 'Now with a text' }])
  const other = await create()
  assert.equal((await upload(other.id, body)).body.image_url, first.body.image_url)
})

test('pictures have an order and texts; one that was added meanwhile is not lost', async () => {
  const { id, images } = await pictured(3)
  const [a, b, c] = images.map(image => image.url)
  const arrange = (body: object) => product.send(api.arrangeImages, { params: { id }, body }, staff)
  const { status, body } = await arrange({ images: [{ url: c, alt: 'The third' }, { url: a }] })
  assert.equal(status, 200)
  assert.deepEqual(
    body.images.map((image: { url: string }) => image.url),
    [c, a, b],
  )
  assert.equal(body.images[0].alt, 'The third')
  assert.equal(body.image_url, c)
  for (const wrong of [
    [{ url: a }, { url: a }],
    [{ url: a }, { url: '/api/images/other.svg' }],
  ]) {
    const refused = await arrange({ images: wrong })
    assert.deepEqual(problemOf(refused), [400, 'validation-failed'])
    assert.deepEqual(refused.body.errors[0].pointer, '/images/1/url')
  }
  assert.deepEqual(problemOf(await arrange({ images: [] })), [400, 'validation-failed'])
  const unknown = { params: { id: randomUUID() }, body: { images: [{ url: a }] } }
  assert.deepEqual(problemOf(await product.send(api.arrangeImages, unknown, staff)), [404, 'not-found'])
})

test('a deleted picture is gone from the product; its file stays for past orders', async () => {
  const { id, images } = await pictured(2)
  const url = images[0]!.url
  const remove = () => product.send(api.deleteImage, { params: { id }, query: { url } }, staff)
  const { status, body } = await remove()
  assert.equal(status, 200)
  assert.deepEqual(body.images, [images[1]])
  assert.deepEqual(problemOf(await remove()), [404, 'not-found'])
  assert.equal((await get(url)).status, 200)
  const unknown = { params: { id: randomUUID() }, query: { url } }
  assert.deepEqual(problemOf(await product.send(api.deleteImage, unknown, staff)), [404, 'not-found'])
})

test('many uploaded at once are all there, up to twenty', async () => {
  const { id } = await create()
  const bodies = await Promise.all(Array.from({ length: 22 }, () => picture(10, 10)))
  const answers = await Promise.all(bodies.map(body => upload(id, body)))
  const refused = answers.filter(answer => answer.status !== 201)
  assert.equal(refused.length, 2)
  for (const answer of refused) assert.deepEqual(problemOf(answer), [409, 'too-many'])
  assert.equal((await product.call(api.getProduct, { params: { id } })).images.length, 20)
})

test('a file is refused with the reason, and nothing of the product has changed', async () => {
  const { id } = await create()
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>'
  const cut = (await picture(800, 800, 'png')).slice(0, 300)
  const cases: [string, unknown, object, [number, string], RegExp][] = [
    [
      'a drawing that says so',
      svg,
      { 'content-type': 'image/svg+xml' },
      [415, 'unsupported-media-type'],
      /Send image\/jpeg/,
    ],
    [
      'a drawing that says it is a picture',
      svg,
      { 'content-type': 'image/png' },
      [415, 'unsupported-media-type'],
      /by its content/i,
    ],
    ['JSON', '{"url":"x"}', { 'content-type': 'application/json' }, [415, 'unsupported-media-type'], /Send image/],
    ['half a picture', cut, {}, [400, 'validation-failed'], /cannot be read/],
    ['nothing', new Uint8Array(), {}, [400, 'validation-failed'], /not empty/],
    ['too much', new Uint8Array(api.maxPictureBytes + 1), {}, [413, 'body-too-large'], /too large/],
  ]
  for (const [what, body, headers, problem, words] of cases) {
    const answer = await upload(id, body, {}, headers)
    assert.deepEqual(problemOf(answer), problem, what)
    assert.match(JSON.stringify(answer.body), words, what)
  }
  const long = await upload(id, await picture(5, 5), { alt: 'x'.repeat(301) })
  assert.deepEqual(long.body.errors[0].pointer, 'query/alt')
  assert.deepEqual(problemOf(await upload(randomUUID(), await picture(5, 5))), [404, 'not-found'])
  assert.deepEqual((await product.call(api.getProduct, { params: { id } })).images, [])
})

test('pictures are for staff of the catalogue; whoever does not say who they are sends none', async () => {
  const { id } = await create()
  const body = await picture(5, 5)
  for (const door of ['product', 'gateway'] as const) {
    const ask = (headers: Record<string, string>) =>
      platform.client(door).send(api.uploadImage, { params: { id }, body }, headers)
    assert.deepEqual(problemOf(await ask({})), [401, 'unauthenticated'])
    assert.deepEqual(problemOf(await ask(await platform.as())), [403, 'forbidden'])
    assert.deepEqual(problemOf(await ask(await platform.asStaff('orders'))), [403, 'forbidden'])
  }
})
