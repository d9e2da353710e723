import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { authorisePayment, voidPayment } from '@shopfleet/contracts'
import { readJournal } from '../src/reconcile.ts'
import { findPayment, markCompared } from '../src/store.ts'
import { reconcile } from '../src/sweep.ts'
import { assertBooksAgree, type Payments, refusedAs, startPayments, until } from './setup.ts'

let payments: Payments
before(async () => {
  payments = await startPayments()
})
after(() => payments.stop())

const repairs = async () => {
  const text = await (await fetch(`${payments.platform.url('payment')}/metrics`)).text()
  return Number(/^payment_repairs_total\S* (\d+)/m.exec(text)?.[1] ?? 0)
}
const everythingIsCompared = () =>
  payments.sql`
    insert into comparisons select id, now(), status, refunded_minor from payments where provider_reference is not null
    on conflict (payment_id) do update set compare_at = excluded.compare_at`

/** The correlation id of the first event about a payment. */
async function causeOf(payment_id: string): Promise<string | undefined> {
  const said = await payments.platform.said('payment')
  return said.find(({ payload }) => (payload as { payment_id: string }).payment_id === payment_id)?.correlation_id
}

test('a webhook with a wrong, old, missing or foreign signature is refused and changes nothing', async () => {
  const row = await payments.abandoned('tok_webhook_never')
  const payment = await payments.providerAuthorises(row, 'tok_webhook_never')
  const event = { id: 'evt_1', type: 'payment.authorised', payment }
  const old = await payments.webhook(event, { age_s: 301 })
  const wrong = await payments.webhook(event, { signature: `t=${Math.floor(Date.now() / 1000)},v1=${'0'.repeat(64)}` })
  const none = await payments.webhook(event, { signature: '' })
  assert.deepEqual([old.status, wrong.status, none.status], [401, 401, 401])
  assert.equal((await payments.webhook(event, { to: 'stripe' })).status, 404)
  assert.equal((await payments.webhook({ type: 'payment.authorised' })).status, 400)
  assert.equal((await payments.read(row.id)).status, 'authorising')

  assert.deepEqual((await payments.webhook(event)).body, { received: true })
  assert.equal((await payments.read(row.id)).status, 'authorised')
  await payments.platform.drain()
  assert.equal(await causeOf(row.id), 'before-the-crash', 'it goes on under the request that began it')
})

test('what stands in the journal of the provider as it does here is not compared one by one; what differs is', async () => {
  await readJournal(payments.ctx)
  const atOnce = await payments.authorise('tok_approve', { capture: true })
  const later = await payments.authorise('tok_approve')
  await payments.capture(later.id)
  const declined = await payments.authorise('tok_decline', { capture: true })
  const refunded = await payments.authorise('tok_approve', { capture: true })
  await payments.provider(`/v1/payments/${(await row(refunded.id))!.provider_reference}/refunds`, {
    key: randomUUID(),
    amount: 100,
  })
  const open = await payments.authorise('tok_approve')
  const lost = await payments.authorise('tok_approve', { capture: true })
  await payments.sql`update payments set captured_minor = captured_minor - 1 where id = ${lost.id}`
  const all = [atOnce, later, declined, refunded, open, lost]
  for (const { id } of all) assert.notEqual((await row(id))!.compare_at, null)
  await readJournal(payments.ctx)
  const compared = await Promise.all(all.map(async ({ id }) => (await row(id))!.compare_at === null))
  assert.deepEqual(compared, [true, true, true, false, false, false])
  await payments.sql`update payments set captured_minor = captured_minor + 1 where id = ${lost.id}`

  async function row(id: string) {
    const [found] = await payments.sql`
      select c.compare_at, provider_reference from payments left join comparisons c on c.payment_id = id where id = ${id}`
    return found
  }
})

test('a payment that changes while it is compared is compared again', async () => {
  const { id } = await payments.authorise('tok_webhook_never')
  const before = (await findPayment(payments.sql, id))!
  await payments.capture(id)
  const toCompare = async () => (await payments.sql`select 1 from comparisons where payment_id = ${id}`).count
  await markCompared(payments.ctx.sql, before)
  assert.equal(await toCompare(), 1)
  await markCompared(payments.ctx.sql, (await findPayment(payments.sql, id))!)
  assert.equal(await toCompare(), 0)
})

