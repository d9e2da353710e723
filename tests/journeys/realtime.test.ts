import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'

/* What shoppers and staff see as it happens: the client of the browsers, every service, and a gateway that comes and goes. */

let platform: TestPlatform
let staff: { authorization: string }
const clients: api.RealtimeClient[] = []
before(async () => {
  platform = await startTestPlatform({
    services: ['user', 'product', 'inventory', 'cart', 'order', 'payment', 'gateway'],
    simulator: true,
    background: true,
  })
  const { ensureAdministrator } = await import('@shopfleet/user')
  const credentials = { email: 'admin@example.com', password: 'an administrator of the shop' }
  await ensureAdministrator(platform.service('user').ctx, credentials)
  staff = await signIn(credentials)
})
afterEach(() => {
  for (const client of clients.splice(0)) client.close()
})
after(() => platform?.stop())

type Headers = { authorization?: string }
const shop = () => platform.client('gateway')
async function signIn(body: { email: string; password: string }) {
  const answer = await shop().call(api.login, { body })
  assert.ok('access_token' in answer)
  return { authorization: `Bearer ${answer.access_token}` }
}
async function signUp() {
  const credentials = { email: `ada.${randomUUID()}@example.com`, password: 'correct horse battery' }
  await shop().call(api.register, { body: credentials })
  return signIn(credentials)
}
const lantern = (stock: number) =>
  shop().call(api.createProduct, { body: { name: `Lantern ${randomUUID()}`, price: 24.5, stock } }, staff)
const buy = (product_id: string, headers: Headers, more: object = {}) =>
  shop().call(
    api.placeOrder,
    { body: { items: [{ product_id, quantity: 1 }], payment_method: 'tok_approve', ...more } },
    { ...headers, 'idempotency-key': randomUUID() } as Record<string, string>,
  )

/** A browser: what it was told, and waiting for more. */
function browse({ authorization }: Headers = {}) {
  const messages: api.LiveMessage[] = []
  let changed = () => {}
  const client = api.createRealtimeClient({
    url: `${platform.url('gateway').replace('http', 'ws')}/ws`,
    token: () => authorization?.slice('Bearer '.length),
    retry_ms: { first: 20, most: 200 },
    random: () => 0,
  })
  clients.push(client)
  client.onState(() => changed())
  async function until(isSo: () => boolean, what: string) {
    const late = AbortSignal.timeout(20_000)
    late.addEventListener('abort', () => changed())
    while (!isSo()) {
      assert.ok(!late.aborted, `never came about: ${what}; told: ${JSON.stringify(messages)}`)
      await new Promise<void>(resolve => {
        changed = resolve
      })
    }
  }
  return {
    client,
    messages,
    until,
    /** Follows; answers once it is followed, or refused (then with the problem). */
    async follow(follow: api.Follow) {
      let outcome: 'followed' | api.RealtimeProblem | undefined
      let stale = 0
      client.follow(follow, {
        heard(message) {
          messages.push(message)
          changed()
        },
        stale() {
          stale++
          outcome = 'followed'
          changed()
        },
        refused(problem) {
          outcome = problem
          changed()
        },
      })
      await until(() => outcome !== undefined, 'it is followed or refused')
      return { outcome, stale: () => stale }
    },
    events: () => messages.flatMap(m => (m.type === 'order' || m.type === 'staff-order' ? [m.event] : [])),
  }
}

test('a shopper sees the order being placed, paid and shipped, others see the stock go down, and staff see the order', async () => {
  const product = await lantern(5)
  const ada = await signUp()
  const [hers, visitor, stranger, desk] = [browse(ada), browse(), browse(await signUp()), browse(staff)]
  await hers.follow({ channel: 'orders' })
  await stranger.follow({ channel: 'orders' })
  await visitor.follow({ channel: 'products', product_ids: [product.id] })
  await desk.follow({ channel: 'staff-orders' })

  const order = await buy(product.id, ada)
  await hers.until(() => hers.events().includes('order.paid'), 'she sees it paid')
  await visitor.until(() => visitor.messages.some(m => m.type === 'stock' && m.stock === 4), 'the stock is 4')
  await desk.until(() => desk.events().includes('order.paid'), 'staff see it paid')
  await shop().call(api.setOrderStatus, { params: { id: order.id }, body: { status: 'shipped' } }, staff)
  await hers.until(() => hers.events().includes('order.shipped'), 'she sees it shipped')

  assert.deepEqual(hers.events(), ['order.placed', 'order.paid', 'order.shipped'])
  const last = hers.messages.at(-1)
  assert.ok(last?.type === 'order')
  assert.deepEqual(
    [last.order_id, last.number, last.status, last.payment_status, last.total, last.currency],
    [order.id, order.number, 'shipped', 'paid', order.total, order.currency],
  )
  assert.deepEqual(stranger.messages, [])

  await shop().call(api.updateProduct, { params: { id: product.id }, body: { price: 19.5 } }, staff)
  await visitor.until(
    () => visitor.messages.some(m => m.type === 'product' && m.price === 19.5),
    'the new price is seen',
  )
})

