import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  catalogueChanged,
  getImage,
  getProduct,
  listProducts,
  type Operation,
  productCreated,
  productUpdated,
  Unavailable,
} from '@shopfleet/contracts'
import { type KeptAnswer, sendableOf } from '../src/kept-answer.ts'
import { createReadCache, type Outcome, type Question } from '../src/read-cache.ts'
import type { Answer } from '../src/upstream.ts'

/** The memory alone: what is kept, until when, and what of questions that were under way. */

const lamp = '0199d2f0-8c1e-7b3a-9f42-5d6c7e8f9a01'
const chair = '0199d2f0-8c1e-7b3a-9f42-5d6c7e8f9a02'
const answer = (body: string | Buffer, headers: Answer['headers'] = {}): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(body as string),
})

function scene({ max_bytes = 1_000_000 } = {}) {
  let now = 1_000_000
  const questions: (PromiseWithResolvers<Answer> & { path: string; correlation_id: string })[] = []
  const outcomes: Outcome[] = []
  const cache = createReadCache({
    operations: [listProducts, getProduct, getImage] as unknown as Operation[],
    max_bytes,
    now: () => now,
    newId: () => 'made-here',
    onOutcome: outcome => outcomes.push(outcome),
    ask(_operation, { path }, correlation_id) {
      const question = { ...Promise.withResolvers<Answer>(), path, correlation_id }
      questions.push(question)
      return question.promise
    },
  })
  const questionOf = (path: string): Question => ({ path, params: {}, query: {} })
  const read = (operation: { name: string }, path: string, id = 'caller') =>
    cache.read(operation as Operation, questionOf(path), id)
  return {
    cache,
    questions,
    outcomes,
    pass: (ms: number) => (now += ms),
    read,
    list: (path = '/api/products') => read(listProducts, path),
    detail: (id: string) => read(getProduct, `/api/products/${id}`),
    /** Reads something the service answers at once. */
    async keep(operation: { name: string }, path: string, body: string | Buffer, headers?: Answer['headers']) {
      const reading = read(operation, path)
      questions.at(-1)!.resolve(answer(body, headers))
      return reading
    },
  }
}
const heard = (event: { service: string; name: string }, aggregate_id: string) => ({ ...event, aggregate_id }) as never
const bytesOf = (found: object) => ('bytes' in found ? String(found.bytes) : undefined)

test('many who ask for one thing at once ask the service once, and it is there for whoever comes later', async () => {
  const { list, questions, cache } = scene()
  const readings = [list(), list(), list()]
  assert.equal(questions.length, 1)
  questions[0]!.resolve(answer('[]'))
  for (const found of await Promise.all(readings)) assert.equal(bytesOf(found), '[]')
  assert.equal(bytesOf(await list()), '[]')
  assert.equal(questions.length, 1)
  assert.ok(cache.peek('/api/products'))
})

test('another address is another answer', async () => {
  const { list, questions, keep } = scene()
  await keep(listProducts, '/api/products', 'all')
  void list('/api/products?limit=1')
  void list('/api/products?limit=1&')
  assert.deepEqual(
    questions.map(question => question.path),
    ['/api/products', '/api/products?limit=1', '/api/products?limit=1&'],
  )
})

test('nothing is shown that is older than its contract says', async () => {
  const { cache, keep, pass } = scene()
  await keep(listProducts, '/api/products', 'old')
  pass(listProducts.cache!.fresh_s * 1000 - 1)
  assert.ok(cache.peek('/api/products'))
  pass(1)
  assert.equal(cache.peek('/api/products'), undefined)
})

test('age counts from the question, not from the answer', async () => {
  const { cache, list, questions, pass } = scene()
  const reading = list()
  pass(3000)
  questions[0]!.resolve(answer('[]'))
  const kept = await reading
  assert.ok('bytes' in kept)
  assert.deepEqual(cache.sendable(kept, {}).headers.slice(-2), ['age', '3'])
  pass(2000)
  assert.equal(cache.peek('/api/products'), undefined)
})

test('what is asked for is renewed before it runs out, once, and nobody waits', async () => {
  const { cache, keep, pass, questions, outcomes } = scene()
  await keep(listProducts, '/api/products', 'first')
  pass(4000)
  assert.equal(bytesOf(cache.peek('/api/products')!), 'first')
  assert.ok(cache.peek('/api/products'))
  assert.equal(questions.length, 2)
  assert.equal(questions[1]!.correlation_id, 'made-here')
  questions[1]!.resolve(answer('second'))
  await new Promise(setImmediate)
  pass(4999)
  assert.equal(bytesOf(cache.peek('/api/products')!), 'second')
  assert.equal(outcomes.filter(outcome => outcome === 'renewed').length, 2, 'and again when that one grows old')
})

