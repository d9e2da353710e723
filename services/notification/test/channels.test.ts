import assert from 'node:assert/strict'
import { createHmac, createPublicKey, verify } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { createBrowser, decrypt, type Got, startOutside } from './outside.ts'
import { openShop, type Shop, settingsSaid } from './setup.ts'

/* Telephones and browsers: an SMS provider's API and a push service, both outside and both real HTTP servers. */

let shop: Shop
let sms: Awaited<ReturnType<typeof startOutside>>
let push: Awaited<ReturnType<typeof startOutside>>
before(async () => {
  sms = await startOutside()
  push = await startOutside()
  shop = await openShop({
    env: { SMS_URL: `${sms.url}/messages`, SMS_KEY: 'provider-key', PUSH_HOSTS: '127.0.0.1' },
  })
  await shop.platform.service('notification').deliver([settingsSaid({ shop_name: 'Tea "& Co"' })])
})
after(async () => {
  await shop?.platform.stop()
  sms.stop()
  push.stop()
})
afterEach(() => {
  sms.status = 201
  push.status = 201
  sms.got.length = 0
  push.got.length = 0
})

const client = () => shop.platform.client('notification')
const buy = (headers: Record<string, string>) =>
  shop.order({ email: shop.newEmail(), payment_method: 'tok_approve' }, headers)
const wants = (headers: Record<string, string>, body: api.BodyOf<typeof api.updateNotificationPreferences>) =>
  client().call(api.updateNotificationPreferences, { body }, headers)
const short = async (order: api.Order, channel: api.Channel) => shop.message({ order_id: order.id, channel })

test('an SMS goes to the number of who wants it, in their language, as the provider takes it', async () => {
  const me = await shop.platform.as()
  await wants(me, { phone: '+4915112345678', sms_order_updates: true, locale: 'de' })
  const order = await buy(me)
  await shop.platform.drain()
  assert.equal(sms.got.length, 1)
  const [{ path, headers, body }] = sms.got as [Got]
  const message = (await short(order, 'sms'))!
  assert.deepEqual(
    [path, headers.authorization, headers['idempotency-key']],
    ['/messages', 'Bearer provider-key', message.id],
  )
  assert.deepEqual(JSON.parse(body.toString()), {
    to: '+4915112345678',
    from: 'Shopfleet',
    text: `Tea "& Co": Bestellung ${order.number} ist bestätigt. Danke!`,
  })
  assert.deepEqual([message.status, message.recipient], ['sent', '+4915112345678'])
})

test('a provider that fails is asked again, one that refuses is not', async () => {
  const me = await shop.platform.as()
  await wants(me, { phone: '+4915112345678', sms_order_updates: true })
  sms.status = 503
  const order = await buy(me)
  await shop.platform.drain()
  assert.equal((await short(order, 'sms'))!.status, 'queued')
  sms.status = 400
  await shop.hurry()
  await shop.platform.drain()
  const failed = (await short(order, 'sms'))!
  assert.deepEqual([failed.status, failed.reason], ['failed', 'the provider answered 400: {}'])
  assert.equal(sms.got.length, 2)
})

test('who does not want an SMS any more gets none, also of what waited', async () => {
  const me = await shop.platform.as()
  await wants(me, { phone: '+4915112345678', sms_order_updates: true })
  sms.status = 503
  const order = await buy(me)
  await shop.platform.drain()
  await wants(me, { sms_order_updates: false })
  sms.got.length = 0
  await shop.hurry()
  await shop.platform.drain()
  assert.deepEqual([sms.got.length, (await short(order, 'sms'))!.status], [0, 'dropped'])
})

