import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { createIdentity, type Identity, startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { Value } from 'typebox/value'

let platform: TestPlatform
// The user service is here as one that staff act in; who they are says another, so that anybody can be staff.
let identity: Identity
let boundary: (name: string) => void = () => {}
const running: api.ServiceName[] = ['product', 'inventory', 'cart', 'order', 'payment', 'user', 'notification', 'admin']
before(async () => {
  identity = await createIdentity()
  platform = await startTestPlatform({
    services: running,
    simulator: true,
    env: { USER_URL: identity.url },
    overrides: { inventory: { poll_ms: 3_600_000, boundary: name => boundary(name) } },
  })
})
after(async () => {
  await platform?.stop()
  await identity.stop()
})
const as = async (who?: Parameters<Identity['token']>[0]) => ({ authorization: `Bearer ${await identity.token(who)}` })
const asStaff = (...permissions: api.Permission[]) => as({ role: 'staff', permissions })

const all: api.Permission[] = [...api.permissions]
async function log(query: object = {}): Promise<api.AuditEntry[]> {
  await platform.drain()
  const staff = await asStaff('admin')
  return (await platform.client('admin').call(api.listAuditLog, { query: { limit: 100, ...query } }, staff)).items
}
const isStaffs = (operation: api.Operation) =>
  typeof operation.auth === 'object' && ('staff' in operation.auth || 'own_or_staff' in operation.auth)
const changing = api.operations.filter(
  operation => isStaffs(operation) && operation.method !== 'GET' && running.includes(operation.service),
)
/** A body by the contract's example or schema; where neither gives one, an empty one, which will not do. */
function bodyOf({ example, body }: api.Operation): unknown {
  if (!body) return undefined
  if (example?.body) return example.body
  try {
    return Value.Create(body)
  } catch {
    return {}
  }
}
/** Calls every changing operation of staff as somebody of its own each; answers who got what. */
async function tryAll(permissionsFor: (operation: api.Operation) => api.Permission[]) {
  const tried = new Map<string, { name: string; status: number }>()
  for (const operation of changing) {
    const user_id = randomUUID()
    const headers = await as({ user_id, role: 'clerk', permissions: permissionsFor(operation) })
    const names = [...operation.path.matchAll(/:([a-z_]+)/g)].map(match => match[1]!)
    const params = Object.fromEntries(names.map(name => [name, randomUUID()]))
    const query = operation.query && operation.service === 'admin' ? { service: 'order' } : undefined
    const input = { params, body: bodyOf(operation), query }
    const answer = await platform.client(operation.service).send(operation, input as never, headers)
    tried.set(user_id, { name: operation.name, status: answer.status })
  }
  await platform.drain()
  return tried
}
async function assertLines(tried: Map<string, { name: string; status: number }>) {
  for (const [actor_id, { name, status }] of tried) {
    const lines = await platform.sql(
      'admin',
    )`select operation, status, role from audit_log where actor_id = ${actor_id}`
    // What is no valid request tries nothing.
    const expected = status === 400 ? [] : [{ operation: name, status, role: 'clerk' }]
    assert.deepEqual([...lines], expected, `${name} answered ${status}`)
  }
}

test('whatever staff try to change without the permission leaves a line, in every operation there is', async () => {
  assert.ok(changing.length > 15)
  const tried = await tryAll(operation => all.filter(one => one !== Object.values(operation.auth)[0]))
  await assertLines(tried)
  const refused = [...tried.values()].filter(({ status }) => status === 403).length
  const staffOnly = changing.filter(operation => typeof operation.auth === 'object' && 'staff' in operation.auth).length
  assert.equal(refused, staffOnly)
})

test('whatever staff change leaves a line, in every operation there is', async () => {
  const tried = await tryAll(() => all)
  await assertLines(tried)
  const valid = [...tried.values()].filter(({ status }) => status !== 400).length
  assert.ok(valid > changing.length / 2, `${valid} of ${changing.length} could be tried`)
})

test('who, what, before, after and from where; nothing secret and nobody named', async () => {
  const staff = await asStaff('catalogue', 'stock', 'orders')
  const product = await platform
    .client('product')
    .call(api.createProduct, { body: { name: 'Audited', price: 5, stock: 3 } }, staff)
  const user_id = randomUUID()
  const headers = {
    ...(await as({ user_id, role: 'clerk', permissions: ['stock', 'orders'] })),
    // As the gateway on this machine passes it on, behind a proxy that it believes.
    'x-forwarded-for': '6.6.6.6, 203.0.113.9',
    'x-correlation-id': `audit-${user_id}`,
  }
  await platform
    .client('inventory')
    .call(api.adjustStock, { params: { product_id: product.id }, body: { delta: 4, reason: 'delivery' } }, headers)
  const [line] = await log({ target: product.id, actor_id: user_id })
  assert.equal(line!.operation, 'adjustStock')
  assert.equal((line!.before as { on_hand: number }).on_hand, 3)
  assert.equal((line!.after as { on_hand: number }).on_hand, 7)
  assert.deepEqual(line!.input, { delta: 4, reason: 'delivery' })
  assert.deepEqual(
    [line!.actor_id, line!.status, line!.ip, line!.forwarded_for, line!.correlation_id],
    [user_id, 201, '203.0.113.9', '6.6.6.6, 203.0.113.9', `audit-${user_id}`],
    'what came before the gateway wrote is not believed',
  )
  const order = await platform.client('order').call(api.placeOrder, {
    body: { product_id: product.id, quantity: 1, email: 'ada@example.com', payment_method: 'tok_approve' },
  })
  await platform.client('order').call(api.cancelOrder, { params: { id: order.id }, body: {} }, headers)
  const [cancelled] = await log({ target: order.id })
  assert.equal(cancelled!.operation, 'cancelOrder')
  assert.equal((cancelled!.before as { status: string }).status, 'processing')
  assert.equal((cancelled!.after as { status: string }).status, 'cancelled')
  const kept = JSON.stringify(await platform.sql('admin')`select * from audit_log`)
  assert.ok(!kept.includes('ada@example.com'))
  assert.ok(!JSON.stringify(await platform.said('order')).includes('ada@example.com'))
  assert.ok(!kept.includes('tok_approve'))
})

test("customers' requests leave nothing, nor does what staff read", async () => {
  const [before] = await platform.sql('admin')`select count(*)::int as n from audit_log`
  const staff = await asStaff('catalogue')
  const [product] = (await platform.client('product').call(api.listProducts, {})).items
  await platform.client('cart').call(api.addCartItem, { body: { product_id: product!.id, quantity: 1 } })
  await platform.client('product').call(api.listCategories, {}, staff)
  await platform.client('product').send(api.createProduct, { body: {} }, await as())
  await platform.drain()
  const [after] = await platform.sql('admin')`select count(*)::int as n from audit_log`
  assert.equal(after!.n, before!.n)
})

test('a line is written once, however often its events are delivered, and in whatever order', async () => {
  const staff = await asStaff('catalogue')
  await platform.client('product').call(api.createProduct, { body: { name: 'Twice', price: 5 } }, staff)
  await platform.drain()
  const said = (await platform.said('product')).filter(message => message.name === api.staffActed('product').name)
  const count = async () => (await platform.sql('admin')`select count(*)::int as n from audit_log`)[0]!.n
  const before = await count()
  const again = said.map(message => ({ ...message, id: randomUUID() }))
  await platform.service('admin').deliver(said)
  await platform.service('admin').deliver([...again].reverse())
  await platform.sql('admin')`update actions_begun set heard_at = now() - interval '1 hour'`
  await platform.drain()
  assert.equal(await count(), before)
})

test('cut off between the change and its line: the line says that the end is not known', async () => {
  const product_id = randomUUID()
  await platform
    .client('inventory')
    .call(
      api.openStock,
      { params: { product_id }, body: { quantity: 3 } },
      await platform.asService('product', 'inventory'),
    )
  const user_id = randomUUID()
  const staff = await as({ user_id, permissions: ['stock'] })
  const names: string[] = []
  boundary = name => {
    names.push(name)
    // The begin of the action, the change, and then the process dies before it writes down the end.
    if (name === 'before commit: insert outbox' && names.filter(one => one === name).length === 2)
      throw new Error('killed')
  }
  const answer = await platform
    .client('inventory')
    .send(api.setStock, { params: { product_id }, body: { on_hand: 9 } }, staff)
  boundary = () => {}
  assert.equal(answer.status, 500, names.join())
  await platform.drain()
  assert.deepEqual(await log({ actor_id: user_id }), [])
  await platform.sql('admin')`update actions_begun set heard_at = now() - interval '1 hour'`
  const [line] = await log({ actor_id: user_id })
  assert.deepEqual([line!.status, line!.operation, line!.target], [null, 'setStock', product_id])
})

test('the log is read by page and by time, and nobody can change it', async () => {
  const admin = platform.client('admin')
  const staff = await asStaff('admin')
  const first = await admin.call(api.listAuditLog, { query: { limit: 2 } }, staff)
  const second = await admin.call(api.listAuditLog, { query: { limit: 2, cursor: first.next_cursor! } }, staff)
  assert.ok(second.items[0]!.at <= first.items[1]!.at)
  const none = await admin.call(api.listAuditLog, { query: { from: '2999-01-01T00:00:00Z' } }, staff)
  assert.deepEqual(none.items, [])
  const of = { service: 'product', operation: 'createProduct', to: '2999-01-01T00:00:00Z' }
  assert.ok((await log(of)).every(line => line.operation === 'createProduct'))
  assert.equal((await admin.send(api.listAuditLog, { query: { cursor: 'x' } }, staff)).status, 400)
  assert.equal((await admin.send(api.listAuditLog, {}, await asStaff('orders'))).status, 403)
  await assert.rejects(platform.sql('admin')`update audit_log set status = 200`, /append-only/)
  await assert.rejects(platform.sql('admin')`delete from audit_log`, /append-only/)
  await assert.rejects(platform.sql('admin')`truncate audit_log`, /append-only/)
})