test('a guest follows the one order of the token, from how it stands; nobody else may', async () => {
  const product = await lantern(5)
  const order = await buy(product.id, {}, { email: 'grace@example.com' })
  const [guest, thief, customer, desk] = [browse(), browse(), browse(await signUp()), browse(staff)]
  const one = { channel: 'order', order_id: order.id } as const
  await guest.follow({ ...one, order_token: order.order_token! })
  await guest.until(() => guest.messages.length > 0, 'it is told how it stands')
  const [now] = guest.messages
  assert.ok(now?.type === 'order')
  assert.deepEqual([now.event, now.status, now.payment_status, now.total], [null, 'processing', 'paid', order.total])

  for (const [who, follow] of [
    [thief, one],
    [thief, { ...one, order_token: 'x'.repeat(43) }],
    [customer, one],
    [customer, { ...one, order_id: randomUUID() }],
  ] as const) {
    const { outcome } = await who.follow(follow)
    assert.ok(typeof outcome === 'object')
    assert.deepEqual([outcome.status, outcome.title], [404, 'There is no such thing'])
  }
  await desk.follow(one)
  await shop().call(api.cancelOrder, { params: { id: order.id }, body: {} }, { 'x-order-token': order.order_token! })
  for (const who of [guest, desk]) await who.until(() => who.events().includes('order.cancelled'), 'it is cancelled')
  const last = guest.messages.at(-1)
  assert.ok(last?.type === 'order')
  assert.deepEqual([last.status, last.payment_status], ['cancelled', 'refunded'])
  assert.deepEqual([thief.messages, customer.messages], [[], []])
})

test('while the gateway is away things happen; when it is back all of it is told, once', async () => {
  const product = await lantern(9)
  const ada = await signUp()
  const hers = browse(ada)
  const mine = await hers.follow({ channel: 'orders' })
  const stocks = await hers.follow({ channel: 'products', product_ids: [product.id] })
  const first = await buy(product.id, ada)
  await hers.until(() => hers.events().includes('order.paid'), 'the first is paid')

  const states: api.RealtimeState[] = []
  hers.client.onState(state => states.push(state))
  await platform.halt('gateway')
  await hers.until(() => hers.client.state() === 'away', 'it is away: pages read afresh now and then')
  const order = platform.client('order')
  const direct = { ...ada, 'idempotency-key': randomUUID() }
  const body = { items: [{ product_id: product.id, quantity: 2 }], payment_method: 'tok_approve' }
  const second = await order.call(api.placeOrder, { body }, direct)
  await order.call(api.setOrderStatus, { params: { id: first.id }, body: { status: 'shipped' } }, staff)
  await platform.resume('gateway')
  await hers.until(() => hers.events().includes('order.shipped'), 'what happened meanwhile is told')
  await hers.until(() => hers.messages.some(m => m.type === 'stock' && m.stock === 6), 'the stock, too')
  assert.equal(hers.client.state(), 'live')
  await buy(product.id, ada)
  await hers.until(() => hers.events().filter(event => event === 'order.paid').length === 3, 'and it goes on')

  const told = hers.messages.flatMap(m => (m.type === 'order' ? [`${m.event} ${m.order_id}`] : []))
  assert.equal(new Set(told).size, told.length, 'nothing was told twice')
  assert.equal(told.filter(line => line.endsWith(second.id)).length, 2)
  assert.deepEqual([mine.stale(), stocks.stale()], [1, 1], 'nothing had to be read afresh')
  assert.deepEqual(states.slice(-1), ['live'])
})