test('a browser that subscribed is told what only it can read, signed with the key the shop published', async () => {
  const me = await shop.platform.as()
  const browser = createBrowser(`${push.url}/browser-1`)
  const { public_key } = await client().call(api.getPushKey, {})
  const { id } = await client().call(api.createPushSubscription, { body: browser.subscription }, me)
  const order = await buy(me)
  await shop.platform.drain()
  assert.equal(push.got.length, 1)
  const [{ path, headers, body }] = push.got as [Got]
  assert.deepEqual([path, headers['content-encoding'], headers.ttl], ['/browser-1', 'aes128gcm', '86400'])
  const message = (await short(order, 'push'))!
  assert.deepEqual(JSON.parse(decrypt(body, browser.ecdh, browser.auth)), {
    id: message.id,
    title: 'Tea "& Co"',
    body: `Tea "& Co": order ${order.number} is confirmed. Thank you!`,
    url: `http://localhost:3000/orders/${order.id}`,
  })
  assert.doesNotMatch(body.toString('latin1'), new RegExp(order.number))

  const [, token, key] = /^vapid t=([^,]+), k=(.+)$/.exec(headers.authorization!)!
  assert.equal(key, public_key)
  const [head, claims, signature] = token!.split('.') as [string, string, string]
  const point = Buffer.from(public_key, 'base64url')
  const jwk = { kty: 'EC', crv: 'P-256', x: point.toString('base64url', 1, 33), y: point.toString('base64url', 33) }
  const signed = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' as const }
  assert.ok(verify('sha256', Buffer.from(`${head}.${claims}`), signed, Buffer.from(signature, 'base64url')))
  assert.equal(JSON.parse(Buffer.from(claims, 'base64url').toString()).aud, push.url)

  await client().call(api.deletePushSubscription, { params: { id } }, me)
  push.got.length = 0
  await buy(me)
  await shop.platform.drain()
  assert.equal(push.got.length, 0)
  assert.equal((await client().send(api.deletePushSubscription, { params: { id } }, me)).status, 404)
})

test('a push service that fails is asked again under the same topic; a browser that is gone is forgotten', async () => {
  const me = await shop.platform.as()
  await client().call(api.createPushSubscription, { body: createBrowser(`${push.url}/browser-2`).subscription }, me)
  push.status = 500
  await buy(me)
  await shop.platform.drain()
  push.status = 201
  await shop.hurry()
  await shop.platform.drain()
  assert.equal(push.got.length, 2)
  assert.equal(push.got[0]!.headers.topic, push.got[1]!.headers.topic)

  push.status = 410
  const order = await buy(me)
  await shop.platform.drain()
  const failed = (await short(order, 'push'))!
  assert.deepEqual([failed.status, failed.reason], ['failed', 'the browser no longer takes messages'])
  push.got.length = 0
  await buy(me)
  await shop.platform.drain()
  assert.equal(push.got.length, 0)
})

test('push can be switched off, and a browser belongs to who signed in last', async () => {
  const [ada, grace] = [await shop.platform.as(), await shop.platform.as()]
  const body = createBrowser(`${push.url}/shared`).subscription
  const { id } = await client().call(api.createPushSubscription, { body }, ada)
  assert.equal((await client().call(api.createPushSubscription, { body }, grace)).id, id)
  await buy(ada)
  await shop.platform.drain()
  assert.equal(push.got.length, 0)
  await wants(grace, { push_order_updates: false })
  await buy(grace)
  await shop.platform.drain()
  assert.equal(push.got.length, 0)
  assert.equal((await client().send(api.deletePushSubscription, { params: { id } }, ada)).status, 404)
  assert.equal((await client().send(api.deletePushSubscription, { params: { id } })).status, 401)
})

test('nobody can have the shop call an address of their choice', async () => {
  const me = await shop.platform.as()
  const { keys } = createBrowser(`${push.url}/x`).subscription
  for (const endpoint of [
    'http://169.254.169.254/latest/meta-data',
    'http://127.0.0.1.evil.example/x',
    'http://10.0.0.1/x',
    'https://localhost/x',
    'http://user@127.0.0.1/x',
    'file:///etc/passwd',
  ]) {
    const answer = await client().send(api.createPushSubscription, { body: { endpoint, keys } }, me)
    assert.equal(answer.status, 400, endpoint)
  }
  const short = {
    endpoint: `${push.url}/x`,
    keys: { ...keys, auth: `${createHmac('md5', 'x').digest('base64url')}AAAA` },
  }
  assert.equal((await client().send(api.createPushSubscription, { body: short }, me)).status, 400)
  assert.equal((await client().send(api.createPushSubscription, { body: short })).status, 401)
})
