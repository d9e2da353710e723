import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import {
  authorisePayment,
  captureForOrder,
  capturePayment,
  closePayments,
  getPayment,
  listLedger,
  listPaymentSteps,
  listPayments,
  type Operation,
  refundForOrder,
  refundPayment,
  voidPayment,
} from '@shopfleet/contracts'
import { assertBooksAgree, type Payments, refusedAs, startPayments } from './setup.ts'

let payments: Payments
before(async () => {
  payments = await startPayments()
})
after(() => payments.stop())

const attempt = (more: object = {}) => ({
  order_id: randomUUID(),
  attempt: 1,
  amount_minor: 1000,
  currency: 'USD',
  payment_method: 'tok_approve',
  ...more,
})
const call = (body: ReturnType<typeof attempt>) => payments.api.call(authorisePayment, { body }, payments.order)

test('an attempt is authorised, captured and refunded, with an event for each step and the sums in major units', async () => {
  const authorised = await payments.authorise('tok_approve', { amount_minor: 12_345 })
  assert.deepEqual([authorised.status, authorised.amount, authorised.captured], ['authorised', 123.45, 0])
  const captured = await payments.capture(authorised.id)
  assert.deepEqual([captured.status, captured.captured], ['captured', 123.45])
  const partly = await payments.refund(authorised.id, 23.45)
  assert.deepEqual([partly.status, partly.refunded], ['partially_refunded', 23.45])
  const refunded = await payments.refund(authorised.id)
  assert.deepEqual([refunded.status, refunded.refunded], ['refunded', 123.45])
  assert.deepEqual(await payments.events(authorised.id), ['authorised', 'captured', 'refunded', 'refunded'])
})

test('ten requests for one attempt at once hold the money once and all get the same payment', async () => {
  const body = attempt()
  const answers = await Promise.all(Array.from({ length: 10 }, () => call(body)))
  assert.equal(new Set(answers.map(a => a.id)).size, 1)
  assert.deepEqual(new Set(answers.map(a => a.status)), new Set(['authorised']))
  assert.equal((await payments.provider(`/v1/payments?reference=${body.order_id}`)).items.length, 1)
})

test('an attempt repeated with another amount or currency is refused', async () => {
  const body = attempt()
  await call(body)
  await assert.rejects(call({ ...body, amount_minor: 1001 }), refusedAs('payment-not-allowed'))
  await assert.rejects(call({ ...body, currency: 'EUR' }), refusedAs('payment-not-allowed'))
})

test('two attempts of one order racing: one holds money, the other is refused without asking the provider', async () => {
  const order_id = randomUUID()
  const results = await Promise.allSettled([1, 2, 3, 4].map(n => call(attempt({ order_id, attempt: n }))))
  assert.equal(results.filter(r => r.status === 'fulfilled').length, 1)
  for (const r of results) if (r.status === 'rejected') assert.ok(refusedAs('payment-not-allowed')(r.reason))
  assert.equal((await payments.provider(`/v1/payments?reference=${order_id}`)).items.length, 1)
})

test('after a declined attempt the next one may be made', async () => {
  const order_id = randomUUID()
  assert.equal((await call(attempt({ order_id, payment_method: 'tok_decline' }))).status, 'declined')
  assert.equal((await call(attempt({ order_id, attempt: 2 }))).status, 'authorised')
})

test('a payment method the provider does not know is refused, each time, and the order may be paid otherwise', async () => {
  const body = attempt({ payment_method: 'tok_nonsense' })
  await assert.rejects(call(body), refusedAs('invalid-payment-method'))
  await assert.rejects(call(body), refusedAs('invalid-payment-method'))
  assert.equal((await call({ ...body, attempt: 2, payment_method: 'tok_approve' })).status, 'authorised')
})

test('an amount of zero is authorised, captured and voided without the provider and without ledger entries', async () => {
  const free = await payments.authorise('tok_approve', { amount_minor: 0 })
  assert.deepEqual([free.status, free.provider, free.provider_reference], ['authorised', 'none', null])
  assert.equal((await payments.capture(free.id)).status, 'captured')
  await assert.rejects(payments.refund(free.id), refusedAs('refund-exceeds-captured'))
  const { settled } = await payments.close(free.order_id)
  assert.equal(settled, true)
  const other = await payments.authorise('tok_approve', { amount_minor: 0 })
  assert.equal((await payments.api.call(voidPayment, { params: { id: other.id } }, payments.staff)).status, 'voided')
  assert.equal(
    (await payments.sql`select 1 from ledger_entries where payment_id in (${free.id}, ${other.id})`).count,
    0,
  )
})

