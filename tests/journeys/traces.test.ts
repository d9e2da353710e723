import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { createLog } from '@shopfleet/service-kit'
import {
  type CollectedSpan,
  type Collector,
  startCollector,
  startTestPlatform,
  type TestPlatform,
} from '@shopfleet/testing'
import { ensureAdministrator } from '@shopfleet/user'

/*
 * What a collector gets to know of a purchase, from the gateway to the mail: every service, a real mail server, and a
 * collector that reads what comes to it. Spans are sent when the platform stops, so it stops before anything is judged.
 */

const names = ['user', 'product', 'inventory', 'cart', 'order', 'payment', 'notification', 'gateway'] as const
const secrets = {
  email: `ada.${randomUUID()}@example.com`,
  password: 'correct horse battery staple',
  name: 'Ada Lovelace',
}
const stranger = { trace_id: 'f'.repeat(32), traceparent: `00-${'f'.repeat(32)}-${'e'.repeat(16)}-01` }
const correlation_id = `traced-${randomUUID()}`

let collector: Collector
const lines: Record<string, any>[] = []
const seen = { token: '', orderId: '' }

function collectLines() {
  const sink = new PassThrough()
  let rest = ''
  sink.on('data', chunk => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop()!
    for (const line of parts) lines.push(JSON.parse(line))
  })
  return sink
}

async function buy(platform: TestPlatform, headers: Record<string, string> = {}) {
  const shop = platform.client('gateway')
  const credentials = { email: `staff.${randomUUID()}@example.com`, password: 'an administrator of the shop' }
  await ensureAdministrator(platform.service('user').ctx, credentials)
  const staff = await shop.call(api.login, { body: credentials })
  const product = await shop.call(
    api.createProduct,
    { body: { name: `Lantern ${randomUUID()}`, price: 24.5, stock: 20 } },
    { authorization: `Bearer ${(staff as { access_token: string }).access_token}` },
  )
  await platform.drain()
  const { access_token } = await shop.call(api.register, {
    body: { ...secrets, email: `${randomUUID()}${secrets.email}` },
  })
  const me = { authorization: `Bearer ${access_token}` }
  const cart = await shop.call(api.addCartItem, { body: { product_id: product.id, quantity: 2 } }, me)
  const order = await shop.call(
    api.placeOrder,
    { body: { cart_id: cart.id!, payment_method: 'tok_approve' } },
    { ...me, 'idempotency-key': randomUUID(), ...headers },
  )
  assert.equal(order.payment_status, 'paid')
  await platform.drain()
  return { token: access_token, orderId: order.id, productId: product.id }
}

const optionsOf = (env: Record<string, string>, neighbours: boolean) => {
  const sink = collectLines()
  return {
    services: [...names],
    simulator: true,
    mail: true,
    neighbours,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TRACE_RATIO: '1', ...env },
    overrides: Object.fromEntries(
      names.map(name => [name, { log: createLog(name, { level: 'info', format: 'json', to: sink }) }]),
    ),
  }
}

before(async () => {
  collector = await startCollector()
})
after(() => collector.stop())

const ofTrace = (trace_id: string) => collector.spans.filter(span => span.trace_id === trace_id)
const show = (span: CollectedSpan) => `${span.service} ${span.kind} ${span.name}`
/** The way from a span up to the root. */
function pathOf(span: CollectedSpan | undefined): string[] {
  const path: string[] = []
  for (let at = span; at; at = collector.spans.find(other => other.span_id === at!.parent_id)) path.unshift(show(at))
  return path
}
function find(trace: CollectedSpan[], what: string): CollectedSpan {
  const found = trace.filter(span => show(span) === what)
  assert.ok(found.length > 0, `${what} is not among\n${trace.map(show).join('\n')}`)
  return found[0]!
}
const purchase = () => {
  const roots = collector.spans.filter(
    span => span.attributes['shopfleet.correlation_id'] === correlation_id && span.parent_id === '',
  )
  assert.equal(roots.length, 1, 'one purchase has one root')
  return ofTrace(roots[0]!.trace_id)
}

