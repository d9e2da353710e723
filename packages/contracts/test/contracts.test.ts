import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileValidator } from '@shopfleet/service-kit'
import type { TSchema } from 'typebox'
import {
  commonProblems,
  createClient,
  events,
  fillPath,
  isForServices,
  type Operation,
  operations,
  Problem,
  problems,
  queryString,
} from '../src/index.ts'

const pathsOf = (o: Operation) => [o.path, ...(o.aliases ?? [])]
const parametersOf = (path: string) => [...path.matchAll(/:([^/]+)/g)].map(match => match[1]!)

test('every operation has a name and a method with path of its own, aliases included', () => {
  const names = operations.map(o => o.name)
  assert.ok(names.length > 50)
  assert.deepEqual(names, [...new Set(names)])
  // Parameters match anything: `/a/:id` and `/a/:name` are one address.
  const addresses = operations.flatMap(o => pathsOf(o).map(path => `${o.method} ${path.replace(/:[^/]+/g, ':')}`))
  assert.deepEqual(addresses.toSorted(), [...new Set(addresses)].toSorted())
})

test('every event has a name and version of its own, and is of the form noun.past-verb', () => {
  const names = events.map(e => `${e.name} ${e.version}`)
  assert.ok(names.length > 10)
  assert.deepEqual(names, [...new Set(names)])
  for (const { name } of events) assert.match(name, /^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/)
})

test('every parameter of a path is declared in params, and nothing else is', () => {
  for (const operation of operations) {
    const declared = Object.keys((operation.params as { properties?: object } | undefined)?.properties ?? {})
    for (const path of pathsOf(operation)) {
      assert.deepEqual(parametersOf(path).toSorted(), declared.toSorted(), `${operation.name} ${path}`)
      assert.match(path, /^(\/(?:[a-z0-9._-]+|:[a-z_]+))+$/, `${operation.name} ${path}`)
    }
  }
})

test('what only services may call lies outside of what the gateway serves as public, or needs a service token', () => {
  for (const o of operations)
    for (const path of pathsOf(o)) {
      if (path.startsWith('/internal/')) {
        // Named one by one: what is open to any service is open to the weakest.
        assert.ok(isForServices(o.auth) && o.auth !== 'service', o.name)
      } else assert.match(path, /^\/(api|\.well-known)\//, o.name)
    }
})

test('only public reads may be cached, and every declared problem exists', () => {
  for (const o of operations) {
    if (o.cache) {
      const { fresh_s, if_error_s = 0, changed_by = [], changed_about = [] } = o.cache
      assert.deepEqual([o.method, o.auth], ['GET', 'public'], o.name)
      assert.ok(fresh_s > 0 && fresh_s <= 86_400 && if_error_s <= 86_400, o.name)
      // Only who answers the read knows when its own database shows the change: an event of another says it too early.
      for (const { service } of [...changed_by, ...changed_about]) assert.equal(service, o.service, o.name)
    }
    for (const name of o.problems ?? []) assert.ok(Object.hasOwn(problems, name), `${o.name} ${name}`)
    assert.ok(
      Object.keys(o.replies).every(status => /^[23]\d\d$/.test(status)),
      o.name,
    )
  }
})

test('every example is a request its own schema takes', () => {
  const id = '0198c0de-0000-7000-8000-000000000001'
  let tried = 0
  for (const operation of operations) {
    if (!operation.example) continue
    // `{product_id}` and the like stand for ids of the demonstration catalogue.
    const example = JSON.parse(JSON.stringify(operation.example).replaceAll(/\{[a-z_]+\}/g, id))
    for (const part of ['params', 'query', 'body'] as const) {
      if (example[part] === undefined) continue
      const schema = operation[part]
      assert.ok(schema, `${operation.name} has an example of ${part} and takes none`)
      try {
        compileValidator(schema, part)(example[part])
      } catch (error) {
        assert.fail(`${operation.name} ${part}: ${JSON.stringify((error as Problem).errors)}`)
      }
      tried++
    }
  }
  assert.ok(tried > 20)
})

/** Whether a pattern ends somewhere: no `*`, `+` or `{n,}` outside of a class. */
const isBoundedPattern = (pattern: string) =>
  /^\^.*\$$/.test(pattern) && !/[*+]|\{\d+,\}/.test(pattern.replaceAll(/\\./g, '_').replaceAll(/\[[^\]]*\]/g, '_'))

