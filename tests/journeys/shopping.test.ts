import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { createLog } from '@shopfleet/service-kit'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { ensureAdministrator } from '@shopfleet/user'

/* The whole platform as people use it: through the gateway, with events, sweeps and webhooks running by themselves. */

let platform: TestPlatform
let staff: Record<string, string>
const lines: Record<string, any>[] = []

before(async () => {
  const sink = new PassThrough()
  let rest = ''
  sink.on('data', chunk => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop()!
    for (const line of parts) lines.push(JSON.parse(line))
  })
  const names = ['user', 'product', 'inventory', 'cart', 'order', 'payment', 'gateway'] as const
  platform = await startTestPlatform({
    services: [...names],
    simulator: true,
    background: true,
    overrides: Object.fromEntries(
      names.map(name => [name, { log: createLog(name, { level: 'info', format: 'json', to: sink }) }]),
    ),
  })
  const credentials = { email: 'admin@example.com', password: 'an administrator of the shop' }
  await ensureAdministrator(platform.service('user').ctx, credentials)
  const { access_token } = await shop().call(api.login, { body: credentials })
  staff = { authorization: `Bearer ${access_token}` }
})
after(() => platform.stop())

const shop = () => platform.client('gateway')

/** Waits for what background work will bring about, for at most five seconds. */
async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + 5000; Date.now() < end; ) {
    const found = await look()
    if (found) return found
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  assert.fail(`never came about: ${what}`)
}

async function product(fields: Partial<{ price: number; stock: number; name: string }> = {}) {
  return shop().call(
    api.createProduct,
    { body: { name: `Lantern ${randomUUID()}`, price: 24.5, stock: 20, ...fields } },
    staff,
  )
}

test('a shopper finds, fills a cart as a guest, registers, keeps the cart, buys, and staff ship it', async () => {
  const lantern = await product({ name: 'Copper lantern for late terraces' })
  const found = await shop().call(api.searchProducts, { query: { q: 'coper lantern' } })
  assert.equal(found.items[0]?.id, lantern.id, 'found in spite of the typing error')

  const guestCart = await shop().call(api.addCartItem, { body: { product_id: lantern.id, quantity: 2 } })
  const email = `ada.${randomUUID()}@example.com`
  const { access_token, user } = await shop().call(api.register, {
    body: { email, password: 'correct horse battery', name: 'Ada Lovelace' },
  })
  const me = { authorization: `Bearer ${access_token}` }
  const merged = await shop().call(api.mergeCart, { body: { cart_token: guestCart.cart_token! } }, me)
  assert.deepEqual([merged.user_id, merged.items.map(i => [i.product_id, i.quantity])], [user.id, [[lantern.id, 2]]])

  const quote = await shop().call(api.quoteOrder, { body: { cart_id: merged.id! } }, me)
  assert.equal(quote.total, 49)
  const order = await shop().call(
    api.placeOrder,
    { body: { cart_id: merged.id!, payment_method: 'tok_approve', expected_total: quote.total } },
    { ...me, 'idempotency-key': randomUUID() },
  )
  assert.deepEqual([order.status, order.payment_status, order.total], ['processing', 'paid', 49])

  await eventually('the cart is empty', async () => (await shop().call(api.getCart, {}, me)).item_count === 0)
  await eventually('the product page shows the stock', async () => {
    const shown = await shop().call(api.getProduct, { params: { id: lantern.slug } })
    return shown.stock_quantity === 18
  })
  const set = (status: api.OrderStatus) =>
    shop().call(api.setOrderStatus, { params: { id: order.id }, body: { status } }, staff)
  await set('shipped')
  await set('delivered')
  const history = await shop().call(api.listOrders, {}, me)
  assert.deepEqual(
    history.items.map(o => [o.id, o.status]),
    [[order.id, 'delivered']],
  )
  const timeline = await shop().call(api.getOrderTimeline, { params: { id: order.id } }, me)
  assert.deepEqual(
    timeline.items.map(i => i.status),
    ['pending', 'processing', 'shipped', 'delivered'],
  )
})

