import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listTokens } from '../src/tokens.ts'
import { newKey, startSimulator } from './setup.ts'

const types = (effects: { type: string }[]) => effects.map(effect => effect.type)

for (const token of ['tok_approve', 'tok_webhook_late', 'tok_webhook_thrice', 'tok_webhook_never']) {
  test(`${token}: authorised, captured and refunded without a fault`, async t => {
    const { authorise, capture, refund, effects } = await startSimulator(t)
    const { status, body } = await authorise(token)
    assert.equal(status, 200)
    assert.match(body.id, /^pay_[0-9a-f]{32}$/)
    const { id, key, ...rest } = body
    assert.deepEqual(rest, {
      status: 'authorised',
      amount: 1999,
      currency: 'USD',
      captured: 0,
      refunded: 0,
      reference: 'order-1',
      token,
    })
    assert.equal((await capture(id)).body.captured, 1999)
    assert.equal((await refund(id, 99)).status, 200)
    assert.deepEqual(types(await effects()), ['authorised', 'captured', 'refunded'])
  })
}

for (const [token, code] of [
  ['tok_decline', 'card_declined'],
  ['tok_insufficient_funds', 'insufficient_funds'],
] as const) {
  test(`${token}: a recorded payment that is declined and stays so`, async t => {
    const { authorise, capture, void: release, get, effects } = await startSimulator(t)
    const { status, body } = await authorise(token)
    assert.equal(status, 200)
    assert.equal(body.status, 'declined')
    assert.equal(body.decline_code, code)
    const refused = await capture(body.id)
    assert.equal(refused.status, 409)
    assert.deepEqual(refused.body.payment, body)
    assert.equal((await release(body.id)).status, 409)
    assert.deepEqual((await get(`/v1/payments/${body.id}`)).body, body)
    assert.deepEqual(types(await effects()), ['declined'])
  })
}

test('tok_timeout_before: no effect and no answer at first, approved when asked again', async t => {
  const { authorise, get, effects } = await startSimulator(t)
  const key = newKey()
  const start = performance.now()
  assert.equal((await authorise('tok_timeout_before', { key })).status, 0)
  assert.ok(performance.now() - start >= 75)
  assert.equal((await get(`/v1/payments?key=${key}`)).status, 404)
  assert.deepEqual(await effects(), [])
  assert.equal((await authorise('tok_timeout_before', { key })).body.status, 'authorised')
})

test('tok_timeout_before: a retry while the first request still hangs is approved', async t => {
  const { authorise, effects } = await startSimulator(t, { hangMs: 300 })
  const key = newKey()
  const [first, retry] = await Promise.all([
    authorise('tok_timeout_before', { key }),
    authorise('tok_timeout_before', { key }),
  ])
  assert.deepEqual([first.status, retry.status].sort(), [0, 200])
  assert.equal((await effects()).length, 1)
})

test('tok_timeout_after: it happened although nobody was told; a retry finds it', async t => {
  const { authorise, get, effects } = await startSimulator(t)
  const key = newKey()
  assert.equal((await authorise('tok_timeout_after', { key })).status, 0)
  const found = await get(`/v1/payments?key=${key}`)
  assert.equal(found.body.status, 'authorised')
  const again = await authorise('tok_timeout_after', { key })
  assert.deepEqual(again, found)
  assert.equal((await effects()).length, 1)
})

test('tok_error_after: a 500 although it happened; a retry finds it', async t => {
  const { authorise, effects } = await startSimulator(t)
  const key = newKey()
  const broken = await authorise('tok_error_after', { key })
  assert.equal(broken.status, 500)
  assert.equal(broken.body.error.code, 'internal_error')
  assert.equal((await authorise('tok_error_after', { key })).body.status, 'authorised')
  assert.equal((await effects()).length, 1)
})

