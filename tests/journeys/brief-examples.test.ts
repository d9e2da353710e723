import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ServiceName } from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { ensureAdministrator } from '@shopfleet/user'

/*
 * The request examples of the documents the platform was made from, as they are printed there; only the port is the
 * one of the service or gateway here, and a placeholder is a real id or token.
 */

let platform: TestPlatform
let adminToken: string
const known: Record<string, string> = {}

before(async () => {
  platform = await startTestPlatform({
    services: ['user', 'product', 'inventory', 'cart', 'order', 'payment', 'notification', 'analytics', 'gateway'],
    simulator: true,
    env: { DEMO_OPEN: 'true' },
  })
  const credentials = { email: 'admin@example.com', password: 'an administrator of the shop' }
  await ensureAdministrator(platform.service('user').ctx, credentials)
  const answer = await run(
    `curl -X POST http://localhost:8080/api/auth/login -H "Content-Type: application/json" -d '${JSON.stringify(credentials)}'`,
  )
  adminToken = answer.body.access_token
})
after(() => platform.stop())

/** The documents' ports and whose they are here. */
const ports: Record<string, ServiceName> = {
  3000: 'gateway',
  8080: 'gateway',
  8001: 'user',
  8002: 'product',
  8003: 'order',
  8004: 'notification',
  8005: 'analytics',
}

interface Answer {
  status: number
  body: any
}

/** Does what curl would: method, headers, data and URL of a printed command. */
async function run(printed: string): Promise<Answer> {
  const words = [...printed.replaceAll('\\\n', ' ').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    m => m[1] ?? m[2] ?? m[3]!,
  )
  assert.equal(words.shift(), 'curl')
  const headers: Record<string, string> = {}
  let method: string | undefined
  let body: string | undefined
  let target: string | undefined
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-X') method = words.shift()
    else if (word === '-d') body = words.shift()
    else if (word === '-H') {
      const [name, value] = words.shift()!.split(/: */, 2)
      headers[name!] = value!
    } else target = word
  }
  const url = new URL(target!)
  const service = ports[url.port] ?? 'gateway'
  const here = `${platform.url(service)}${url.pathname}${url.search}`
  const answer = await fetch(here, { method: method ?? (body ? 'POST' : 'GET'), headers, body })
  const text = await answer.text()
  return { status: answer.status, body: text ? JSON.parse(text) : undefined }
}

test('first document: register, log in, list products, order with items', async () => {
  const registered = await run(`curl -X POST http://localhost:3000/api/users/register \\
  -H "Content-Type: application/json" \\
  -d '{
    "email": "test@example.com",
    "password": "password123",
    "first_name": "John",
    "last_name": "Doe"
  }'`)
  assert.deepEqual([registered.status, registered.body.user.first_name], [201, 'John'])
  const signedIn = await run(`curl -X POST http://localhost:3000/api/users/login \\
  -H "Content-Type: application/json" \\
  -d '{
    "email": "test@example.com",
    "password": "password123"
  }'`)
  assert.equal(signedIn.status, 200)
  const created = await run(
    `curl -X POST http://localhost:8080/api/products -H "Authorization: Bearer ${adminToken}" -H "Content-Type: application/json" -d '{"name":"Lamp","price":40,"stock":10}'`,
  )
  assert.equal(created.status, 201)
  const listed = await run('curl http://localhost:3000/api/products')
  assert.equal(listed.body.items[0].id, created.body.id)
  const ordered = await run(
    `curl -X POST http://localhost:3000/api/orders \\
  -H "Content-Type: application/json" \\
  -H "Authorization: Bearer YOUR_JWT_TOKEN" \\
  -d '{
    "user_id": "user-uuid",
    "items": [
      {"product_id": "product-uuid", "quantity": 2}
    ]
  }'`
      .replace('YOUR_JWT_TOKEN', signedIn.body.access_token)
      .replace('user-uuid', signedIn.body.user.id)
      .replace('product-uuid', created.body.id),
  )
  assert.deepEqual([ordered.status, ordered.body.status, ordered.body.total_amount], [201, 'pending', 80])
  Object.assign(known, { user_id: signedIn.body.user.id, product_id: created.body.id })
})