test('webhooks in any order, and each of them three times, lead to the same end', async () => {
  const steps = [
    { type: 'payment.authorised', status: 'authorised', captured: 0, refunded: 0 },
    { type: 'payment.captured', status: 'captured', captured: 2999, refunded: 0 },
    { type: 'payment.refunded', status: 'captured', captured: 2999, refunded: 1000 },
  ]
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
    [2, 0, 1],
  ]) {
    const row = await payments.abandoned('tok_webhook_never')
    const at = await payments.providerAuthorises(row, 'tok_webhook_never')
    await payments.provider(`/v1/payments/${at.id}/capture`, { key: randomUUID(), amount: 2999 })
    await payments.provider(`/v1/payments/${at.id}/refunds`, { key: randomUUID(), amount: 1000 })
    for (let time = 0; time < 3; time++) {
      for (const n of order) {
        const { type, ...state } = steps[n]!
        const { status } = await payments.webhook({ id: `evt_${row.id}_${n}`, type, payment: { ...at, ...state } })
        assert.equal(status, 200)
      }
    }
    const { status, captured, refunded } = await payments.read(row.id)
    assert.deepEqual({ status, captured, refunded }, { status: 'partially_refunded', captured: 29.99, refunded: 10 })
    assert.deepEqual(await payments.events(row.id), ['authorised', 'captured', 'refunded'])
  }
})

test('a webhook of a payment we do not know, or of none at all, is received', async () => {
  const payment = {
    id: 'pay_x',
    key: 'elsewhere',
    status: 'captured',
    amount: 1,
    currency: 'USD',
    captured: 1,
    refunded: 0,
  }
  assert.deepEqual((await payments.webhook({ id: 'evt_a', type: 'payment.captured', payment })).body, {
    received: true,
  })
  assert.deepEqual((await payments.webhook({ id: 'evt_b', type: 'account.updated' })).body, { received: true })
})

test("the provider's own webhook settles a payment whose answer was lost", async () => {
  const row = await payments.abandoned('tok_webhook_late')
  await payments.providerAuthorises(row, 'tok_webhook_late')
  await until(async () => (await payments.read(row.id)).status === 'authorised')
  assert.deepEqual(await payments.events(row.id), ['authorised'])
})

test('a process that dies before or after asking leaves a payment that the sweep finishes under the same key', async () => {
  // No webhook: it would settle the payment before the sweep does.
  const before = await payments.abandoned('tok_webhook_never')
  const after = await payments.abandoned('tok_webhook_never')
  const held = await payments.providerAuthorises(after, 'tok_webhook_never')
  const unknown = await payments.abandoned('tok_nonsense')
  await payments.platform.drain()
  assert.equal((await payments.read(before.id)).status, 'authorised')
  const read = await payments.read(after.id)
  assert.deepEqual([read.status, read.provider_reference], ['authorised', held.id])
  assert.equal((await payments.read(unknown.id)).decline_code, 'invalid_token')
  assert.equal(await causeOf(before.id), 'before-the-crash', 'the sweep goes on under the request that began it')
})

test('a process that dies in the midst of a capture, void or refund leaves a step that the sweep finishes', async () => {
  const { sql } = payments
  const capture = await payments.authorise('tok_capture_timeout_after')
  const letGo = await payments.authorise('tok_void_timeout_after')
  await sql`update payments set wanted = 'capture', next_check_at = now() where id = ${capture.id}`
  await sql`update payments set wanted = 'void', next_check_at = now() where id = ${letGo.id}`
  const paid = await payments.captured('tok_refund_timeout_after', 1000)
  await sql`update payments set refunding_minor = 300 where id = ${paid.id}`
  await sql`insert into refunds (payment_id, amount_minor, next_check_at) values (${paid.id}, 300, now())`
  await payments.platform.drain()
  assert.equal((await payments.read(capture.id)).status, 'captured')
  assert.equal((await payments.read(letGo.id)).status, 'voided')
  assert.deepEqual((await payments.read(paid.id)).refunded, 3)
  assert.deepEqual(await payments.events(paid.id), ['authorised', 'captured', 'refunded'])
})

test('a caller without time is told in_doubt at once, and the sweep finds out', async () => {
  const body = { order_id: randomUUID(), attempt: 1, amount_minor: 500, currency: 'USD', payment_method: 'tok_approve' }
  const { id, status } = await payments.api.call(
    authorisePayment,
    { body },
    { ...payments.order, 'x-deadline-ms': '100' },
  )
  assert.equal(status, 'in_doubt')
  assert.deepEqual(await payments.events(id), ['authorised'])
})