test('bad input is refused and its field is named', async () => {
  const cases: [Operation, object, string][] = [
    [authorisePayment, { body: attempt({ order_id: 'x' }) }, '/order_id'],
    [authorisePayment, { body: attempt({ amount_minor: 1.5 }) }, '/amount_minor'],
    [authorisePayment, { body: attempt({ amount_minor: -1 }) }, '/amount_minor'],
    [authorisePayment, { body: attempt({ attempt: 0 }) }, '/attempt'],
    [authorisePayment, { body: attempt({ currency: 'XXX' }) }, '/currency'],
    [authorisePayment, { body: attempt({ payment_method: 'a b' }) }, '/payment_method'],
    [authorisePayment, { body: attempt({ colour: 'red' }) }, '/colour'],
    [closePayments, { body: { order_id: randomUUID(), reason: '' } }, '/reason'],
  ]
  for (const [operation, input, pointer] of cases) {
    const { status, body } = await payments.api.send(operation, input, payments.order)
    assert.deepEqual([status, body.errors.map((e: { pointer: string }) => e.pointer)], [400, [pointer]])
  }
  const { id } = await payments.captured('tok_approve')
  const staffCases: [Operation, object, string][] = [
    [refundPayment, { params: { id }, body: { amount: 0 } }, '/amount'],
    [refundPayment, { params: { id }, body: { amount: 1.001 } }, '/amount'],
    [getPayment, { params: { id: 'x' } }, 'params/id'],
    [listPayments, { query: { order_id: 'x' } }, 'query/order_id'],
    [listLedger, { query: { from: 'yesterday' } }, 'query/from'],
    [listLedger, { query: { limit: 101 } }, 'query/limit'],
  ]
  for (const [operation, input, pointer] of staffCases) {
    const { status, body } = await payments.api.send(operation, input, payments.staff)
    assert.deepEqual([status, body.errors.map((e: { pointer: string }) => e.pointer)], [400, [pointer]])
  }
})

test('only other services authorise, capture for orders and close; only staff for payments do the rest', async () => {
  const id = randomUUID()
  const customer = await payments.platform.as()
  const otherStaff = await payments.platform.asStaff('orders', 'catalogue')
  const byService: [Operation, object][] = [
    [authorisePayment, { body: attempt() }],
    [closePayments, { body: { order_id: id, reason: 'x' } }],
    [captureForOrder, { params: { id } }],
  ]
  const byStaff: [Operation, object][] = [
    [capturePayment, { params: { id } }],
    [voidPayment, { params: { id } }],
    [refundPayment, { params: { id } }],
    [getPayment, { params: { id } }],
    [listPayments, {}],
    [listLedger, {}],
  ]
  for (const [operation, input] of [...byService, ...byStaff]) {
    assert.equal((await payments.api.send(operation, input)).status, 401, operation.name)
    const asCustomer = await payments.api.send(operation, input, customer)
    const wrongStaff = await payments.api.send(operation, input, otherStaff)
    const staffOnly = byStaff.some(([o]) => o === operation)
    assert.deepEqual([asCustomer.status, wrongStaff.status], staffOnly ? [403, 403] : [401, 401], operation.name)
  }
})

test('a payment that does not exist is not found', async () => {
  const params = { id: randomUUID() }
  for (const operation of [getPayment, capturePayment, voidPayment, refundPayment]) {
    assert.equal((await payments.api.send(operation, { params }, payments.staff)).status, 404, operation.name)
  }
  assert.equal((await payments.api.send(captureForOrder, { params }, payments.order)).status, 404)
})

test('staff capture once and void once, and neither after the other', async () => {
  const { api, staff } = payments
  const one = await payments.authorise('tok_approve')
  const params = { id: one.id }
  assert.equal((await api.call(capturePayment, { params }, staff)).status, 'captured')
  assert.equal((await api.call(capturePayment, { params }, staff)).status, 'captured')
  await assert.rejects(api.call(voidPayment, { params }, staff), refusedAs('payment-not-allowed'))

  const two = { id: (await payments.authorise('tok_approve')).id }
  assert.equal((await api.call(voidPayment, { params: two }, staff)).status, 'voided')
  assert.equal((await api.call(voidPayment, { params: two }, staff)).status, 'voided')
  await assert.rejects(api.call(capturePayment, { params: two }, staff), refusedAs('payment-not-allowed'))
  await assert.rejects(payments.refund(two.id), refusedAs('payment-not-allowed'))
  assert.equal((await payments.capture(two.id)).status, 'voided', 'the order learns it as an answer')
  assert.deepEqual(await payments.events(two.id), ['authorised', 'voided'])
})

