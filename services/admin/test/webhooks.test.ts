import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { sendDeliveries } from '../src/tell-webhooks.ts'
import { checkUrl, isPublicAddress, retryDelay } from '../src/webhook.ts'
import { post } from '../src/webhook-request.ts'
import { openShop, type Shop } from './setup.ts'
import { isSignedWith, openReceiver, type Receiver } from './webhook-receiver.ts'

let shop: Shop
let receiver: Receiver
/** Awaited around each durable write of the admin service, to die there. */
let boundary: (name: string) => void = () => {}
before(async () => {
  shop = await openShop(
    {
      WEBHOOK_PRIVATE_ADDRESSES: 'true',
      WEBHOOK_TIMEOUT_MS: '400',
      WEBHOOK_RETRY_FIRST_MS: '60000',
      WEBHOOK_ATTEMPTS: '3',
    },
    [],
    { admin: { poll_ms: 3_600_000, boundary: name => boundary(name) } },
  )
})
after(() => shop?.stop())
beforeEach(async () => {
  receiver = await openReceiver()
})
afterEach(async () => {
  await shop.sql('admin')`delete from webhooks`
  await receiver.stop()
})

const create = (body: object = {}) =>
  shop.admin.call(api.createWebhook, { body: { url: receiver.url, events: ['*'], ...body } }, shop.staff)
const get = (id: string) => shop.admin.call(api.getWebhook, { params: { id } }, shop.staff)
const change = (id: string, body: object) => shop.admin.call(api.updateWebhook, { params: { id }, body }, shop.staff)
const log = async (id: string, query: api.QueryOf<typeof api.listWebhookDeliveries> = { limit: 100 }) =>
  (await shop.admin.call(api.listWebhookDeliveries, { params: { id }, query }, shop.staff)).items
const whole = (id: string, delivery_id: string) =>
  shop.admin.call(api.getWebhookDelivery, { params: { id, delivery_id } }, shop.staff)
const drain = () => shop.platform.drain()
/** As if the wait for the next try were over. */
const hurry = async () => {
  const sql = shop.sql('admin')
  await sql`update webhook_deliveries set due_at = now() where status = 'waiting'`
  await sql`update webhooks set held_until = null`
}