for (const neighbours of [false, true]) {
  test(`a purchase is one trace from the gateway to the mail, ${neighbours ? 'in one process' : 'over HTTP'}`, async () => {
    collector.spans.length = 0
    lines.length = 0
    const platform = await startTestPlatform(optionsOf({}, neighbours))
    try {
      Object.assign(seen, await buy(platform, { 'x-correlation-id': correlation_id }))
      const [paid] = (await platform.said('order')).filter(({ name }) => name === 'order.paid')
      await platform.service('notification').deliver([paid!, paid!])
      await platform.drain()
    } finally {
      await platform.stop()
    }

    const trace = purchase()
    const root = 'gateway server placeOrder'
    const placing = [root, 'gateway client placeOrder', 'order server placeOrder']
    assert.deepEqual(pathOf(find(trace, 'order server placeOrder')), placing)
    const asked = (service: string, operation: string) => {
      const up = pathOf(find(trace, `${service} server ${operation}`))
      assert.deepEqual(up, [...placing, `order client ${operation}`, `${service} server ${operation}`])
    }
    const calls = new Set(
      trace.filter(span => span.service === 'order' && span.kind === 'client').map(span => span.name),
    )
    assert.ok(calls.size >= 3, [...calls].join(' '))
    for (const name of calls) {
      const other = trace.find(span => span.name === name && span.kind === 'server')!
      asked(other.service, name)
    }
    for (const service of ['cart', 'inventory', 'payment']) {
      assert.ok(
        trace.some(span => span.service === service && span.kind === 'server'),
        `${service} was asked`,
      )
    }
    const provider = pathOf(trace.find(span => span.service === 'payment' && span.name.startsWith('provider ')))
    assert.deepEqual(provider.slice(0, 3), placing)
    assert.match(provider.at(-2)!, /^payment server /)

    assert.deepEqual(pathOf(find(trace, 'order producer order.paid publish')), [
      ...placing,
      'order producer order.paid publish',
    ])
    const applied = [...placing, 'notification consumer order.paid apply']
    const mail = [...applied, 'notification internal send message', 'notification client send email']
    assert.deepEqual(pathOf(find(trace, 'notification client send email')), mail)
    const consumers = trace.filter(span => show(span) === 'notification consumer order.paid apply')
    assert.equal(consumers.length, 1, 'what is delivered again is applied, and shown, once')

    const ids = new Set(trace.map(span => span.span_id))
    for (const span of trace) {
      assert.ok(span.parent_id === '' || ids.has(span.parent_id), `the parent of ${show(span)} is there`)
      assert.ok(span.end_ms >= span.start_ms)
      assert.equal(span.is_error, false, show(span))
    }
    const served = find(trace, 'order server placeOrder').attributes
    assert.deepEqual(
      [
        served['http.request.method'],
        served['http.route'],
        served['http.response.status_code'],
        served['shopfleet.correlation_id'],
      ],
      ['POST', '/api/orders', 201, correlation_id],
    )
    const { trace_id } = trace[0]!
    const logged = lines.filter(line => line.traceId === trace_id)
    for (const service of ['gateway', 'order', 'payment']) {
      assert.ok(
        logged.some(line => line.service === service && ids.has(line.spanId)),
        `a line of ${service} names its span`,
      )
    }
    for (const line of logged) assert.equal(line.correlationId ?? correlation_id, correlation_id)

    const text = collector.bytes().toString('latin1')
    for (const secret of [
      secrets.email,
      '@example.com',
      secrets.password,
      secrets.name,
      'Lovelace',
      seen.token,
      'tok_approve',
      'Bearer',
    ])
      assert.ok(!text.includes(secret), `${secret} was exported`)
    assert.ok(!text.includes(seen.orderId), 'nor which order it was: its correlation id tells')
  })
}

test('a stranger decides neither that a request is recorded nor which trace it belongs to', async () => {
  collector.spans.length = 0
  const none = await startTestPlatform(optionsOf({ TRACE_RATIO: '0' }, false))
  try {
    await buy(none, stranger)
    const messages = await none.said('order')
    for (const { traceparent } of messages)
      assert.match(traceparent ?? '', /-00$/, 'and it is decided once for all of it')
    assert.ok(!JSON.stringify(messages).includes(stranger.trace_id))
  } finally {
    await none.stop()
  }
  assert.deepEqual(collector.spans, [])

  const all = await startTestPlatform(optionsOf({}, false))
  try {
    await buy(all, { 'x-correlation-id': correlation_id, ...stranger })
  } finally {
    await all.stop()
  }
  assert.deepEqual(ofTrace(stranger.trace_id), [])
  const root = purchase().find(span => span.parent_id === '')!
  assert.deepEqual(root.links, [stranger.trace_id], 'who has both can tell that they belong together')
})

test('a refusal is no error of the trace, a service that is away is one', async () => {
  collector.spans.length = 0
  const platform = await startTestPlatform(optionsOf({ GATEWAY_RESTART_PATIENCE_MS: '0' }, false))
  try {
    const shop = platform.client('gateway')
    assert.equal((await shop.send(api.login, { body: { email: secrets.email, password: 'not it' } })).status, 401)
    await platform.halt('order')
    assert.equal((await shop.send(api.listOrders, {}, await platform.as())).status, 503)
  } finally {
    await platform.stop()
  }
  const outcome = (name: string) =>
    collector.spans
      .filter(span => span.name === name)
      .map(({ service, kind, is_error, attributes }) => [
        ...[service, kind, is_error, attributes['http.response.status_code'], attributes['error.type']],
      ])
      .sort()
  assert.deepEqual(outcome('login'), [
    ['gateway', 'client', false, 401, undefined],
    ['gateway', 'server', false, 401, undefined],
    ['user', 'server', false, 401, undefined],
  ])
  assert.deepEqual(outcome('listOrders'), [
    ['gateway', 'client', true, undefined, 'Unavailable'],
    ['gateway', 'server', true, 503, 'Unavailable'],
  ])
})