test('a capture and a void at once: one of them happens, and both callers are told which', async () => {
  for (let round = 0; round < 5; round++) {
    const { id } = await payments.authorise('tok_approve')
    await Promise.allSettled([
      payments.capture(id),
      payments.api.call(voidPayment, { params: { id } }, payments.staff),
      payments.capture(id),
    ])
    await payments.platform.drain()
    const { status, provider_reference, captured } = await payments.read(id)
    assert.ok(status === 'captured' || status === 'voided', status)
    const there = await payments.provider(`/v1/payments/${provider_reference}`)
    assert.deepEqual([there.status, there.captured / 100], [status, captured])
  }
})

test('refunds racing for the same money never exceed what was captured', async () => {
  const { id } = await payments.captured('tok_approve', 1000)
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => payments.refund(id, 3)))
  assert.equal(results.filter(r => r.status === 'fulfilled').length, 3)
  for (const r of results) if (r.status === 'rejected') assert.ok(refusedAs('refund-exceeds-captured')(r.reason))
  assert.equal((await payments.read(id)).refunded, 9)
  await assert.rejects(payments.refund(id, 1.01), refusedAs('refund-exceeds-captured'))
})

test('a refund repeated with its Idempotency-Key is made once; with another amount the key is refused', async () => {
  const { id } = await payments.captured('tok_approve', 1000)
  const results = await Promise.allSettled(Array.from({ length: 6 }, () => payments.refund(id, 4, 'once')))
  for (const r of results) {
    if (r.status === 'rejected') assert.ok(refusedAs('request-in-progress')(r.reason))
    else assert.equal(r.value.refunded, 4)
  }
  assert.equal((await payments.refund(id, 4, 'once')).refunded, 4)
  await assert.rejects(payments.refund(id, 5, 'once'), refusedAs('idempotency-key-reused'))
  await assert.rejects(payments.refund(id, undefined, 'once'), refusedAs('idempotency-key-reused'))
  assert.equal((await payments.refund(id, 4, 'twice')).refunded, 8, 'another key is another refund')
})

test('a refund of the order service’s is made once for its id, also at the same time; not beyond what was captured', async () => {
  const { id: payment_id, order_id } = await payments.captured('tok_approve')
  const ask = (id: string, amount_minor: number, of = order_id) =>
    payments.api.call(
      refundForOrder,
      { params: { id }, body: { order_id: of, amount_minor, reason: null } },
      payments.order,
    )
  const id = randomUUID()
  await Promise.all([1, 2, 3].map(() => ask(id, 1000)))
  assert.deepEqual(await ask(id, 1000), { status: 'succeeded', refunded_minor: 1000 })
  await assert.rejects(ask(id, 1001), refusedAs('idempotency-key-reused'))
  await assert.rejects(ask(randomUUID(), 2000), refusedAs('refund-exceeds-captured'))
  await assert.rejects(ask(randomUUID(), 1, randomUUID()), refusedAs('payment-not-allowed'))
  assert.equal((await ask(randomUUID(), 1999)).refunded_minor, 2999)
  assert.deepEqual((await payments.read(payment_id)).refunded, 29.99)

  for (let i = 0; i < 10; i++) {
    const whole = await payments.captured('tok_approve', 1000)
    const of_it_all = randomUUID()
    await Promise.all([1, 2, 3, 4].map(() => ask(of_it_all, 1000, whole.order_id)))
    assert.deepEqual(await ask(of_it_all, 1000, whole.order_id), { status: 'succeeded', refunded_minor: 1000 })
  }
})

test('the steps of an order’s payments are told in order: silence, what came of it, and refunds', async () => {
  const order_id = randomUUID()
  await payments.authorise('tok_decline', { order_id })
  const { id } = await payments.authorise('tok_timeout_before', { order_id, attempt: 2 })
  await payments.capture(id)
  await payments.refund(id, 5)
  const { items } = await payments.api.call(listPaymentSteps, { query: { order_id } }, payments.staff)
  assert.deepEqual(
    items.map(({ attempt, step }) => `${attempt} ${step}`),
    ['1 asked', '1 declined', '2 asked', '2 silent', '2 captured', '2 refund_asked', '2 refunded'],
  )
  assert.deepEqual([items[1]!.reason, items[5]!.amount], ['card_declined', 5])
  assert.match(items[3]!.reason!, /^authorise: /)
})

