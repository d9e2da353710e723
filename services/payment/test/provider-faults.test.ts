import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { capturePayment, voidPayment } from '@shopfleet/contracts'
import { assertBooksAgree, type Payments, refusedAs, startPayments, until } from './setup.ts'

let payments: Payments
before(async () => {
  payments = await startPayments()
})
after(() => payments.stop())

const keysOf = async (type: string, reference: string | null) =>
  (await payments.journal()).filter(line => line.type === type && line.payment_id === reference).map(line => line.key)

suite('whatever the provider does, each step happens once and is known', { concurrency: true }, () => {
  for (const [token, code] of [
    ['tok_decline', 'card_declined'],
    ['tok_insufficient_funds', 'insufficient_funds'],
  ] as const) {
    test(`${token}: declined, and the reason is told`, async () => {
      const payment = await payments.authorise(token)
      assert.equal(payment.status, 'declined')
      assert.equal(payment.decline_code, code)
      assert.deepEqual(await payments.events(payment.id), ['declined'])
    })
  }

  for (const token of ['tok_approve', 'tok_timeout_before', 'tok_timeout_after', 'tok_error_after', 'tok_slow']) {
    test(`${token}: authorised once, under one key`, async () => {
      const payment = await payments.authorise(token)
      assert.equal(payment.status, 'authorised')
      assert.deepEqual(await keysOf('authorised', payment.provider_reference), [`${payment.order_id}:authorise:1`])
      const { items } = await payments.provider(`/v1/payments?reference=${payment.order_id}`)
      assert.equal(items.length, 1, 'the provider holds the money once')
      assert.deepEqual(await payments.events(payment.id), ['authorised'])
    })
  }

  for (const token of ['tok_capture_timeout_before', 'tok_capture_timeout_after', 'tok_capture_error_after']) {
    test(`${token}: captured once, under one key`, async () => {
      const payment = await payments.captured(token)
      assert.equal(payment.status, 'captured')
      assert.equal(payment.captured, 29.99)
      assert.deepEqual(await keysOf('captured', payment.provider_reference), [`${payment.id}:capture`])
    })
  }

  test('tok_capture_decline: the order learns that the payment is void, staff are refused', async () => {
    const payment = await payments.authorise('tok_capture_decline')
    const { status, decline_code, captured } = await payments.capture(payment.id)
    assert.deepEqual(
      { status, decline_code, captured },
      { status: 'voided', decline_code: 'capture_declined', captured: 0 },
    )
    assert.equal((await payments.capture(payment.id)).status, 'voided')
    const other = await payments.authorise('tok_capture_decline')
    const byStaff = payments.api.call(capturePayment, { params: { id: other.id } }, payments.staff)
    await assert.rejects(byStaff, refusedAs('payment-not-allowed'))
  })

  test('tok_void_timeout_after: voided once', async () => {
    const { id } = await payments.authorise('tok_void_timeout_after')
    const payment = await payments.api.call(voidPayment, { params: { id } }, payments.staff)
    assert.equal(payment.status, 'voided')
    assert.deepEqual(await keysOf('voided', payment.provider_reference), [`${id}:void`])
  })

  for (const token of ['tok_refund_timeout_after', 'tok_refund_error_after']) {
    test(`${token}: refunded once`, async () => {
      const { id, provider_reference } = await payments.captured(token)
      const payment = await payments.refund(id, 10)
      assert.deepEqual([payment.status, payment.refunded], ['partially_refunded', 10])
      assert.equal((await keysOf('refunded', provider_reference)).length, 1)
    })
  }

  for (const token of ['tok_webhook_never', 'tok_webhook_late', 'tok_webhook_thrice']) {
    test(`${token}: nothing rests on the webhook, and nothing happens twice for it`, async () => {
      const payment = await payments.captured(token)
      assert.equal(payment.status, 'captured')
      if (token !== 'tok_webhook_never') {
        const own = async () =>
          (await payments.journal()).filter(line => line.payment_id === payment.provider_reference)
        const delivered = async () => {
          const effects = (await own()).map(line => line.n)
          return (
            (await payments.journal()).filter(line => line.type === 'delivered' && effects.includes(line.of)).length ===
            2
          )
        }
        // The simulator notes a delivery when all of its repetitions have arrived.
        await until(delivered)
      }
      assert.deepEqual(await payments.events(payment.id), ['authorised', 'captured'])
    })
  }
})

test('after all of it our books agree with the provider', () => assertBooksAgree(payments))
