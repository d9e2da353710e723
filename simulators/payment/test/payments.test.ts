import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, newKey, startSimulator } from './setup.ts'

test('the same key and body is the same payment and answer, even after later steps', async t => {
  const { authorise, capture, refund, effects } = await startSimulator(t)
  const key = newKey()
  const first = await authorise('tok_approve', { key })
  assert.deepEqual(await authorise('tok_approve', { key }), first)
  const captureKey = newKey()
  const captured = await capture(first.body.id, 1999, captureKey)
  const refundKey = newKey()
  const refunded = await refund(first.body.id, 500, refundKey)
  assert.deepEqual(refunded.body, {
    id: refunded.body.id,
    key: refundKey,
    payment_id: first.body.id,
    amount: 500,
    status: 'succeeded',
  })
  assert.match(refunded.body.id, /^re_[0-9a-f]{32}$/)
  assert.deepEqual(await authorise('tok_approve', { key }), first)
  assert.deepEqual(await capture(first.body.id, 1999, captureKey), captured)
  assert.deepEqual(await refund(first.body.id, 500, refundKey), refunded)
  assert.equal((await effects()).length, 3)
})

test('captured at once it is one effect under one key, which is no other request for it', async t => {
  const { authorise, capture, void: release, refund, effects, get } = await startSimulator(t)
  const key = newKey()
  const first = await authorise('tok_approve', { key, capture: true })
  assert.deepEqual([first.body.status, first.body.captured], ['captured', 1999])
  assert.equal((await authorise('tok_approve', { key })).body.error.code, 'key_reused')
  assert.equal((await capture(first.body.id)).status, 409)
  assert.equal((await release(first.body.id)).status, 409)
  await refund(first.body.id, 500)
  assert.deepEqual(await authorise('tok_approve', { key, capture: true }), first)
  assert.deepEqual((await get(`/v1/payments?key=${key}`)).body.refunded, 500)
  const later = newKey()
  await authorise('tok_approve', { key: later })
  assert.equal((await authorise('tok_approve', { key: later, capture: true })).body.error.code, 'key_reused')
  const declined = await authorise('tok_capture_decline', { capture: true })
  assert.deepEqual([declined.body.status, declined.body.decline_code], ['declined', 'capture_declined'])
  assert.deepEqual((await get('/v1/balance')).body.USD, { captured: 1999, refunded: 500, net: 1499 })
  assert.deepEqual(
    (await effects()).map((effect: { type: string }) => effect.type),
    ['captured', 'refunded', 'authorised', 'declined'],
  )
})

test('fifty requests of one key at once have one effect', async t => {
  const { authorise, capture, effects } = await startSimulator(t)
  const key = newKey()
  const answers = await Promise.all(Array.from({ length: 50 }, () => authorise('tok_approve', { key })))
  assert.equal(new Set(answers.map(answer => answer.body.id)).size, 1)
  const captures = await Promise.all(Array.from({ length: 20 }, () => capture(answers[0]!.body.id)))
  assert.equal(captures.filter(answer => answer.status === 200).length, 1)
  assert.equal(captures.filter(answer => answer.status === 409).length, 19)
  assert.equal((await effects()).length, 2)
})

test('a key of another request is refused, whichever part differs', async t => {
  const { authorise, capture, void: release, refund, effects } = await startSimulator(t)
  const key = newKey()
  const { id } = (await authorise('tok_approve', { key })).body
  for (const other of [{ amount: 2000 }, { currency: 'EUR' }, { reference: 'order-2' }, { token: 'tok_slow' }]) {
    const { status, body } = await authorise('tok_approve', { key, ...other })
    assert.deepEqual([status, body.error.code], [422, 'key_reused'])
  }
  assert.equal((await capture(id, 1999, key)).status, 422)
  assert.equal((await release(id, key)).status, 422)
  const captureKey = newKey()
  await capture(id, 1000, captureKey)
  assert.equal((await capture(id, 999, captureKey)).status, 422)
  assert.equal((await refund(id, 1000, captureKey)).status, 422)
  const other = (await authorise('tok_approve')).body
  assert.equal((await capture(other.id, 1000, captureKey)).status, 422)
  assert.equal((await effects()).length, 3)
})

test('a payment is captured once and never for more than was authorised', async t => {
  const { authorise, capture, void: release } = await startSimulator(t)
  const { id } = (await authorise('tok_approve')).body
  assert.equal((await capture(id, 2000)).status, 422)
  const captured = await capture(id, 1500)
  assert.deepEqual([captured.body.status, captured.body.captured, captured.body.amount], ['captured', 1500, 1999])
  const again = await capture(id, 499)
  assert.equal(again.status, 409)
  assert.deepEqual(again.body.payment, captured.body)
  const released = await release(id)
  assert.equal(released.status, 409)
  assert.deepEqual(released.body.payment, captured.body)
})

test('a void is repeatable and ends the payment', async t => {
  const { authorise, capture, void: release, refund, effects } = await startSimulator(t)
  const { id } = (await authorise('tok_approve')).body
  const key = newKey()
  const released = await release(id, key)
  assert.equal(released.body.status, 'voided')
  assert.deepEqual(await release(id, key), released)
  assert.deepEqual(await release(id), released)
  const refused = await capture(id)
  assert.equal(refused.status, 409)
  assert.equal(refused.body.payment.status, 'voided')
  assert.equal((await refund(id, 1)).status, 409)
  assert.equal((await effects()).length, 2)
})