describe('a webhook', () => {
  test('is told what happens from now on, signed, once, and in order', async () => {
    const product = await shop.product()
    await drain()
    const { id, secret, ...made } = await create({ events: ['order.placed', 'order.paid', 'stock.changed'] })
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
    assert.deepEqual([made.is_active, made.waiting, made.delivered_at], [true, 0, null])
    const order = await shop.order(product.id)
    await drain()
    const about = receiver.received.filter(one => one.body.aggregate_id === order.id)
    assert.deepEqual(
      about.map(one => one.body.type),
      ['order.placed', 'order.paid'],
    )
    assert.ok(!receiver.types().includes('product.created'), 'not asked for, and before its time')
    for (const one of receiver.received) {
      assert.ok(isSignedWith(secret, one))
      assert.equal(one.headers['content-type'], 'application/json')
      assert.ok(Math.abs(Number(one.headers['webhook-timestamp']) - Date.now() / 1000) < 60)
    }
    const [placed] = about
    const said = (await shop.platform.said('order')).find(one => one.id === placed!.headers['webhook-id'])
    assert.deepEqual(placed!.body.data, said!.payload)
    assert.equal(placed!.body.timestamp, said!.occurred_at)

    // Whoever reads the log again finds nothing new.
    const count = receiver.received.length
    await shop.sql('admin')`update webhook_places set position = 0`
    await drain()
    assert.equal(receiver.received.length, count)
    const after = await get(id)
    assert.ok(after.delivered_at)
    assert.equal(after.waiting, 0)
    assert.equal((await log(id, { status: 'delivered' })).length, count)
    assert.deepEqual(await log(id, { status: 'failed' }), [])
  })

  test('of * is told everything but what staff did', async () => {
    await create()
    const product = await shop.product()
    await shop.order(product.id)
    await drain()
    for (const type of ['product.created', 'stock.changed', 'order.paid', 'payment.captured']) {
      assert.ok(receiver.types().includes(type), type)
    }
    assert.ok(!receiver.types().some(type => type.endsWith('staff-acted')))
  })

  test('that does not answer well is tried again, each time later; what waits behind it keeps its order', async () => {
    const { id } = await create({ events: ['order.placed', 'order.paid'] })
    receiver.says(503, {}, 'closed for repairs')
    const order = await shop.order((await shop.product()).id)
    await drain()
    assert.deepEqual(receiver.types(), ['order.placed'])
    const [second, first] = await log(id)
    assert.deepEqual([first!.status, first!.attempts, first!.response_status], ['waiting', 1, 503])
    assert.deepEqual([second!.status, second!.attempts], ['waiting', 0])
    const query = { subject: order.id }
    const about = (await shop.admin.call(api.listDeliveriesAbout, { query }, shop.staff)).items
    assert.deepEqual(
      about.map(one => [one.event, one.tries.map(made => made.response_status)]),
      [
        ['order.paid', []],
        ['order.placed', [503]],
      ],
    )
    const wait_s = (Date.parse(first!.due_at!) - Date.now()) / 1000
    assert.ok(wait_s > 40 && wait_s < 75, `a minute, more or less, not ${wait_s} s`)
    assert.ok((await get(id)).failing_since)

    receiver.takes()
    await hurry()
    await drain()
    assert.deepEqual(receiver.types(), ['order.placed', 'order.placed', 'order.paid'])
    const [one, again] = receiver.received
    assert.equal(one!.headers['webhook-id'], again!.headers['webhook-id'], 'known as the same by the receiver')
    const { tries, body, event } = await whole(id, first!.id)
    assert.deepEqual(
      tries.map(({ response_status, response, error }) => [response_status, response, error]),
      [
        [200, 'taken', null],
        [503, 'closed for repairs', 'answered 503'],
      ],
    )
    assert.deepEqual([event, body], ['order.placed', one!.text])
    assert.equal((await get(id)).failing_since, null)
    assert.ok(order.id)
  })

  test('that is back gets at once what waits for its next try', async () => {
    await create({ events: ['order.placed'] })
    const product = await shop.product()
    receiver.says(503)
    const first = await shop.order(product.id)
    await drain()
    receiver.takes()
    const second = await shop.order(product.id)
    await drain()
    assert.equal(receiver.received.length, 1, 'held')
    await shop.sql('admin')`update webhooks set held_until = now()`
    await drain()
    assert.deepEqual(
      receiver.received.map(one => one.body.aggregate_id),
      [first.id, second.id, first.id],
    )
  })

  test('that refuses one event gets the next; one refused too often is given up, and can be sent again', async () => {
    const { id } = await create({ events: ['order.placed', 'order.paid'] })
    receiver.answer((one, response) => {
      response.writeHead(one.body.type === 'order.placed' ? 422 : 200).end()
    })
    await shop.order((await shop.product()).id)
    await drain()
    assert.deepEqual(receiver.types(), ['order.placed', 'order.paid'])
    for (let i = 0; i < 3; i++) {
      await hurry()
      await drain()
    }
    const [failed] = await log(id, { status: 'failed' })
    assert.deepEqual([failed!.event, failed!.attempts, failed!.due_at], ['order.placed', 3, null])
    assert.equal(receiver.received.length, 4)

    receiver.takes()
    const params = { id, delivery_id: failed!.id }
    const replayed = await shop.admin.call(api.replayWebhookDelivery, { params }, shop.staff)
    assert.deepEqual([replayed.status, replayed.attempts], ['waiting', 0])
    await drain()
    assert.equal((await whole(id, failed!.id)).status, 'delivered')
    assert.equal(receiver.received.at(-1)!.headers['webhook-id'], failed!.event_id)
  })

  test('that took nothing for days is switched off, which is in the audit log', async () => {
    const { id } = await create({ events: ['order.placed'] })
    receiver.says(500)
    const product = await shop.product()
    await shop.order(product.id)
    await drain()
    await shop.sql('admin')`update webhooks set failing_since = now() - interval '4 days 23 hours'`
    await drain()
    assert.equal((await get(id)).is_active, true)
    await shop.sql('admin')`update webhooks set failing_since = now() - interval '5 days 1 minute'`
    await drain()
    const off = await get(id)
    assert.deepEqual([off.is_active, off.disabled_reason, off.waiting], [false, 'nothing was taken for 5 days', 0])
    const { items } = await shop.admin.call(api.listAuditLog, { query: { operation: 'disableWebhook' } }, shop.staff)
    assert.deepEqual([items.length, items[0]!.target, items[0]!.role, items[0]!.actor_id], [1, id, 'system', null])

    receiver.takes()
    await shop.order(product.id)
    await drain()
    const count = receiver.received.length
    const on = await change(id, { is_active: true })
    assert.deepEqual([on.is_active, on.disabled_reason, on.failing_since], [true, null, null])
    await shop.order(product.id)
    await drain()
    assert.equal(receiver.received.length, count + 1, 'what happened while it was off is not sent')
  })

  test('is sent to by one sender at a time, and goes on when that one died', async () => {
    await create({ events: ['order.placed'] })
    const product = await shop.product()
    const ctx = shop.platform.service('admin').ctx
    await shop.sql('admin')`update webhooks set leased_until = now() + interval '1 hour'`
    for (let i = 0; i < 5; i++) await shop.order(product.id)
    await drain()
    assert.equal(receiver.received.length, 0, 'somebody has it')
    await shop.sql('admin')`update webhooks set leased_until = now() - interval '1 second'`
    await Promise.all([sendDeliveries(ctx), sendDeliveries(ctx), sendDeliveries(ctx)])
    await drain()
    assert.equal(receiver.received.length, 5)
    assert.equal(new Set(receiver.received.map(one => one.headers['webhook-id'])).size, 5)
  })

  test('goes on where it was when the service comes back', async () => {
    await create({ events: ['order.placed'] })
    const product = await shop.product()
    receiver.says(503)
    await shop.order(product.id)
    await drain()
    await shop.platform.halt('admin')
    await shop.order(product.id)
    receiver.takes()
    await shop.platform.resume('admin')
    await hurry()
    await drain()
    assert.equal(new Set(receiver.received.map(one => one.headers['webhook-id'])).size, 2)
    assert.equal(receiver.received.length, 3)
  })

  test('is told again, under the same id, when its sender dies between sending and noting', async () => {
    const { id } = await create({ events: ['order.placed'] })
    await shop.order((await shop.product()).id)
    // From there on nothing is written any more, as after a kill.
    let isDead = false
    boundary = name => {
      isDead ||= name.startsWith('before commit: insert webhook_tries')
      if (isDead) throw new Error('killed')
    }
    await assert.rejects(drain(), /killed/)
    assert.equal(receiver.received.length, 1)
    boundary = () => {}
    await shop.platform.halt('admin')
    await shop.platform.resume('admin')
    await drain()
    assert.equal(receiver.received.length, 1, 'whoever died may be alive: its lease is waited for')
    await shop.sql('admin')`update webhooks set leased_until = now() - interval '1 second'`
    await drain()
    assert.deepEqual(receiver.types(), ['order.placed', 'order.placed'])
    assert.equal(new Set(receiver.received.map(one => one.headers['webhook-id'])).size, 1)
    assert.deepEqual(
      (await log(id)).map(one => one.status),
      ['delivered'],
    )
  })

  test('with another secret is signed with that one from then on', async () => {
    const { id, secret } = await create({ events: ['order.placed'] })
    const renewed = await shop.admin.call(api.renewWebhookSecret, { params: { id } }, shop.staff)
    assert.notEqual(renewed.secret, secret)
    await shop.order((await shop.product()).id)
    await drain()
    const [one] = receiver.received
    assert.deepEqual([isSignedWith(secret, one!), isSignedWith(renewed.secret, one!)], [false, true])
    const stored = JSON.stringify([
      await shop.sql('admin')`select * from webhooks`,
      await shop.sql('admin')`select * from audit_log where operation in ('createWebhook', 'renewWebhookSecret')`,
      await get(id),
      await shop.admin.call(api.listWebhooks, {}, shop.staff),
    ])
    for (const text of [secret, renewed.secret]) assert.ok(!stored.includes(text.slice(6)), 'it is shown once')
  })

  test('can be tried: what is answered is shown at once, good or bad', async () => {
    const { id, secret } = await create({ is_active: false })
    const test = () => shop.admin.call(api.testWebhook, { params: { id } }, shop.staff)
    const good = await test()
    assert.deepEqual(
      [good.event, good.status, good.response_status, good.tries[0]!.response],
      ['webhook.test', 'delivered', 200, 'taken'],
    )
    assert.ok(isSignedWith(secret, receiver.received[0]!))
    receiver.says(404, {}, 'no such hook')
    const bad = await test()
    assert.deepEqual([bad.status, bad.error, bad.due_at], ['failed', 'answered 404', null])
    await receiver.stop()
    assert.equal((await test()).error, 'nobody listens at that address')
    assert.equal((await get(id)).failing_since, null)
  })
})