test('while a refund with a key is being asked for, the same request waits', async () => {
  const { id } = await payments.captured('tok_approve', 1000)
  await payments.sql`update payments set refunding_minor = 300 where id = ${id}`
  await payments.sql`
    insert into refunds (payment_id, amount_minor, asked_minor, idempotency_key, next_check_at)
    values (${id}, 300, 300, 'key', now() + interval '1 hour')`
  await assert.rejects(payments.refund(id, 3, 'key'), refusedAs('request-in-progress'))
  await assert.rejects(
    payments.refund(id, 8),
    refusedAs('refund-exceeds-captured'),
    'what it set aside is not given twice',
  )
  await payments.sql`update refunds set next_check_at = now() where payment_id = ${id}`
  assert.equal((await payments.refund(id, 3, 'key')).refunded, 3)
})

test('a refund the provider refuses is free again, and what it gave back itself is booked', async () => {
  const { id, provider_reference } = await payments.captured('tok_webhook_never', 1000)
  await payments.provider(`/v1/payments/${provider_reference}/refunds`, { key: randomUUID(), amount: 800 })
  await assert.rejects(payments.refund(id, 5, 'too-late'), refusedAs('payment-not-allowed'))
  await assert.rejects(payments.refund(id, 5, 'too-late'), refusedAs('payment-not-allowed'))
  await payments.platform.drain()
  const { status, refunded } = await payments.read(id)
  assert.deepEqual({ status, refunded }, { status: 'partially_refunded', refunded: 8 })
  assert.equal((await payments.refund(id)).status, 'refunded')
})

test('the reconciler finds nothing in a calm run, repairs what was missed, and counts it', async () => {
  await everythingIsCompared()
  const calm = await repairs()
  assert.equal(await reconcile(payments.ctx), 0)
  assert.equal(await repairs(), calm)

  const missed = await payments.authorise('tok_webhook_never')
  await payments.provider(`/v1/payments/${missed.provider_reference}/void`, { key: randomUUID() })
  await everythingIsCompared()
  assert.equal(await reconcile(payments.ctx), 1)
  assert.equal((await payments.read(missed.id)).status, 'voided')
  assert.equal(await repairs(), calm + 1)
  assert.deepEqual(await payments.events(missed.id), ['authorised', 'voided'])
})

test('while the provider is away every step is in doubt, and when it is back all is known without a second effect', async () => {
  const authorised = await payments.authorise('tok_approve')
  const toVoid = await payments.authorise('tok_approve')
  const captured = await payments.captured('tok_approve', 1000)
  const cancelled = await payments.captured('tok_approve', 1000)
  await payments.providerGoes()

  const doubtful = await payments.authorise('tok_approve')
  assert.equal(doubtful.status, 'in_doubt')
  assert.equal((await payments.authorise('tok_approve', { order_id: doubtful.order_id })).status, 'in_doubt')
  assert.equal((await payments.capture(authorised.id)).status, 'in_doubt')
  assert.equal((await payments.read(authorised.id)).status, 'authorised', 'what is known stays known')
  const voiding = await payments.api.call(voidPayment, { params: { id: toVoid.id } }, payments.staff)
  assert.equal(voiding.status, 'in_doubt')
  await assert.rejects(payments.capture(toVoid.id), refusedAs('payment-not-allowed'))
  const params = { id: authorised.id }
  await assert.rejects(payments.api.call(voidPayment, { params }, payments.staff), refusedAs('payment-not-allowed'))
  assert.equal((await payments.refund(captured.id, 4, 'key')).status, 'in_doubt')
  const closed = await payments.close(cancelled.order_id)
  assert.deepEqual([closed.settled, closed.refunded_minor], [false, 0])
  const doubtfulClosed = await payments.authorise('tok_approve')
  assert.equal((await payments.close(doubtfulClosed.order_id)).settled, false)
  await assert.rejects(payments.capture(doubtful.id), refusedAs('payment-not-allowed'))
  await payments.platform.drain()

  await payments.providerComesBack()
  await payments.platform.drain()
  assert.equal((await payments.read(doubtful.id)).status, 'authorised')
  assert.equal((await payments.read(authorised.id)).status, 'captured')
  assert.equal((await payments.read(toVoid.id)).status, 'voided')
  assert.equal((await payments.refund(captured.id, 4, 'key')).refunded, 4)
  assert.equal((await payments.close(cancelled.order_id)).settled, true)
  assert.equal(
    (await payments.read(doubtfulClosed.id)).status,
    'voided',
    'recorded, so that it cannot take effect later, and let go',
  )
  assert.deepEqual(await payments.events(doubtful.id), ['authorised'])
})

test('after all of it our books agree with the provider', () => assertBooksAgree(payments))