test('a refund in another currency than the payment is refused', async () => {
  const { id } = await payments.captured('tok_approve')
  const refund = payments.api.call(
    refundPayment,
    { params: { id }, body: { amount: 1, currency: 'EUR' } },
    payments.staff,
  )
  await assert.rejects(refund, refusedAs('wrong-currency'))
})

test('payments are listed newest first, page by page, and by order', async () => {
  const order_id = randomUUID()
  const ids: string[] = []
  for (let n = 1; n <= 3; n++) ids.unshift((await payments.authorise('tok_decline', { order_id, attempt: n })).id)
  const list = (query: object) => payments.api.call(listPayments, { query }, payments.staff)
  const first = await list({ order_id, limit: 2 })
  const second = await list({ order_id, limit: 2, cursor: first.next_cursor })
  assert.deepEqual(
    [...first.items, ...second.items].map(p => p.id),
    ids,
  )
  assert.equal(second.next_cursor, null)
  assert.equal((await list({ limit: 1 })).items[0]!.id, ids[0])
  await assert.rejects(list({ cursor: 'nonsense' }), refusedAs('invalid-cursor'))
})

test('the ledger shows both sides of each movement, page by page, with what they add up to', async () => {
  const { id, order_id } = await payments.captured('tok_approve', 5000)
  await payments.refund(id, 20)
  const list = (query: object) => payments.api.call(listLedger, { query }, payments.staff)
  const { items } = await list({ limit: 4 })
  const sides = items.map(e => `${e.kind} ${e.account} ${e.amount}`)
  assert.deepEqual(sides.slice(0, 2).sort(), ['refund provider_clearing -20', 'refund refunds 20'])
  assert.deepEqual(sides.slice(2).sort(), ['capture provider_clearing 50', 'capture sales -50'])
  assert.ok(items.every(e => e.payment_id === id && e.order_id === order_id))

  const seen: string[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await list({ limit: 3, cursor })
    assert.equal(
      page.balances.reduce((sum, b) => sum + Math.round(b.amount * 100), 0),
      0,
      'the whole adds up to zero',
    )
    seen.push(...page.items.map(e => e.id))
    cursor = page.next_cursor
  }
  const [{ n }] = await payments.sql<[{ n: number }]>`select count(*)::int as n from ledger_entries`
  assert.deepEqual([seen.length, new Set(seen).size], [n, n], 'every entry on exactly one page')

  const since = items[1]!.created_at
  assert.deepEqual(
    new Set((await list({ from: since, account: 'refunds' })).items.map(e => e.account)),
    new Set(['refunds']),
  )
  assert.deepEqual((await list({ from: since, account: 'refunds' })).balances, [
    { account: 'refunds', currency: 'USD', amount: 20 },
  ])
  assert.deepEqual(
    (await list({ to: since, account: 'refunds', limit: 100 })).items.filter(e => e.payment_id === id),
    [],
  )
  await assert.rejects(list({ cursor: 'nonsense' }), refusedAs('invalid-cursor'))
})

test('the ledger cannot be changed, and takes no transaction that does not add up to zero', async () => {
  const { id, order_id } = await payments.captured('tok_approve')
  const { sql } = payments
  await assert.rejects(sql`update ledger_entries set amount_minor = 1 where payment_id = ${id}`, /append-only/)
  await assert.rejects(sql`delete from ledger_entries where payment_id = ${id}`, /append-only/)
  await assert.rejects(sql`truncate ledger_entries`, /append-only/)
  const add = (transaction_id: string, minor: number) => sql`
    insert into ledger_entries (transaction_id, account, amount_minor, currency, payment_id, order_id, kind)
    values (${transaction_id}, 'provider_clearing', ${minor}, 'USD', ${id}, ${order_id}, 'capture'),
           (${transaction_id}, 'sales', -100, 'USD', ${id}, ${order_id}, 'capture')`
  await assert.rejects(add(randomUUID(), 101), /add up to zero/)
  await assert.rejects(add(id, 100), /ledger_entries_once/, 'a capture is booked once')
})

test('after all of it our books agree with the provider', () => assertBooksAgree(payments))