describe('what a receiver answers', () => {
  const once = async (): Promise<api.WholeDelivery> => {
    const { id } = await create({ is_active: false })
    return shop.admin.call(api.testWebhook, { params: { id } }, shop.staff)
  }

  test('no redirect is followed', async () => {
    const other = await openReceiver()
    receiver.says(307, { location: other.url })
    assert.equal((await once()).error, 'answered 307')
    assert.equal(other.received.length, 0)
    await other.stop()
  })

  test('no more is read than is shown, and nobody is waited for without end', async () => {
    receiver.answer((_one, response) => {
      const pour = () => {
        if (response.destroyed || response.socket?.destroyed) return
        response.write('x'.repeat(65_536))
        setImmediate(pour)
      }
      pour()
    })
    const { tries } = await once()
    assert.deepEqual([tries[0]!.response_status, tries[0]!.response!.length], [200, 2000])
    receiver.answer(() => {})
    assert.equal((await once()).error, 'no answer within 400 ms')
    receiver.answer((_one, response) => void response.write('x'))
    assert.equal((await once()).error, 'no answer within 400 ms')
  })

  test('text that no database takes is kept all the same', async () => {
    receiver.answer((_one, response) => void response.end(Buffer.from([0, 65, 0, 255])))
    assert.equal((await once()).tries[0]!.response, 'A\ufffd')
  })
})

