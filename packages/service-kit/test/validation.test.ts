import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FieldError, operations, Problem } from '@shopfleet/contracts'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { type TSchema, Type } from 'typebox'
import { checkReply, compileValidator, type Part } from '../src/validation.ts'

/** Processor time, which a busy machine does not stretch. */
const usedMs = () => process.cpuUsage().user / 1000

const closed = { additionalProperties: false }
const errorsOf = (schema: TSchema, value: unknown, part: Part = 'body'): FieldError[] => {
  try {
    compileValidator(schema, part)(value)
  } catch (error) {
    assert.ok(error instanceof Problem && error.problem === 'validation-failed', String(error))
    return error.errors!
  }
  return []
}
const Line = Type.Object(
  { product_id: Type.String({ maxLength: 5 }), unit_price: Type.Optional(Type.Number()) },
  closed,
)
const Order = Type.Object(
  {
    order_lines: Type.Array(Line, { maxItems: 100 }),
    shipping_address: Type.Optional(Type.Union([Type.Object({ postal_code: Type.String() }, closed), Type.Null()])),
    note: Type.Optional(Type.String({ default: 'none' })),
    free_form: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  closed,
)

test('what every operation takes is described by a schema that is one, though no shop looks at it when it starts', () => {
  const ajv = addFormats.default(new Ajv({ strict: false }))
  const schemas = operations.flatMap(({ body, query, params, body_types }) => [
    body_types ? undefined : body,
    query,
    params,
  ])
  for (const schema of schemas) if (schema) ajv.compile(schema)
})

test('camelCase spellings are read as the declared ones at every depth, but not inside free-form objects', () => {
  const body = {
    orderLines: [{ productId: 'a', unitPrice: 1 }, { product_id: 'b' }],
    shippingAddress: { postalCode: '1' },
    freeForm: { keepMe: { asIs: 1 } },
  }
  assert.deepEqual(errorsOf(Order, body), [])
  assert.deepEqual(body, {
    order_lines: [{ product_id: 'a', unit_price: 1 }, { product_id: 'b' }],
    shipping_address: { postal_code: '1' },
    free_form: { keepMe: { asIs: 1 } },
    note: 'none',
  } as never)
})

test('both spellings of a field at once are refused, whichever comes first', () => {
  for (const body of [
    { order_lines: [], orderLines: [] },
    { orderLines: [], order_lines: [] },
  ])
    assert.deepEqual(errorsOf(Order, body), [{ pointer: '/orderLines', detail: 'is not a field of this request' }])
})

test('every fault is named with its place and rule, names escaped', () => {
  const body = { order_lines: [{ product_id: 'toolong' }, {}], shipping_address: {}, 'a/b~c': 1 }
  assert.deepEqual(
    errorsOf(Order, body).toSorted((a, b) => (a.pointer < b.pointer ? -1 : 1)),
    [
      { pointer: '/a~1b~0c', detail: 'is not a field of this request' },
      { pointer: '/order_lines/0/product_id', detail: 'must NOT have more than 5 characters' },
      { pointer: '/order_lines/1/product_id', detail: 'is required' },
      { pointer: '/shipping_address', detail: 'must be null' },
      { pointer: '/shipping_address/postal_code', detail: 'is required' },
    ],
  )
  for (const value of [undefined, null, [], 'x', 5])
    assert.deepEqual(errorsOf(Order, value), [{ pointer: '', detail: 'must be a JSON object' }])
})

test('query text becomes numbers, booleans and lists; one value of a list is a list; bodies are not coerced', () => {
  const Query = Type.Object(
    {
      page_size: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
      in_stock: Type.Optional(Type.Boolean()),
      ids: Type.Optional(Type.Array(Type.Integer(), { maxItems: 3 })),
      q: Type.Optional(Type.String()),
    },
    closed,
  )
  const query = { pageSize: '7', in_stock: 'true', ids: '4', q: '5' }
  assert.deepEqual(errorsOf(Query, query, 'query'), [])
  assert.deepEqual(query, { page_size: 7, in_stock: true, ids: [4], q: '5' } as never)
  const several: Record<string, unknown> = { ids: ['1', '2'] }
  assert.deepEqual(errorsOf(Query, several, 'query'), [])
  assert.deepEqual(several, { ids: [1, 2], page_size: 20 })
  assert.deepEqual(
    errorsOf(Query, { ids: ['1', '2', '3', '4'], page_size: 'x', in_stock: 'yes', q: ['a', 'b'] }, 'query'),
    [
      { pointer: 'query/page_size', detail: 'must be integer' },
      { pointer: 'query/in_stock', detail: 'must be boolean' },
      { pointer: 'query/ids', detail: 'must NOT have more than 3 items' },
      { pointer: 'query/q', detail: 'must be string' },
    ],
  )
  assert.deepEqual(errorsOf(Query, { page_size: '101' }, 'query'), [
    { pointer: 'query/page_size', detail: 'must be <= 100' },
  ])
  assert.equal(errorsOf(Query, { page_size: '7' }, 'body')[0]!.detail, 'must be integer')
})

test('at most twenty faults are listed, and a name of any length is cut', () => {
  const body = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`unknown${i}`, i]))
  assert.equal(errorsOf(Order, { order_lines: [], ...body }).length, 20)
  const [error] = errorsOf(Order, { order_lines: [], ['x'.repeat(10_000)]: 1 })
  assert.ok(error!.pointer.length <= 201)
})

