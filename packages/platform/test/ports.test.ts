import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { checkPorts, planPorts, takenPlaces, urlOf } from '@shopfleet/platform/ports'
import { services } from '@shopfleet/platform/services'

const portsOf = (plan: ReturnType<typeof planPorts>) =>
  Object.fromEntries(plan.all.map(({ name, port }) => [name, port]))

test('the usual ports are those of the documents', () => {
  assert.partialDeepStrictEqual(portsOf(planPorts({})), {
    user: 4001,
    product: 4002,
    order: 4003,
    cart: 4004,
    inventory: 4005,
    payment: 4006,
    gateway: 8080,
    storefront: 3000,
    'metrics of the gateway': 8081,
    'payment simulator': 4100,
    'mail catcher': 4101,
    'SMTP of the mail catcher': 4102,
  })
})

test('a base moves all ports, and none of them twice', () => {
  const moved = portsOf(planPorts({}, { base: 9000 }))
  assert.equal(new Set(Object.values(moved)).size, services.length + 6)
  assert.partialDeepStrictEqual(moved, {
    user: 9011,
    product: 9012,
    order: 9013,
    cart: 9014,
    inventory: 9015,
    payment: 9016,
    gateway: 9000,
    storefront: 9002,
    'admin panel': 9003,
    'metrics of the gateway': 9001,
    'payment simulator': 9030,
    'mail catcher': 9031,
    'SMTP of the mail catcher': 9032,
  })
})

test('a port set for one service wins, and one set for two is refused', () => {
  assert.equal(planPorts({ ORDER_PORT: '5555' }, { base: 9000 }).service.order!.port, 5555)
  assert.throws(() => planPorts({ ORDER_PORT: '8080' }), /Port 8080 is planned for order and gateway/)
  assert.throws(() => planPorts({ ORDER_PORT: 'many' }), /ORDER_PORT is a port/)
})

test('only the gateway and the web apps listen on the host of the option', () => {
  const plan = planPorts({}, { host: '0.0.0.0' })
  assert.equal(plan.service.gateway!.host, '0.0.0.0')
  assert.equal(plan.storefront.host, '0.0.0.0')
  assert.equal(plan.panel.host, '0.0.0.0')
  assert.equal(plan.service.order!.host, '127.0.0.1')
  assert.equal(urlOf(plan.service.gateway!), 'http://127.0.0.1:8080')
  assert.equal(urlOf({ name: 'x', host: '10.0.0.7', port: 1 }, 'localhost'), 'http://10.0.0.7:1')
})

test('a port in use is named, with its service, who has it and what to do', async t => {
  const stranger = createServer()
  const shop = createHttpServer((_request, response) => response.end('{"status":"ok","service":"order"}'))
  await Promise.all([stranger, shop].map(s => new Promise<void>(done => s.listen(0, '127.0.0.1', done))))
  t.after(() => {
    stranger.close()
    shop.close()
  })
  const place = (name: string, server: typeof stranger) => ({
    name,
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
  })
  const [first, second] = [place('user', stranger), place('cart', shop)]
  assert.deepEqual(
    (await takenPlaces([first, second])).map(({ obstacle }) => obstacle),
    ['EADDRINUSE', 'EADDRINUSE'],
  )
  await assert.rejects(checkPorts([first]), (error: Error) => {
    assert.match(error.message, new RegExp(`Port ${first.port} \\(user\\) is in use by another program`))
    assert.match(error.message, /npm start -- --port-base \d+/)
    return true
  })
  await assert.rejects(checkPorts([second]), /\(cart\) is in use by another Shopfleet \(its order\)[\s\S]*npm stop/)
  await checkPorts([])
})