describe('where webhooks may go', () => {
  const outgoing = { headers: {}, body: '{}', timeout_ms: 1000, allow_private: false, now: Date.now }

  test('only to addresses of the world', () => {
    for (const address of [
      '127.0.0.1',
      '10.1.2.3',
      '172.31.255.255',
      '192.168.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
      '255.255.255.255',
      '198.18.0.1',
      '::',
      '::1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::127.0.0.1',
      '64:ff9b::7f00:1',
      'fe80::1',
      'fd00::1',
      'ff02::1',
      '2002:7f00:1::',
      '2001:db8::1',
      'localhost',
    ]) {
      assert.equal(isPublicAddress(address), false, address)
    }
    for (const address of ['1.1.1.1', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '2a00:1450:4001::200e']) {
      assert.equal(isPublicAddress(address), true, address)
    }
  })

  test('an address is looked at however it is written, before anything is kept', () => {
    const refused = (url: string) => {
      try {
        checkUrl(url, { WEBHOOK_PRIVATE_ADDRESSES: false })
      } catch (error) {
        assert.ok(error instanceof api.Problem)
        return error.errors![0]!.pointer
      }
      return undefined
    }
    for (const url of [
      'example.com',
      'http://example.com',
      'ftp://example.com',
      'https://ada:secret@example.com',
      'https://example.com/#here',
      'https://127.0.0.1',
      'https://2130706433',
      'https://0x7f.1',
      'https://017700000001',
      'https://[::1]',
      'https://[::ffff:10.0.0.1]',
      'https://169.254.169.254/latest/meta-data',
    ]) {
      assert.equal(refused(url), '/url', url)
    }
    assert.equal(refused('https://example.com:8443/hooks?shop=1'), undefined)
    assert.throws(() => checkUrl('ftp://10.0.0.1', { WEBHOOK_PRIVATE_ADDRESSES: true }), api.Problem)
  })

  test('a name that leads to this machine is not followed there', async () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]']) {
      const { error } = await post({ ...outgoing, url: `http://${host}:${receiver.port}/` })
      assert.match(error!, /no public address/, host)
    }
    assert.equal(receiver.received.length, 0)
    const { error } = await post({ ...outgoing, allow_private: true, url: `http://localhost:${receiver.port}/` })
    assert.equal(error, null)
    const nowhere = await post({ ...outgoing, url: 'https://nowhere.invalid/' })
    assert.match(nowhere.error!, /no host of that name|could not be looked up/)
  })

  test('waits between tries double, up to a bound', () => {
    assert.deepEqual(
      [0, 1, 2, 40].map(attempts => retryDelay(attempts, 10_000, 3_600_000)),
      [10_000, 20_000, 40_000, 3_600_000],
    )
  })
})

