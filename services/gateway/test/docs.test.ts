import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  clientMessages,
  closings,
  isPublic,
  type Operation,
  operation,
  operations,
  realtimeChannels,
  serverMessages,
} from '@shopfleet/contracts'
import { Type } from 'typebox'
import { curlExample } from '../src/curl.ts'
import { docsPage } from '../src/docs-page.ts'
import type { Schema } from '../src/reference.ts'
import { fieldRows, sample } from '../src/schema-text.ts'
import { startObserved } from './observed.ts'

const baseUrl = 'http://shop.example'
const product_id = '0199d2f0-8c1e-7b3a-9f42-000000000001'
const page = docsPage(operations, { baseUrl, ids: { product_id } })
const named = (name: string): Operation => operations.find(o => o.name === name)!

let observed: Awaited<ReturnType<typeof startObserved>>
before(async () => {
  observed = await startObserved()
})
after(() => observed.stop())

test('every public operation has its article, and none between services', () => {
  for (const o of operations) assert.equal(page.includes(`<article id="${o.name}">`), isPublic(o), o.name)
})

test('the realtime channel has its section: what can be followed, every message and every way it ends', () => {
  const section = page.slice(page.indexOf('<section class="intro" id="realtime">'), page.indexOf('id="user"'))
  const names = [realtimeChannels, clientMessages, serverMessages, closings].flatMap(Object.keys)
  for (const name of names) assert.ok(section.includes(`<code>${name}</code>`), name)
  assert.ok(section.includes(`ws://shop.example/ws`) && section.includes(product_id))
})

test('every link within the page leads to one place in it', () => {
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(match => match[1]!)
  assert.deepEqual(ids, [...new Set(ids)])
  for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.includes(target!), String(target))
})

test('tags are closed in the order they were opened', () => {
  const open: string[] = []
  const empty = new Set(['meta', 'link', 'wbr', '!doctype'])
  for (const [, close, tag] of page.matchAll(/<(\/?)([a-z0-9!]+)[^>]*>/g)) {
    if (empty.has(tag!)) continue
    if (close) assert.equal(open.pop(), tag)
    else open.push(tag!)
  }
  assert.deepEqual(open, [])
})

test('what a contract says is text, never markup', () => {
  const hostile = operation({
    service: 'product',
    name: 'hostile',
    method: 'GET',
    path: '/api/hostile',
    auth: 'public',
    summary: '<script>alert(1)</script>',
    description: 'a `<b>` & "c"',
    query: Type.Object({ q: Type.Optional(Type.String({ description: '<img src=x>' })) }),
    replies: { 200: Type.Object({ ok: Type.Boolean() }) },
    example: { query: { q: '"><i>' } },
  })
  const text = docsPage([hostile], { baseUrl, ids: {} })
  for (const raw of ['<script>alert', '<b>', '<img', '"><i>']) assert.ok(!text.includes(raw), raw)
  assert.ok(text.includes('&lt;script&gt;alert(1)&lt;/script&gt;'))
})

test('curl lines carry the real product, the token and the key they need', () => {
  const { text, placeholders } = curlExample(named('placeOrder'), baseUrl, { product_id })
  assert.match(text, /^curl -X POST 'http:\/\/shop\.example\/api\/orders' /)
  assert.ok(text.includes(`"product_id":"${product_id}"`))
  assert.match(text, /-H "Idempotency-Key: /)
  assert.match(text, /-H 'Content-Type: application\/json'/)
  assert.deepEqual(placeholders, [])
  assert.match(curlExample(named('listOrders'), baseUrl, {}).text, /-H "Authorization: Bearer \$TOKEN"/)
  assert.equal(
    curlExample(named('getProduct'), baseUrl, { product_id }).text,
    `curl '${baseUrl}/api/products/${product_id}'`,
  )
})

test('an id that is not known is a placeholder the page names', () => {
  assert.deepEqual(curlExample(named('getOrder'), baseUrl, {}).placeholders, ['ORDER_ID'])
  assert.deepEqual(curlExample(named('getCategory'), baseUrl, {}).placeholders, ['CATEGORY_ID'])
  assert.deepEqual(curlExample(named('removeUserCartItem'), baseUrl, {}).placeholders, ['USER_ID', 'ITEM_ID'])
  assert.deepEqual(curlExample(named('placeOrder'), baseUrl, {}).placeholders, ['PRODUCT_ID'])
})

test('no line deletes something real when it is pasted', () => {
  assert.match(curlExample(named('deleteProduct'), baseUrl, { product_id }).text, /\/api\/products\/PRODUCT_ID'/)
})

test('a quote in an example cannot end the quoting of the shell', () => {
  const quoted = operation({ ...named('createProduct'), example: { body: { name: "it's; rm -rf" } } })
  assert.ok(curlExample(quoted, baseUrl, {}).text.endsWith(`-d '{"name":"it'\\''s; rm -rf"}'`))
})

test('fields are told with type, bounds and whether they must be there', () => {
  const rows = fieldRows(named('register').body as Schema)
  assert.deepEqual(
    rows.find(row => row.name === 'password'),
    {
      name: 'password',
      required: true,
      type: 'string',
      shape: undefined,
      bounds: ['8 to 128 characters'],
      description: '',
    },
  )
  const reply = fieldRows(named('getOrderTimeline').replies[200] as Schema)
  assert.deepEqual(
    reply.map(row => row.name),
    ['items', 'items[].status', 'items[].payment_status', 'items[].note', 'items[].at'],
  )
})

test('the sample of an answer has every member of the answer', () => {
  const schema = named('getProduct').replies[200] as Schema
  assert.deepEqual(Object.keys(sample(schema) as object), Object.keys(schema.properties!))
})

test('the page names the address it was asked at and works under its own policy', async () => {
  const answer = await observed.ask('GET', '/docs', { host: 'shop.local:8080' })
  assert.equal(answer.status, 200)
  assert.match(String(answer.headers['content-type']), /^text\/html/)
  const text = answer.body.toString()
  assert.ok(text.includes('http://shop.local:8080/api/products'))
  const policy = String(answer.headers['content-security-policy'])
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /style-src 'self';script-src 'self'/)
  assert.doesNotMatch(policy, /unsafe/)
  assert.doesNotMatch(text, /<style|<script>| style="| on[a-z]+="/)
  for (const [, path] of text.matchAll(/(?:href|src)="(\/docs\/[^"]+)"/g)) {
    const part = await observed.ask('GET', path!)
    assert.equal(part.status, 200)
    assert.match(String(part.headers['content-type']), path!.endsWith('.css') ? /^text\/css/ : /^text\/javascript/)
  }
})

test('a Host that is no host is not repeated in the page', async () => {
  const answer = await observed.ask('GET', '/docs', { host: "x';curl evil" })
  assert.equal(answer.status, 200)
  assert.ok(!answer.body.includes('evil'))
  assert.ok(answer.body.includes('http://localhost:8080/api/products'))
})