/** What has no bound, or takes fields nobody declared, in a schema. */
function looseEnds(schema: any, at: string): string[] {
  if (schema.anyOf) return schema.anyOf.flatMap((branch: TSchema) => looseEnds(branch, at))
  if (schema.enum || schema.const !== undefined || ['boolean', 'null'].includes(schema.type)) return []
  const ends: string[] = []
  const need = (holds: boolean, what: string) => holds || ends.push(`${at} ${what}`)
  switch (schema.type) {
    case 'string':
      need(
        schema.maxLength !== undefined ||
          schema.format === 'uuid' ||
          (schema.pattern !== undefined && isBoundedPattern(schema.pattern)),
        'has no greatest length',
      )
      return ends
    case 'integer':
    case 'number':
      need(schema.maximum !== undefined, 'has no maximum')
      need(schema.minimum !== undefined || schema.exclusiveMinimum !== undefined, 'has no minimum')
      return ends
    case 'array':
      need(schema.maxItems !== undefined, 'has no greatest number of items')
      return [...ends, ...looseEnds(schema.items, `${at}[]`)]
    case 'object':
      need(schema.additionalProperties === false, 'takes unknown fields')
      if (schema.patternProperties || schema.additionalProperties !== false)
        need(schema.maxProperties !== undefined, 'has no greatest number of fields')
      for (const [name, member] of Object.entries({ ...schema.properties, ...schema.patternProperties }))
        ends.push(...looseEnds(member, `${at}/${name}`))
      return ends
    default:
      return [`${at} has no type`]
  }
}

test('every string, number, list and free-form object of a request has a bound, and every object refuses unknown fields', () => {
  const ends = operations.flatMap(operation => [
    ...(operation.body && !operation.body_types ? looseEnds(operation.body, `${operation.name} body`) : []),
    ...(operation.body_types && operation.body_limit === undefined ? [`${operation.name} body has no limit`] : []),
    ...(operation.query ? looseEnds(operation.query, `${operation.name} query`) : []),
    // The router fills in the declared ones only.
    ...(operation.params
      ? looseEnds({ ...operation.params, additionalProperties: false }, `${operation.name} params`)
      : []),
  ])
  assert.deepEqual(ends, [
    // Whatever the event promises: it is checked against the event's own schema.
    'editDeadLetter body/payload takes unknown fields',
    // What a template fills in, from services alone; each template takes what it knows.
    'queueMessage body/data takes unknown fields',
    'queueMessage body/data has no greatest number of fields',
    'queueMessage body/data/^.*$ has no type',
    // The provider may add to what it tells us; the signature says that it is the provider.
    'receiveWebhook body takes unknown fields',
    'receiveWebhook body/payment takes unknown fields',
  ])
})

test('fillPath escapes its values and refuses those that would make it another path', () => {
  assert.equal(fillPath('/a/:id/b/:other_id', { id: 'x/y?z#', other_id: 7 }), '/a/x%2Fy%3Fz%23/b/7')
  assert.equal(fillPath('/a'), '/a')
  assert.equal(fillPath('/a/:id', { id: '...' }), '/a/...')
  for (const id of [undefined, null, '', '.', '..'])
    assert.throws(() => fillPath('/a/:id/cancel', { id }), /needs the parameter id/, String(id))
})