describe('staff', () => {
  test('are told what is wrong with a webhook, at its field', async () => {
    for (const [body, pointer] of [
      [{ url: 'nonsense', events: ['*'] }, '/url'],
      [{ url: receiver.url, events: ['order.paid', 'order.lost'] }, '/events/1'],
      [{ url: receiver.url, events: [] }, '/events'],
      [{ url: receiver.url }, '/events'],
      [{ url: receiver.url, events: ['user.staff-acted'] }, '/events/0'],
    ] as const) {
      const { status, body: problem } = await shop.admin.send(api.createWebhook, { body }, shop.staff)
      assert.deepEqual([status, problem.errors?.[0]?.pointer], [400, pointer], JSON.stringify(problem))
    }
    const { id } = await create()
    for (const body of [{}, { url: 'nonsense' }, { events: ['nothing'] }, { secret: 'mine' }]) {
      assert.equal((await shop.admin.send(api.updateWebhook, { params: { id }, body }, shop.staff)).status, 400)
    }
    const changed = await change(id, { description: 'The warehouse', events: ['order.paid'] })
    assert.deepEqual(
      [changed.description, changed.events, changed.url],
      ['The warehouse', ['order.paid'], receiver.url],
    )
    const { items } = await shop.admin.call(api.listWebhookEvents, {}, shop.staff)
    assert.ok(items.some(event => event.name === 'order.paid' && event.summary.length > 0))
  })

  test('have only so many, find those there are, and delete them', async () => {
    const { id } = await create()
    await shop.sql('admin')`
      insert into webhooks (url, events, is_active) select 'https://example.com', '{*}', false from generate_series(1, 48)`
    const made = await Promise.all(
      Array.from({ length: 4 }, () =>
        shop.admin.send(api.createWebhook, { body: { url: receiver.url, events: ['*'] } }, shop.staff),
      ),
    )
    assert.deepEqual(made.map(answer => answer.status).sort(), [201, 409, 409, 409])
    const { items } = await shop.admin.call(api.listWebhooks, {}, shop.staff)
    assert.equal(items.length, api.maxWebhooks)
    assert.equal((await shop.admin.send(api.deleteWebhook, { params: { id } }, shop.staff)).status, 204)
    const unknown = { id, delivery_id: randomUUID() }
    for (const [operation, body] of [
      [api.getWebhook],
      [api.updateWebhook, { is_active: false }],
      [api.deleteWebhook],
      [api.renewWebhookSecret],
      [api.listWebhookDeliveries],
      [api.getWebhookDelivery],
      [api.replayWebhookDelivery],
      [api.testWebhook],
    ] as [api.Operation, object?][]) {
      const { status } = await shop.admin.send(operation, { params: unknown, body }, shop.staff)
      assert.equal(status, 404, operation.name)
    }
  })

  test('page through the log', async () => {
    const { id } = await create({ events: ['order.placed'] })
    const product = await shop.product()
    for (let i = 0; i < 3; i++) await shop.order(product.id)
    await drain()
    const page = async (cursor?: string) =>
      shop.admin.call(api.listWebhookDeliveries, { params: { id }, query: { limit: 2, cursor } }, shop.staff)
    const first = await page()
    const second = await page(first.next_cursor!)
    assert.deepEqual([first.items.length, second.items.length, second.next_cursor], [2, 1, null])
    const bad = await shop.admin.send(api.listWebhookDeliveries, { params: { id }, query: { cursor: 'x' } }, shop.staff)
    assert.equal(bad.status, 400)
  })

  test('without the permission are refused', async () => {
    const other = await shop.platform.asStaff('orders', 'analytics')
    const params = { id: randomUUID(), delivery_id: randomUUID() }
    for (const [operation, body] of [
      [api.createWebhook, { url: receiver.url, events: ['*'] }],
      [api.listWebhooks],
      [api.getWebhook],
      [api.updateWebhook, { is_active: true }],
      [api.deleteWebhook],
      [api.renewWebhookSecret],
      [api.listWebhookDeliveries],
      [api.getWebhookDelivery],
      [api.replayWebhookDelivery],
      [api.testWebhook],
      [api.listWebhookEvents],
    ] as [api.Operation, object?][]) {
      assert.equal((await shop.admin.send(operation, { params, body }, other)).status, 403, operation.name)
      assert.equal((await shop.admin.send(operation, { params, body })).status, 401, operation.name)
      const broken = {
        params: { id: 'x', delivery_id: 'x' },
        query: { surprise: 'x' },
        ...(operation.method === 'GET' ? {} : { body: { ...body, surprise: 'x' } }),
      }
      const isBare = !operation.params && !operation.query && operation.method === 'GET'
      if (!isBare) assert.equal((await shop.admin.send(operation, broken, shop.staff)).status, 400, operation.name)
    }
  })
})