test('one correlation id goes through every hop and event, and no log line holds a secret', async () => {
  const { id: product_id } = await product()
  const correlation_id = `journey-${randomUUID()}`
  const password = `secret-${randomUUID()}`
  const headers = { 'x-correlation-id': correlation_id }
  const registered = await shop().call(
    api.register,
    { body: { email: `${randomUUID()}@example.com`, password } },
    headers,
  )
  const me = { authorization: `Bearer ${registered.access_token}` }
  const answer = await shop().send(
    api.placeOrder,
    { body: { product_id, payment_method: 'tok_approve' } },
    { ...headers, ...me },
  )
  assert.deepEqual([answer.status, answer.headers.get('x-correlation-id')], [201, correlation_id])

  const mine = () => lines.filter(line => line.correlationId === correlation_id)
  await eventually('every service of the purchase has logged it', async () => {
    const services = new Set(mine().map(line => line.service))
    return ['gateway', 'user', 'product', 'order', 'inventory', 'payment'].every(name => services.has(name))
  })
  for (const service of ['order', 'inventory', 'payment', 'user'] as const) {
    await eventually(`${service} said an event with it`, async () =>
      (await platform.said(service)).some(message => message.correlation_id === correlation_id),
    )
  }
  const line = mine().find(l => l.service === 'order' && l.method === 'POST')!
  assert.deepEqual(
    { ...line, timestamp: typeof line.timestamp, duration: typeof line.duration, metadata: Object.keys(line.metadata) },
    {
      level: 'info',
      timestamp: 'string',
      service: 'order',
      correlationId: correlation_id,
      userId: registered.user.id,
      method: 'POST',
      path: '/api/orders',
      statusCode: 201,
      duration: 'number',
      metadata: line.metadata.userAgent ? ['ip', 'userAgent'] : ['ip'],
      message: 'placeOrder',
    },
  )
  const all = JSON.stringify(lines)
  for (const secret of [
    password,
    registered.access_token,
    registered.refresh_token,
    'tok_approve',
    'correct horse battery',
  ]) {
    assert.ok(!all.includes(secret), `a secret is in the log: ${secret.slice(0, 12)}…`)
  }
})

test('every service counts its requests by operation, and the public door shows no metrics', async () => {
  for (const name of ['user', 'product', 'order', 'cart', 'inventory', 'payment'] as const) {
    const text = await (await fetch(`${platform.url(name)}/metrics`)).text()
    assert.match(text, new RegExp(`http_requests_total\\{[^}]*operation="[a-zA-Z]+"[^}]*service="${name}"`))
    assert.match(text, /http_request_duration_seconds_bucket/)
    const ready = await fetch(`${platform.url(name)}/health/ready`)
    assert.equal(ready.status, 200)
  }
  assert.equal((await fetch(`${platform.url('gateway')}/metrics`)).status, 404)
  const operators = await fetch(`http://127.0.0.1:${platform.env('gateway').METRICS_PORT}/metrics`)
  assert.match(await operators.text(), /http_requests_total\{[^}]*operation="placeOrder"/)
})

test('with the catalogue, the cart or the payment service away, the shop says so, sells nothing wrong, and goes on after', async () => {
  const { id: product_id } = await product()
  const buy = (key = randomUUID()) =>
    shop().send(
      api.placeOrder,
      { body: { product_id, email: 'g@example.com', payment_method: 'tok_approve' } },
      { 'idempotency-key': key },
    )
  for (const name of ['product', 'payment', 'inventory'] as const) {
    await platform.halt(name)
    const key = randomUUID()
    const refused = await buy(key)
    assert.deepEqual([refused.status, refused.body.type.split('/').at(-1)], [503, 'unavailable'], name)
    assert.ok(refused.headers.get('retry-after'))
    await platform.resume(name)
    await eventually(`${name} is used again`, async () => (await buy(key)).status === 201)
  }
  await eventually('what was refused is undone', async () => {
    const [row] = await platform.sql('order')`select count(*)::int as n from orders where goal <> 'none'`
    return row!.n === 0
  })
  const [row] = await platform.sql('order')`
    select count(*) filter (where status = 'processing')::int as paid from orders join order_items on order_id = orders.id
    where product_id = ${product_id}`
  assert.equal(row!.paid, 3, 'one for each key')
  const stock = await platform.client('inventory').call(api.getStock, { params: { product_id } }, staff)
  assert.deepEqual([stock.on_hand, stock.reserved], [17, 0])
})