test('an event about a product ends the answers that hold its id, and no others', async () => {
  const { cache, keep } = scene()
  await keep(getProduct, '/api/products/lamp', JSON.stringify({ id: lamp }))
  await keep(getProduct, `/api/products/${lamp}`, JSON.stringify({ id: lamp }))
  await keep(getProduct, '/api/products/chair', JSON.stringify({ id: chair }))
  await keep(listProducts, '/api/products', JSON.stringify([{ id: lamp }]))
  cache.heard(heard(catalogueChanged, lamp))
  assert.equal(cache.peek('/api/products/lamp'), undefined)
  assert.equal(cache.peek(`/api/products/${lamp}`), undefined)
  assert.ok(cache.peek('/api/products/chair'))
  assert.equal(cache.peek('/api/products'), undefined)
})

test('a category that changed ends the products that show it', async () => {
  const { cache, keep } = scene()
  const category = '0199d2f0-8c1e-7b3a-9f42-5d6c7e8f9a03'
  await keep(getProduct, '/api/products/lamp', JSON.stringify({ id: lamp, category: { id: category } }))
  cache.heard(heard(catalogueChanged, category))
  assert.equal(cache.peek('/api/products/lamp'), undefined)
})

test('a new product ends every list; events of others, and of another name, end nothing', async () => {
  const { cache, keep } = scene()
  await keep(listProducts, '/api/products', '[]')
  await keep(listProducts, '/api/products?sort=price', '[]')
  await keep(getProduct, '/api/products/chair', JSON.stringify({ id: chair }))
  cache.heard(heard({ service: 'inventory', name: productCreated.name }, lamp))
  cache.heard(heard({ service: 'product', name: 'product.sung' }, lamp))
  assert.ok(cache.peek('/api/products'))
  cache.heard(heard(productCreated, lamp))
  assert.equal(cache.peek('/api/products'), undefined)
  assert.equal(cache.peek('/api/products?sort=price'), undefined)
  assert.ok(cache.peek('/api/products/chair'))
})

test('an answer to a question from before a change is not kept, and whoever asks after it is not given it', async () => {
  for (const change of [
    (cache: ReturnType<typeof scene>['cache']) => cache.heard(heard(productUpdated, lamp)),
    (cache: ReturnType<typeof scene>['cache']) => cache.written('product'),
    (cache: ReturnType<typeof scene>['cache']) => cache.forgetAll(),
  ]) {
    for (const kind of ['list', 'detail'] as const) {
      const { cache, list, detail, questions } = scene()
      const ask = () => (kind === 'list' ? list() : detail(lamp))
      const early = ask()
      change(cache)
      const late = ask()
      assert.equal(questions.length, 2)
      questions[1]!.resolve(answer(`new ${lamp}`))
      assert.equal(bytesOf(await late), `new ${lamp}`)
      questions[0]!.resolve(answer(`old ${lamp}`))
      assert.equal(bytesOf(await early), `old ${lamp}`, 'it was asked before')
      assert.equal(bytesOf(await ask()), `new ${lamp}`)
      assert.equal(questions.length, 2)
    }
  }
})

test('of two answers to one question the later question wins, in whatever order they come', async () => {
  const { cache, keep, list, pass, questions } = scene()
  await keep(listProducts, '/api/products', 'first')
  pass(4000)
  cache.peek('/api/products')
  pass(2000)
  const joined = list()
  assert.equal(questions.length, 2, 'the renewal is under way')
  questions[1]!.resolve(answer('second'))
  assert.equal(bytesOf(await joined), 'second')
})

test('a write to a service ends what may show it, and not its pictures nor what others show', async () => {
  const { cache, keep } = scene()
  await keep(listProducts, '/api/products', '[]')
  await keep(getProduct, '/api/products/lamp', JSON.stringify({ id: lamp }))
  await keep(getImage, '/api/images/lamp.svg', '<svg/>')
  cache.written('order')
  assert.ok(cache.peek('/api/products'))
  cache.written('product')
  assert.equal(cache.peek('/api/products'), undefined)
  assert.equal(cache.peek('/api/products/lamp'), undefined)
  assert.ok(cache.peek('/api/images/lamp.svg'))
})

test('the last answer stands in for a service that fails, for as long as declared, and it is tried again each second', async () => {
  const { cache, keep, list, pass, questions } = scene()
  const { fresh_s, if_error_s } = listProducts.cache!
  await keep(listProducts, '/api/products', 'last')
  pass(fresh_s * 1000)
  for (const fail of [
    () => questions.at(-1)!.reject(new Unavailable('product')),
    () => questions.at(-1)!.resolve({ status: 500, headers: {}, body: Buffer.from('{}') }),
  ]) {
    const reading = list()
    fail()
    assert.equal(bytesOf(await reading), 'last')
    const asked = questions.length
    pass(999)
    assert.equal(bytesOf(cache.peek('/api/products')!), 'last')
    assert.equal(questions.length, asked)
    pass(1)
    assert.equal(cache.peek('/api/products'), undefined)
  }
  pass(if_error_s! * 1000)
  const reading = list()
  questions.at(-1)!.reject(new Unavailable('product'))
  await assert.rejects(reading, Unavailable)
})