test('a body of a hundred thousand faults costs no more than its first', () => {
  const value = { order_lines: Array.from({ length: 100_000 }, () => ({})) }
  const check = compileValidator(Order, 'body')
  assert.throws(() => check({}))
  const started = usedMs()
  let errors: FieldError[] = []
  try {
    check(value)
  } catch (error) {
    errors = (error as Problem).errors!
  }
  assert.deepEqual(errors, [{ pointer: '/order_lines', detail: 'must NOT have more than 100 items' }])
  assert.ok(usedMs() - started < 200)
})

test('no text of the size of a body makes a format or pattern slow', () => {
  const Text = Type.Object(
    {
      email: Type.Optional(Type.String({ format: 'email', maxLength: 254 })),
      slug: Type.Optional(Type.String({ pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', maxLength: 200 })),
      at: Type.Optional(Type.String({ format: 'date-time', maxLength: 40 })),
    },
    closed,
  )
  const started = usedMs()
  for (const attack of [
    'a'.repeat(250_000),
    `a@${'a-'.repeat(125_000)}`,
    `${'a.'.repeat(125_000)}`,
    '1'.repeat(250_000),
  ])
    for (const field of ['email', 'slug', 'at']) assert.equal(errorsOf(Text, { [field]: attack }).length, 1)
  assert.ok(usedMs() - started < 500)
})

test('__proto__ and constructor are unknown fields like others and change nothing', () => {
  for (const text of [
    '{"order_lines":[],"__proto__":{"admin":1}}',
    '{"order_lines":[],"constructor":{"prototype":{}}}',
  ]) {
    const body = JSON.parse(text)
    assert.equal(errorsOf(Order, body)[0]!.detail, 'is not a field of this request')
  }
  assert.equal(({} as { admin?: number }).admin, undefined)
  const Named = Type.Object({ to_string: Type.Optional(Type.String()) }, closed)
  const body: Record<string, unknown> = { toString: 'x' }
  assert.deepEqual(errorsOf(Named, body), [])
  assert.deepEqual(Object.entries(body), [['to_string', 'x']])
})

test('an answer with more, less or other than its contract declares is found', () => {
  const Reply = Type.Object({ id: Type.String(), inner: Type.Optional(Type.Object({ n: Type.Integer() })) })
  assert.equal(checkReply(Reply, { id: 'a', inner: { n: 1 }, left_out: undefined }), undefined)
  assert.match(checkReply(Reply, { id: 'a', password_hash: 'x' })!, /additional/)
  assert.match(checkReply(Reply, { id: 'a', inner: { n: 1, m: 2 } })!, /additional/)
  assert.match(checkReply(Reply, { id: 1 })!, /string/)
  assert.equal(checkReply(Type.Null(), undefined), undefined)
})

test('an id is written as the database writes it: no urn, no braces', () => {
  const check = compileValidator(Type.Object({ id: Type.String({ format: 'uuid' }) }), 'params')
  check({ id: '01A1F94C-1cc5-76c8-af33-444563198380' })
  for (const id of [
    'urn:uuid:01a1f94c-1cc5-76c8-af33-444563198380',
    '{01a1f94c-1cc5-76c8-af33-444563198380}',
    '01a1f94c',
  ])
    assert.throws(() => check({ id }), /not valid/)
})