test('third document: a user, a product and an order straight at the services, without a token, on a local demonstration', async () => {
  const user = await run(`curl -X POST http://localhost:8001/api/users \\
  -H "Content-Type: application/json" \\
  -d '{"name": "John Doe", "email": "john@example.com"}'`)
  assert.deepEqual([user.status, user.body.first_name, user.body.last_name], [201, 'John', 'Doe'])
  const product = await run(`curl -X POST http://localhost:8002/api/products \\
  -H "Content-Type: application/json" \\
  -d '{"name": "Laptop", "price": 999.99, "stock": 50}'`)
  assert.deepEqual([product.status, product.body.price, product.body.stock_quantity], [201, 999.99, 50])
  const order = await run(
    `curl -X POST http://localhost:8003/api/orders \\
  -H "Content-Type: application/json" \\
  -d '{"userId": "USER", "productId": "PRODUCT", "quantity": 2}'`
      .replace('USER', user.body.id)
      .replace('PRODUCT', product.body.id),
  )
  assert.deepEqual([order.status, order.body.user_id, order.body.total], [201, user.body.id, 1999.98])
  const summary = await run('curl http://localhost:8005/api/analytics/summary')
  assert.deepEqual([summary.status, summary.body.time_zone], [200, 'UTC'])
  for (const port of [8001, 8002, 8003, 8004, 8005]) {
    const health = await run(`curl http://localhost:${port}/health`)
    assert.deepEqual([health.status, health.body.status], [200, 'ok'])
  }
})

test('the open door of the demonstration is no way in through the gateway, nor from a web page', async () => {
  const body = '{"name": "Laptop", "price": 999.99, "stock": 50}'
  const json = '-H "Content-Type: application/json"'
  assert.equal((await run(`curl -X POST http://localhost:8080/api/products ${json} -d '${body}'`)).status, 401)
  assert.equal(
    (
      await run(
        `curl -X POST http://localhost:8001/api/users ${json} -H "Origin: http://evil.example" -d '{"name": "A", "email": "a@example.com"}'`,
      )
    ).status,
    401,
  )
  assert.equal(
    (await run(`curl -X POST http://localhost:8002/api/products ${json} -H "X-Forwarded-For: 1.2.3.4" -d '${body}'`))
      .status,
    401,
  )
  assert.equal((await run(`curl -X DELETE http://localhost:8002/api/products/${known.product_id}`)).status, 401)
})

test('fourth document: register with a name, log in, create a product with the token', async () => {
  const registered = await run(`curl -X POST http://localhost:8080/api/auth/register \\
     -H "Content-Type: application/json" \\
     -d '{"email":"test.user@example.com","password":"password","name":"Test User"}'`)
  assert.deepEqual([registered.status, registered.body.user.name], [201, 'Test User'])
  const signedIn = await run(`curl -X POST http://localhost:8080/api/auth/login \\
     -H "Content-Type: application/json" \\
     -d '{"email":"test.user@example.com","password":"password"}'`)
  assert.equal(signedIn.status, 200)
  const printed = `curl -X POST http://localhost:8080/api/products \\
     -H "Authorization: Bearer <your-token>" \\
     -H "Content-Type: application/json" \\
     -d '{"name":"Test Product","price":29.99,"stock":100}'`
  assert.equal(
    (await run(printed.replace('<your-token>', signedIn.body.access_token))).status,
    403,
    'customers do not make products',
  )
  const created = await run(printed.replace('<your-token>', adminToken))
  assert.deepEqual([created.status, created.body.price, created.body.stock_quantity], [201, 29.99, 100])
})

test('second and fifth document: every listed path answers', async () => {
  const bearer = `-H "Authorization: Bearer ${adminToken}"`
  const user = known.user_id!
  const product = known.product_id!
  for (const [printed, status] of [
    ['curl http://localhost:8080/health', 200],
    ['curl http://localhost:8080/health/ready', 200],
    ['curl http://localhost:8080/health/live', 200],
    [`curl http://localhost:8080/api/users/profile ${bearer}`, 200],
    [`curl http://localhost:8080/api/products/${product}`, 200],
    ['curl http://localhost:8080/api/products/search?q=lamp', 200],
    [`curl http://localhost:8080/api/orders ${bearer}`, 200],
    [`curl http://localhost:8080/api/orders/user/${user} ${bearer}`, 200],
    [`curl http://localhost:8080/api/cart/${user} ${bearer}`, 200],
    [`curl http://localhost:8080/api/users ${bearer}`, 200],
    [`curl http://localhost:8080/api/users/${user} ${bearer}`, 200],
    // As the first document has them on the services themselves.
    [`curl http://localhost:8001/users/${user} ${bearer}`, 200],
    ['curl http://localhost:8002/products', 200],
    [`curl http://localhost:8002/products/${product}`, 200],
    ['curl http://localhost:8002/products/search?q=lamp', 200],
    [`curl http://localhost:8003/orders/user/${user} ${bearer}`, 200],
    [
      `curl -X POST http://localhost:8001/login -H "Content-Type: application/json" -d '{"email":"nobody@example.com","password":"x"}'`,
      401,
    ],
  ] as const) {
    const answer = await run(printed)
    assert.equal(answer.status, status, `${printed}: ${JSON.stringify(answer.body)}`)
  }
})
