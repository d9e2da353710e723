import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { assertBooksAgree, type Payments, startPayments } from './setup.ts'

/* Paid at once: the provider holds no money first. */

let payments: Payments
before(async () => {
  payments = await startPayments()
})
after(() => payments.stop())

const effectsOf = async (order_id: string) =>
  (await payments.journal()).filter(line => line.reference === order_id).map(line => `${line.type} ${line.key}`)

for (const token of [
  'tok_approve',
  'tok_timeout_before',
  'tok_timeout_after',
  'tok_error_after',
  'tok_slow',
  'tok_capture_timeout_before',
  'tok_capture_timeout_after',
  'tok_capture_error_after',
  'tok_webhook_thrice',
]) {
  test(`${token}: captured once, by one request of one key, and booked once`, async () => {
    const order_id = randomUUID()
    const payment = await payments.authorise(token, { order_id, capture: true })
    assert.deepEqual([payment.status, payment.captured], ['captured', 29.99])
    assert.deepEqual(await effectsOf(order_id), [`captured ${order_id}:authorise:1`])
    assert.equal((await payments.authorise(token, { order_id, capture: true })).status, 'captured')
    assert.equal((await payments.capture(payment.id)).status, 'captured', 'there is nothing left to capture')
    assert.deepEqual(await payments.events(payment.id), ['captured'])
  })
}

for (const [token, code] of [
  ['tok_decline', 'card_declined'],
  ['tok_capture_decline', 'capture_declined'],
]) {
  test(`${token}: declined, and nothing is taken`, async () => {
    const payment = await payments.authorise(token!, { capture: true })
    assert.deepEqual([payment.status, payment.decline_code, payment.captured], ['declined', code, 0])
    assert.deepEqual(await payments.events(payment.id), ['declined'])
  })
}

test('an amount of zero is captured without the provider', async () => {
  const order_id = randomUUID()
  const payment = await payments.authorise('tok_approve', { order_id, amount_minor: 0, capture: true })
  assert.equal(payment.status, 'captured')
  assert.deepEqual(await effectsOf(order_id), [])
})

test('a request that was lost with its process is found by the sweep, or sent as it was', async () => {
  for (const isDone of [false, true]) {
    const lost = await payments.abandoned('tok_approve', true)
    if (isDone) {
      const { provider_key: key, order_id: reference } = lost
      const body = { key, amount: 2999, currency: 'USD', token: 'tok_approve', reference, capture: true }
      assert.equal((await payments.provider('/v1/payments', body)).status, 'captured')
    }
    await payments.platform.drain()
    assert.equal((await payments.read(lost.id)).status, 'captured')
    assert.deepEqual(await effectsOf(lost.order_id), [`captured ${lost.provider_key}`])
  }
})

test('of an order that is closed before the provider heard of it no money is taken, and the first request comes too late', async () => {
  const lost = await payments.abandoned('tok_approve', true)
  const closed = await payments.close(lost.order_id)
  assert.deepEqual([closed.settled, closed.captured_minor], [true, 0])
  const { provider_key: key, order_id: reference } = lost
  const first = { key, amount: 2999, currency: 'USD', token: 'tok_approve', reference, capture: true }
  assert.equal((await payments.provider('/v1/payments', first)).error.code, 'key_reused')
  assert.deepEqual(
    (await effectsOf(lost.order_id)).map(effect => effect.split(' ')[0]),
    ['authorised', 'voided'],
  )
  assert.equal((await payments.read(lost.id)).status, 'voided')
})

test('what was taken for an order that was closed meanwhile goes back', async () => {
  const lost = await payments.abandoned('tok_approve', true)
  const { provider_key: key, order_id: reference } = lost
  await payments.provider('/v1/payments', {
    ...{ key, amount: 2999, currency: 'USD', token: 'tok_approve', reference, capture: true },
  })
  const closed = await payments.close(lost.order_id)
  assert.deepEqual([closed.settled, closed.captured_minor, closed.refunded_minor], [true, 2999, 2999])
})

test('after all of it our books agree with the provider', () => assertBooksAgree(payments))