test('refunds never exceed what was captured, also when asked at once', async t => {
  const { authorise, capture, refund, get } = await startSimulator(t)
  const { id } = (await authorise('tok_approve')).body
  assert.equal((await refund(id, 1)).status, 409)
  await capture(id, 1000)
  const answers = await Promise.all(Array.from({ length: 15 }, () => refund(id, 100)))
  assert.equal(answers.filter(answer => answer.status === 200).length, 10)
  assert.equal(answers.filter(answer => answer.status === 422).length, 5)
  assert.equal((await get(`/v1/payments/${id}`)).body.refunded, 1000)
})

test('payments are found by id, key and reference', async t => {
  const { authorise, capture, get } = await startSimulator(t)
  const one = (await authorise('tok_approve', { reference: 'order-é&1' })).body
  const two = (await authorise('tok_decline', { reference: 'order-é&1' })).body
  await authorise('tok_approve', { reference: 'order-9' })
  assert.deepEqual((await get(`/v1/payments/${one.id}`)).body, one)
  assert.deepEqual((await get(`/v1/payments?key=${two.key}`)).body, two)
  assert.deepEqual((await get(`/v1/payments?reference=${encodeURIComponent('order-é&1')}`)).body, { items: [one, two] })
  assert.deepEqual((await get('/v1/payments?reference=none')).body, { items: [] })
  const key = newKey()
  await capture(one.id, 1, key)
  assert.equal((await get(`/v1/payments?key=${key}`)).status, 404)
  assert.equal((await get('/v1/payments/pay_none')).status, 404)
})

test('the balance per currency is the sum of the journal', async t => {
  const { authorise, capture, refund, effects, get } = await startSimulator(t)
  for (const [currency, amount, back] of [
    ['USD', 1000, 300],
    ['USD', 50, 0],
    ['JPY', 700, 700],
  ] as const) {
    const { id } = (await authorise('tok_approve', { currency })).body
    await capture(id, amount)
    if (back) await refund(id, back)
  }
  const sums: Record<string, { captured: number; refunded: number; net: number }> = {}
  for (const { type, currency, amount } of await effects()) {
    sums[currency] ??= { captured: 0, refunded: 0, net: 0 }
    if (type === 'captured') sums[currency].captured += amount
    if (type === 'refunded') sums[currency].refunded += amount
    sums[currency].net = sums[currency].captured - sums[currency].refunded
  }
  assert.deepEqual(sums, {
    USD: { captured: 1050, refunded: 300, net: 750 },
    JPY: { captured: 700, refunded: 700, net: 0 },
  })
  assert.deepEqual((await get('/v1/balance')).body, sums)
})

test('the journal comes in pages of a thousand, in order and without gaps', async t => {
  const { authorise, get } = await startSimulator(t, { fsync: false })
  for (let i = 0; i < 41; i++) await Promise.all(Array.from({ length: 50 }, () => authorise('tok_approve')))
  const seen: number[] = []
  let after: number | null = 0
  while (after !== null) {
    const { items, next_after }: { items: { n: number }[]; next_after: number | null } = (
      await get(`/v1/journal?after=${after}`)
    ).body
    assert.ok(items.length <= 1000)
    seen.push(...items.map(item => item.n))
    after = next_after
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 2050 }, (_, i) => i + 1),
  )
  const middle = (await get('/v1/journal?after=1234')).body
  assert.deepEqual([middle.items[0].n, middle.items.length, middle.next_after], [1235, 816, null])
  assert.deepEqual((await get('/v1/journal?after=2050')).body, { items: [], next_after: null })
})

test('wrong input is refused with a code and has no effect', async t => {
  const { authorise, post, get, effects, url } = await startSimulator(t)
  for (const wrong of [
    { amount: 0 },
    { amount: -1 },
    { amount: 1.5 },
    { amount: '1999' },
    { currency: 'usd' },
    { key: '' },
    { key: 'k'.repeat(201) },
    { reference: 7 },
    { surprise: true },
  ]) {
    const { status, body } = await authorise('tok_approve', wrong)
    assert.deepEqual([status, body.error.code], [400, 'invalid_request'], JSON.stringify(wrong))
  }
  assert.equal((await post('/v1/payments', '{"key":')).status, 400)
  assert.equal((await post('/v1/payments', `"${'x'.repeat(20_000)}"`)).status, 413)
  assert.equal((await post('/v1/payments/pay_none/capture', { key: 'k', amount: 1 })).status, 404)
  for (const path of ['/v1/payments', '/v1/payments?key=a&reference=b', '/v1/journal?after=-1']) {
    assert.equal((await get(path)).status, 400, path)
  }
  assert.equal((await get('/v1/nothing')).body.error.code, 'not_found')
  assert.equal((await createClient(url, 'wrong').get('/v1/balance')).status, 401)
  assert.equal((await createClient(url, 'wrong').get('/health')).status, 200)
  assert.deepEqual(await effects(), [])
})