test('queryString leaves out what is undefined, repeats lists and escapes', () => {
  assert.equal(queryString(), '')
  assert.equal(queryString({ a: undefined, b: [] }), '')
  assert.equal(
    queryString({ q: 'a&b=c d', limit: 2, in_stock: false, 'attribute.colour': ['red', undefined, 'blau é'] }),
    '?q=a%26b%3Dc+d&limit=2&in_stock=false&attribute.colour=red&attribute.colour=blau+%C3%A9',
  )
})

test('a problem survives the wire; what is none of ours is none, whatever it calls itself', () => {
  const sent = new Problem('out-of-stock', { detail: '1 left', errors: [{ pointer: '/a', detail: 'b' }], available: 1 })
  const body = JSON.parse(JSON.stringify(sent.toBody('/api/x', 'c-1')))
  assert.deepEqual([body.status, body.instance, body.correlation_id, body.available], [409, '/api/x', 'c-1', 1])
  const received = Problem.fromBody(body)!
  assert.deepEqual(received, sent)
  assert.deepEqual([received.detail, received.errors, received.extra], [sent.detail, sent.errors, sent.extra])
  const type = (name: string) => ({ type: `https://shopfleet.dev/problems/${name}` })
  for (const other of [undefined, null, 'x', [], {}, type('no-such'), type('toString'), type('__proto__'), { type: 7 }])
    assert.equal(Problem.fromBody(other), undefined, JSON.stringify(other))
  const odd = Problem.fromBody({ ...type('not-found'), detail: { a: 1 }, errors: 'none' })!
  assert.deepEqual([odd.detail, odd.errors, odd.message], [undefined, undefined, problems['not-found'].title])
})

test('an extra member of a problem never stands in for a standard one', () => {
  const body = new Problem('not-found', { type: 'x', status: 200, title: 'fine', correlation_id: 'no' }).toBody(
    '/',
    'c',
  )
  assert.deepEqual(body, {
    type: 'https://shopfleet.dev/problems/not-found',
    title: problems['not-found'].title,
    status: 404,
    instance: '/',
    correlation_id: 'c',
  })
})

test('what can go wrong with any body is declared for all that is not a GET, since a body is read there', () => {
  for (const auth of ['public', 'service'] as const) {
    const bare = commonProblems({ auth, method: 'POST' })
    for (const name of ['malformed-json', 'body-too-large', 'unsupported-media-type', 'validation-failed'] as const)
      assert.ok(bare.includes(name), name)
  }
  assert.deepEqual(commonProblems({ auth: 'public', method: 'GET' }), ['internal', 'unavailable'])
})

test('the client sends what it is given, answers the body, throws the problem, and an error for a stranger', async () => {
  const getStock = operations.find(o => o.name === 'getStock')!
  const answers = [
    Response.json({ on_hand: 1 }),
    Response.json(new Problem('not-found').toBody(), { status: 404 }),
    new Response('<html>', { status: 502, headers: { 'content-type': 'text/html' } }),
    new Response(null, { status: 204 }),
  ]
  const asked: [string, RequestInit][] = []
  const client = createClient({
    baseUrl: 'http://x',
    headers: () => ({ authorization: 'Bearer t' }),
    fetch: async (url, init) => {
      asked.push([String(url), init!])
      return answers[asked.length - 1]!
    },
  })
  const input = { params: { product_id: 'p' } } as never
  assert.deepEqual(await client.call(getStock, input), { on_hand: 1 })
  await assert.rejects(client.call(getStock, input), (e: unknown) => e instanceof Problem && e.problem === 'not-found')
  await assert.rejects(client.call(getStock, input), /getStock answered 502/)
  assert.equal(await client.call(getStock, input), null)
  assert.equal(asked[0]![0], 'http://x/api/inventory/p')
  assert.equal((asked[0]![1].headers as Record<string, string>).authorization, 'Bearer t')
  assert.equal((asked[0]![1].headers as Record<string, string>)['content-type'], undefined)
})
