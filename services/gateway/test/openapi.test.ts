import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { isPublic, operation, operations } from '@shopfleet/contracts'
import { Type } from 'typebox'
import { openApiDocument } from '../src/openapi.ts'
import { startObserved } from './observed.ts'

type Json = Record<string, any>
const document = openApiDocument(operations, { serverUrl: 'http://shop.example' }) as Json
const operationOf = (name: string): Json =>
  Object.values(document.paths as Json)
    .flatMap(path => Object.values(path as Json))
    .find(o => o.operationId === name)

/** Everything in a document, with where it is. */
function* walk(value: unknown, at = '#'): Generator<[string, any]> {
  yield [at, value]
  if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) yield* walk(child, `${at}/${key}`)
  }
}

test('the document is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  assert.ok(valid, JSON.stringify(errors))
  assert.match(document.openapi, /^3\.1\./)
  assert.deepEqual(document.servers, [{ url: 'http://shop.example' }])
})

test('every public operation is in it once, under its own name, and none between services', () => {
  const names = Object.values(document.paths as Json).flatMap(path =>
    Object.values(path as Json).map(o => o.operationId),
  )
  assert.deepEqual(
    names.sort(),
    operations
      .filter(isPublic)
      .map(o => o.name)
      .sort(),
  )
})

test('every reference leads somewhere, and every schema is plain JSON Schema', () => {
  for (const [at, value] of walk(document)) {
    if (typeof value === 'function' || typeof value === 'symbol' || value === undefined) assert.fail(at)
    if (typeof value?.$ref !== 'string') continue
    const target = value.$ref
      .slice(2)
      .split('/')
      .reduce((node: any, key: string) => node?.[key], document)
    assert.ok(target, `${at} → ${value.$ref}`)
  }
  assert.deepEqual(JSON.parse(JSON.stringify(document)), document)
  assert.doesNotMatch(JSON.stringify(document), /"~(kind|optional)"/)
})

test('path parameters are those of the path, all required', () => {
  for (const [path, methods] of Object.entries(document.paths as Json)) {
    const named = [...path.matchAll(/\{([a-z_]+)\}/g)].map(match => match[1])
    for (const o of Object.values(methods as Json)) {
      const declared = o.parameters.filter((p: Json) => p.in === 'path')
      assert.deepEqual(
        declared.map((p: Json) => p.name),
        named,
        o.operationId,
      )
      assert.ok(declared.every((p: Json) => p.required === true))
    }
  }
})

test('all declared statuses are there, problems as application/problem+json by name', () => {
  const responses: Json = operationOf('placeOrder').responses
  assert.deepEqual(Object.keys(responses), [
    '201',
    '202',
    '400',
    '401',
    '402',
    '403',
    '404',
    '409',
    '413',
    '415',
    '422',
    '429',
    '500',
    '503',
  ])
  const conflict = responses['409'].content['application/problem+json']
  assert.deepEqual(conflict.schema, { $ref: '#/components/schemas/Problem' })
  for (const name of ['out-of-stock', 'price-changed', 'request-in-progress']) assert.ok(conflict.examples[name], name)
  assert.equal(document.components.examples['out-of-stock'].value.status, 409)
  assert.ok(responses['503'].headers['Retry-After'])
  assert.equal(operationOf('clearCart').responses['204'].content, undefined)
  assert.deepEqual(Object.keys(operationOf('getImage').responses['200'].content), ['image/svg+xml'])
})

test('who may call is said by security: nobody, a bearer, or a guest with a token', () => {
  assert.deepEqual(operationOf('listProducts').security, [])
  assert.deepEqual(operationOf('listOrders').security, [{ bearer: [] }])
  assert.deepEqual(operationOf('getCart').security, [{}, { bearer: [] }, { cartToken: [] }])
  assert.deepEqual(operationOf('getOrder').security, [{}, { bearer: [] }, { orderToken: [] }])
  assert.deepEqual(operationOf('placeOrder').security, [{}, { bearer: [] }, { cartToken: [] }])
})

test('Idempotency-Key is a parameter exactly where an operation takes one', () => {
  for (const { name, idempotent } of operations.filter(isPublic)) {
    const taken = operationOf(name).parameters.some((p: Json) => p.name === 'Idempotency-Key')
    assert.equal(taken, idempotent === true, name)
  }
})

test('a shape is described once and referred to, wherever it was copied to', () => {
  const items = operationOf('listProducts').responses['200'].content['application/json'].schema.properties.items
  assert.deepEqual(items, { type: 'array', items: { $ref: '#/components/schemas/Product' } })
  const address = document.components.schemas.Order.properties.shipping_address
  assert.deepEqual(address.anyOf, [{ $ref: '#/components/schemas/Address' }, { type: 'null' }])
})

test('bounds, optional bodies and examples come through', () => {
  const { requestBody } = operationOf('register')
  assert.equal(requestBody.required, true)
  assert.equal(requestBody.content['application/json'].schema.properties.password.minLength, 8)
  assert.equal(requestBody.content['application/json'].example.email, 'ada@example.com')
  assert.equal(operationOf('cancelOrder').requestBody.required, false)
  const limit = operationOf('listOrders').parameters.find((p: Json) => p.name === 'limit')
  assert.deepEqual(limit.schema, { type: 'integer', minimum: 1, maximum: 100, default: 20 })
})

test('an operation declared tomorrow is in the document without a change here', () => {
  const added = operation({
    service: 'review',
    name: 'addReview',
    method: 'POST',
    path: '/api/products/:id/reviews',
    auth: 'customer',
    summary: 'Review a product',
    params: Type.Object({ id: Type.String() }),
    body: Type.Object({ stars: Type.Integer({ minimum: 1, maximum: 5 }) }),
    replies: { 201: Type.Object({ id: Type.String() }) },
  })
  const { paths, tags } = openApiDocument([added], { serverUrl: '/' }) as Json
  assert.equal(paths['/api/products/{id}/reviews'].post.operationId, 'addReview')
  assert.equal(tags[0].name, 'Reviews')
})

test('the gateway serves it', async () => {
  const observed = await startObserved()
  try {
    const answer = await observed.ask('GET', '/openapi.json')
    assert.equal(answer.status, 200)
    assert.match(String(answer.headers['content-type']), /^application\/json/)
    const served = JSON.parse(answer.body.toString())
    assert.deepEqual(served.paths, document.paths)
    assert.deepEqual(observed.seen, [])
  } finally {
    await observed.stop()
  }
})