test('an answer that is known to be outdated stands in for nothing', async () => {
  const { cache, keep, list, pass, questions } = scene()
  await keep(listProducts, '/api/products', 'last')
  pass(10_000)
  cache.written('product')
  const reading = list()
  questions.at(-1)!.reject(new Unavailable('product'))
  await assert.rejects(reading, Unavailable)
})

test('a service that is slow is waited for only where there is nothing to show', async () => {
  const { keep, list, pass, questions } = scene()
  await keep(listProducts, '/api/products', 'last')
  pass(10_000)
  assert.equal(bytesOf(await list()), 'last')
  questions[1]!.resolve(answer('late'))
  await new Promise(setImmediate)
  assert.equal(bytesOf(await list()), 'late')
  assert.equal(questions.length, 2)
})

test('a refusal is kept for nobody, and who only joined asks for one of their own', async () => {
  const { list, questions, cache } = scene()
  const [first, second] = [list(), list()]
  questions[0]!.resolve({ status: 400, headers: {}, body: Buffer.from('first') })
  await first
  await new Promise(setImmediate)
  assert.equal(questions.length, 2)
  questions[1]!.resolve({ status: 400, headers: {}, body: Buffer.from('second') })
  const found = await second
  assert.ok('body' in found && String(found.body) === 'second')
  assert.equal(cache.size(), 0)
})

test('answers that may be somebody’s own, or are not whole, are not kept', async () => {
  for (const headers of [
    { 'set-cookie': 'a=1' },
    { 'cache-control': 'no-store' },
    { 'cache-control': 'max-age=5, Private' },
    { vary: 'accept-language' },
    { 'content-encoding': 'br' },
  ]) {
    const { cache, keep } = scene()
    const found = await keep(listProducts, '/api/products', '[]', headers)
    assert.ok('status' in found, JSON.stringify(headers))
    assert.equal(cache.size(), 0)
  }
})

test('it never takes more memory than it may, and what is used stays', async () => {
  const { cache, keep, pass } = scene({ max_bytes: 60_000 })
  await keep(listProducts, '/api/products', 'x'.repeat(5000))
  for (let n = 0; n < 24; n++) {
    if (n % 8 === 0) {
      pass(1001)
      assert.ok(cache.peek('/api/products'), String(n))
    }
    await keep(getProduct, `/api/products/${n}`, `{"id":"${chair}"}${' '.repeat(5000)}`)
    assert.ok(cache.bytes() <= 60_000)
  }
  assert.ok(cache.size() > 5)
  assert.ok(cache.peek('/api/products'))
  assert.ok(cache.peek('/api/products/23'))
  assert.equal(cache.peek('/api/products/8'), undefined)
  cache.heard(heard(productUpdated, chair))
  assert.equal(cache.peek('/api/products/23'), undefined)
})

test('an answer larger than all of it is passed on and not kept', async () => {
  const { cache, keep } = scene({ max_bytes: 1000 })
  assert.ok('bytes' in (await keep(listProducts, '/api/products', 'x'.repeat(5000))))
  assert.equal(cache.size(), 0)
  assert.equal(cache.bytes(), 0)
})

test('with no memory it keeps nothing', () => {
  const { cache } = scene({ max_bytes: 0 })
  assert.equal(cache.keeps(listProducts as unknown as Operation), false)
  assert.deepEqual(cache.topics, [])
})

test('compressed forms count, and the same bytes are not compressed twice', async () => {
  const { cache, keep, pass } = scene()
  const body = JSON.stringify(Array.from({ length: 100 }, (_, n) => ({ n, name: 'Lamp' })))
  const kept = await keep(listProducts, '/api/products', body)
  assert.ok('bytes' in kept)
  const before = cache.bytes()
  const gzip = cache.sendable(kept, { 'accept-encoding': 'gzip' }).body
  assert.ok(cache.bytes() > before)
  pass(6000)
  const again = await keep(listProducts, '/api/products', body)
  assert.ok('bytes' in again && again !== kept)
  assert.equal(cache.sendable(again, { 'accept-encoding': 'gzip' }).body, gzip)
})

test('what is kept holds no more memory than is counted: no slab that small buffers share, in no coding', async () => {
  const { keep, cache } = scene()
  const body = JSON.stringify({ items: Array.from({ length: 100 }, (_, n) => ({ id: n, name: `Thing ${n}` })) })
  await keep(listProducts, '/api/products', body)
  const kept = cache.peek('/api/products') as unknown as KeptAnswer
  for (const coding of ['identity', 'gzip', 'br', 'gzip, br']) sendableOf(kept, { 'accept-encoding': coding }, 0)
  for (let n = 0; n < 20; n++) sendableOf(kept, { 'accept-encoding': 'gzip, br' }, 0)
  for (const bytes of [kept.bytes, kept.gzip, kept.br]) {
    assert.ok(bytes)
    assert.equal(bytes.buffer.byteLength, bytes.length)
  }
})
