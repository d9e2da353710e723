import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem, type ProblemName } from '@shopfleet/contracts'
import {
  cartInPlay,
  forgetIntention,
  type Intention,
  isStale,
  keepIntention,
  keptIntention,
  patience,
  verdictOf,
} from '../src/checkout/intention.ts'

const answer = (problem: ProblemName, extra: Record<string, unknown> = {}) => {
  const body = new Problem(problem, extra).toBody()
  return { status: body.status, body }
}
const order = { id: 'o', payment_status: 'paid' }

test('an order is an order, whether it is paid or on its way', () => {
  for (const status of [201, 202]) {
    assert.deepEqual(verdictOf({ status, body: order }), { kind: 'placed', order })
  }
})

test('no answer, a failure of ours and what no part of the shop says leave it open', () => {
  const silences = [
    undefined,
    answer('unavailable'),
    answer('internal'),
    { status: 502, body: '<html>Bad gateway</html>' },
    { status: 404, body: '<html>Not here</html>' },
    { status: 201, body: '' },
    // A page of somebody in between, which knows nothing of orders.
    { status: 200, body: '<html>Sign in to the hotel’s network</html>' },
    // It says 402 and means something else: nobody knows what.
    { status: 500, body: new Problem('payment-declined').toBody() },
  ]
  for (const silence of silences) assert.deepEqual(verdictOf(silence), { kind: 'unknown', why: 'silent' })
})

test('a request that still runs, and one that was not let in, are made again under the same key', () => {
  assert.deepEqual(verdictOf(answer('request-in-progress')), { kind: 'unknown', why: 'running' })
  assert.deepEqual(verdictOf(answer('too-many-requests')), { kind: 'unknown', why: 'busy' })
  assert.deepEqual(verdictOf(answer('request-timeout')), { kind: 'unknown', why: 'busy' })
})

test('a lost session says nothing about the order', () => {
  for (const problem of ['unauthenticated', 'invalid-token', 'token-expired', 'forbidden'] as const) {
    assert.deepEqual(verdictOf(answer(problem)), { kind: 'signed-out' })
  }
})

test('a refusal is a refusal, with all it says', () => {
  const refusals: [ProblemName, Record<string, unknown>][] = [
    ['payment-declined', { decline_code: 'card_declined' }],
    ['out-of-stock', { items: [{ product_id: 'p', requested: 2, available: 1 }] }],
    ['price-changed', { total: 12.5, currency: 'USD' }],
    ['validation-failed', { errors: [{ pointer: '/email', detail: 'wrong' }] }],
    ['cart-ordered', {}],
  ]
  for (const [problem, extra] of refusals) {
    const verdict = verdictOf(answer(problem, extra))
    assert.ok(verdict.kind === 'refused')
    assert.deepEqual(verdict.problem.toBody(), new Problem(problem, extra).toBody())
  }
})

const intention = (over: Partial<Intention> = {}): Intention => ({
  key: 'k',
  began_ms: 1000,
  user_id: null,
  cart_token: 'token-of-a-cart',
  keeps_address: false,
  body: { cart_id: 'c', expected_total: 5, payment_method: 'tok_approve' },
  ...over,
})

test('an intention is kept as it is until it is forgotten, for each person on their own', () => {
  const [guests, adas] = [intention(), intention({ key: 'l', user_id: 'ada', cart_token: null })]
  assert.equal(keptIntention(null), undefined)
  keepIntention(guests)
  assert.deepEqual(keptIntention(null), guests)
  assert.equal(cartInPlay(), 'token-of-a-cart', 'nothing moves out of a cart that may be ordered')
  // What one began as a guest is still one's own after signing in.
  assert.deepEqual(keptIntention('ada'), guests)
  keepIntention(adas)
  assert.deepEqual(keptIntention('ada'), adas)
  assert.deepEqual(keptIntention('grace'), guests)
  forgetIntention(guests)
  assert.equal(keptIntention(null), undefined)
  assert.equal(cartInPlay(), undefined)
  assert.deepEqual(keptIntention('ada'), adas)
  forgetIntention(adas)
  assert.equal(keptIntention('ada'), undefined)
})

test('after a quarter of an hour nobody is charged without being asked again', () => {
  const minute_ms = 60_000
  assert.equal(isStale(intention(), 1000 + 15 * minute_ms), false)
  assert.equal(isStale(intention(), 1001 + 15 * minute_ms), true)
})

test('repetitions come ever later, and never later than eight seconds', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 100].map(patience)
  assert.deepEqual(
    waits,
    [...waits].sort((a, b) => a - b),
  )
  assert.equal(waits.at(-1), 8000)
})
