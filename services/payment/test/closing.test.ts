import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { capturePayment } from '@shopfleet/contracts'
import { assertBooksAgree, type Payments, refusedAs, startPayments } from './setup.ts'

let payments: Payments
before(async () => {
  payments = await startPayments()
})
after(() => payments.stop())

/** What the provider holds or has taken for an order. */
async function heldFor(order_id: string): Promise<{ open: number; net: number }> {
  const { items } = await payments.provider(`/v1/payments?reference=${order_id}`)
  let open = 0
  let net = 0
  for (const p of items) {
    if (p.status === 'authorised') open++
    net += p.captured - p.refunded
  }
  return { open, net }
}

test('an authorised payment of a closed order is voided, and the order takes no more payments', async () => {
  const { id, order_id } = await payments.authorise('tok_approve')
  assert.deepEqual(await payments.close(order_id), { order_id, settled: true, captured_minor: 0, refunded_minor: 0 })
  assert.equal((await payments.read(id)).status, 'voided')
  await assert.rejects(payments.authorise('tok_approve', { order_id, attempt: 2 }), refusedAs('payment-not-allowed'))
  assert.deepEqual(await heldFor(order_id), { open: 0, net: 0 })
  assert.equal(
    (await payments.authorise('tok_approve', { order_id })).status,
    'voided',
    'the old attempt answers what is',
  )
})

test('what was captured of a closed order is given back, the part that was not yet; repeating it changes nothing', async () => {
  const { id, order_id } = await payments.captured('tok_approve', 1000)
  await payments.refund(id, 4)
  const expected = { order_id, settled: true, captured_minor: 1000, refunded_minor: 1000 }
  assert.deepEqual(await payments.close(order_id), expected)
  assert.deepEqual(await payments.close(order_id), expected)
  assert.deepEqual(await payments.events(id), ['authorised', 'captured', 'refunded', 'refunded'])
})

test('an order that never was paid is closed too, and refuses what comes later', async () => {
  const order_id = randomUUID()
  assert.deepEqual(await payments.close(order_id), { order_id, settled: true, captured_minor: 0, refunded_minor: 0 })
  await assert.rejects(payments.authorise('tok_approve', { order_id }), refusedAs('payment-not-allowed'))
  assert.deepEqual(
    (await payments.provider(`/v1/payments?reference=${order_id}`)).items,
    [],
    'the provider was not asked',
  )
})

test('a declined payment needs no undoing', async () => {
  const { id, order_id } = await payments.authorise('tok_decline')
  assert.equal((await payments.capture(id)).status, 'declined', 'an order that tries to capture it learns so')
  assert.equal((await payments.close(order_id)).settled, true)
  assert.deepEqual(await payments.events(id), ['declined'])
})

test('a payment of a closed order cannot be captured, not even before its void is known', async () => {
  const { id, order_id } = await payments.authorise('tok_approve')
  await payments.sql`update orders set closed_at = now(), close_reason = 'x', next_check_at = now() where order_id = ${order_id}`
  await assert.rejects(payments.capture(id), refusedAs('payment-not-allowed'))
  const byStaff = payments.api.call(capturePayment, { params: { id } }, payments.staff)
  await assert.rejects(byStaff, refusedAs('payment-not-allowed'))
  await payments.platform.drain()
  assert.equal((await payments.read(id)).status, 'voided', 'the sweep finishes a closing that was cut short')
})

test('a closing clears the doubts of the order itself: what the provider never saw is recorded first, then let go', async () => {
  const unseen = await payments.abandoned('tok_approve')
  const seen = await payments.abandoned('tok_webhook_never')
  await payments.providerAuthorises(seen, 'tok_webhook_never')
  for (const { id, order_id } of [unseen, seen]) {
    assert.equal((await payments.close(order_id)).settled, true)
    assert.equal((await payments.read(id)).status, 'voided')
    const { items } = await payments.provider(`/v1/payments?reference=${order_id}`)
    assert.deepEqual(
      items.map((p: { status: string }) => p.status),
      ['voided'],
    )
  }
})

test('authorising and closing one order at once: whoever is first, no money stays held', async () => {
  const tokens = [
    'tok_approve',
    'tok_approve',
    'tok_timeout_before',
    'tok_timeout_after',
    'tok_slow',
    'tok_error_after',
  ]
  await Promise.all(
    Array.from({ length: 24 }, async (_, n) => {
      const order_id = randomUUID()
      const authorised = Promise.allSettled([payments.authorise(tokens[n % tokens.length]!, { order_id })])
      if (n % 3 === 1) await new Promise(setImmediate)
      if (n % 3 === 2) await payments.sql`select 1`
      const closed = await payments.close(order_id)
      const [outcome] = await authorised
      if (outcome.status === 'rejected')
        assert.ok(refusedAs('payment-not-allowed')(outcome.reason), String(outcome.reason))
      if (closed.settled) assert.deepEqual(await heldFor(order_id), { open: 0, net: 0 }, `settled means settled (${n})`)
      await payments.platform.drain()
      assert.deepEqual(await heldFor(order_id), { open: 0, net: 0 })
    }),
  )
  const [{ n }] = await payments.sql<
    [{ n: number }]
  >`select count(*)::int as n from orders where next_check_at is not null`
  assert.equal(n, 0, 'no closing is left open')
})

test('capturing and closing one order at once: the money is voided or given back in full', async () => {
  const tokens = [
    'tok_approve',
    'tok_approve',
    'tok_capture_timeout_before',
    'tok_capture_timeout_after',
    'tok_void_timeout_after',
  ]
  await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      const { id, order_id } = await payments.authorise(tokens[n % tokens.length]!)
      const captured = Promise.allSettled([payments.capture(id)])
      if (n % 2 === 1) await payments.sql`select 1`
      const closed = await payments.close(order_id)
      const [outcome] = await captured
      if (outcome.status === 'rejected')
        assert.ok(refusedAs('payment-not-allowed')(outcome.reason), String(outcome.reason))
      await payments.platform.drain()
      assert.deepEqual(await heldFor(order_id), { open: 0, net: 0 })
      const now = await payments.close(order_id)
      assert.equal(now.settled, true)
      if (closed.settled)
        assert.equal(closed.captured_minor, now.captured_minor, 'nothing was captured after the closing settled')
    }),
  )
})

test('a closing and a refund by staff at once give back what was captured, once', async () => {
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      const { id, order_id } = await payments.captured('tok_approve', 1000)
      await Promise.allSettled([
        payments.refund(id, 6),
        payments.close(order_id),
        payments.close(order_id),
        payments.refund(id),
      ])
      await payments.platform.drain()
      assert.deepEqual(await heldFor(order_id), { open: 0, net: 0 })
      assert.equal((await payments.read(id)).status, 'refunded')
    }),
  )
})

test('after all of it our books agree with the provider', () => assertBooksAgree(payments))