test('tok_slow: the effect comes with the late answer, once for all requests of a key', async t => {
  const { authorise, get, effects } = await startSimulator(t, { slowMs: 150 })
  const key = newKey()
  const start = performance.now()
  const both = Promise.all([authorise('tok_slow', { key }), authorise('tok_slow', { key })])
  assert.equal((await get(`/v1/payments?key=${key}`)).status, 404)
  const [one, other] = await both
  assert.ok(performance.now() - start >= 145)
  assert.equal(one.status, 200)
  assert.deepEqual(one, other)
  assert.equal((await effects()).length, 1)
})

test('tok_capture_timeout_before: the first capture does not happen, the second does', async t => {
  const { authorise, capture, get } = await startSimulator(t)
  const { id } = (await authorise('tok_capture_timeout_before')).body
  const key = newKey()
  assert.equal((await capture(id, 1999, key)).status, 0)
  assert.equal((await get(`/v1/payments/${id}`)).body.status, 'authorised')
  assert.equal((await capture(id, 1999, key)).body.status, 'captured')
})

for (const [token, first] of [
  ['tok_capture_timeout_after', 0],
  ['tok_capture_error_after', 500],
] as const) {
  test(`${token}: the first capture happens although its answer says otherwise`, async t => {
    const { authorise, capture, get, effects } = await startSimulator(t)
    const { id } = (await authorise(token)).body
    const key = newKey()
    assert.equal((await capture(id, 1000, key)).status, first)
    assert.equal((await get(`/v1/payments/${id}`)).body.captured, 1000)
    assert.equal((await capture(id, 1000, key)).body.captured, 1000)
    assert.deepEqual(types(await effects()), ['authorised', 'captured'])
  })
}

test('tok_capture_decline: the capture is refused and the payment is void', async t => {
  const { authorise, capture, void: release, effects } = await startSimulator(t)
  const { id } = (await authorise('tok_capture_decline')).body
  const key = newKey()
  const refused = await capture(id, 1500, key)
  assert.equal(refused.status, 402)
  assert.equal(refused.body.error.code, 'capture_declined')
  assert.equal(refused.body.payment.status, 'voided')
  assert.deepEqual(await capture(id, 1500, key), refused)
  assert.equal((await capture(id, 1400, key)).status, 422)
  assert.equal((await capture(id)).status, 409)
  assert.equal((await release(id)).status, 200)
  const [, last, ...more] = await effects()
  assert.deepEqual([last?.type, last?.amount, last?.declined_capture, more], ['voided', 1999, 1500, []])
})

test('tok_void_timeout_after: the first void happens although nobody was told', async t => {
  const { authorise, void: release, get } = await startSimulator(t)
  const { id } = (await authorise('tok_void_timeout_after')).body
  const key = newKey()
  assert.equal((await release(id, key)).status, 0)
  assert.equal((await get(`/v1/payments/${id}`)).body.status, 'voided')
  assert.equal((await release(id, key)).body.status, 'voided')
})

for (const [token, first] of [
  ['tok_refund_timeout_after', 0],
  ['tok_refund_error_after', 500],
] as const) {
  test(`${token}: the first refund happens although its answer says otherwise`, async t => {
    const { authorise, capture, refund, get } = await startSimulator(t)
    const { id } = (await authorise(token)).body
    await capture(id)
    const key = newKey()
    assert.equal((await refund(id, 500, key)).status, first)
    assert.equal((await get(`/v1/payments/${id}`)).body.refunded, 500)
    assert.equal((await refund(id, 500, key)).body.status, 'succeeded')
    assert.equal((await get(`/v1/payments/${id}`)).body.refunded, 500)
  })
}

test('an unknown token is refused, also one named like a built-in property', async t => {
  const { authorise, effects } = await startSimulator(t)
  for (const token of ['tok_unheard_of', 'constructor', '__proto__']) {
    const { status, body } = await authorise(token)
    assert.deepEqual([status, body.error.code], [422, 'invalid_token'])
  }
  assert.deepEqual(await effects(), [])
})

test('the list of tokens describes each of them', async t => {
  const { get } = await startSimulator(t)
  const { items } = (await get('/v1/tokens')).body
  assert.deepEqual(items, listTokens())
  assert.ok(items.length >= 17 && items.every((item: { description: string }) => item.description))
})
