import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  agrees,
  isSameMoney,
  isUnanswered,
  leftToRefund,
  movesFrom,
  type PaymentRow,
  type Seen,
  seenHere,
  wasCaptured,
} from '../src/payment.ts'

const states = [
  'authorising',
  'in_doubt',
  'authorised',
  'captured',
  'declined',
  'voided',
  'refunded',
  'partially_refunded',
] as const
const words = ['authorised', 'declined', 'captured', 'voided'] as const
const payment = (fields: Partial<PaymentRow>) =>
  ({
    status: 'captured',
    amount_minor: 100,
    captured_minor: 100,
    refunded_minor: 0,
    refunding_minor: 0,
    currency: 'USD',
    ...fields,
  }) as PaymentRow

test('whatever the provider says, in whatever order and however often, a payment only moves forward and comes to an end', () => {
  /** How far along a state is; of the last ones none leads to another. */
  const rank: Record<string, number> = {
    authorising: 0,
    in_doubt: 0,
    authorised: 1,
    captured: 2,
    declined: 2,
    voided: 2,
    refunded: 3,
    partially_refunded: 3,
  }
  fc.assert(
    fc.property(
      fc.constantFrom(...states),
      fc.array(fc.constantFrom(...words, 'toString', 'refunded', ''), { maxLength: 12 }),
      (start, news) => {
        let status: string = start
        for (const word of news) {
          if (!movesFrom(word).includes(status as never)) continue
          assert.ok(rank[word]! > rank[status]!, `${status} → ${word}`)
          status = word
        }
      },
    ),
    { numRuns: 2000 },
  )
  for (const word of words)
    for (const end of ['captured', 'declined', 'voided', 'refunded'] as const) assert.ok(!movesFrom(word).includes(end))
})

test('news that arrives in any order ends where the last of it ends, if the provider said what it may say', () => {
  const paths = [['authorised', 'captured'], ['authorised', 'voided'], ['declined']]
  fc.assert(
    fc.property(
      fc.constantFrom(...paths),
      fc.array(fc.nat(1), { maxLength: 8 }),
      fc.constantFrom('authorising', 'in_doubt'),
      (path, picks, start) => {
        let status: string = start
        // Repeated and shuffled, but in the end the last word is heard.
        for (const word of [...picks.map(pick => path[pick % path.length]!), path.at(-1)!])
          if (movesFrom(word).includes(status as never)) status = word
        assert.equal(status, path.at(-1))
      },
    ),
    { numRuns: 1000 },
  )
})

test('a word we do not know moves nothing', () => {
  for (const word of ['', 'refunded', 'constructor', '__proto__', 'AUTHORISED']) assert.deepEqual(movesFrom(word), [])
})

test('our book and the provider agree when state and money do', () => {
  const seen: Seen = {
    status: 'captured',
    provider_reference: 'r',
    decline_code: null,
    amount_minor: 100,
    currency: 'USD',
    captured_minor: 100,
    refunded_minor: 0,
  }
  assert.ok(agrees(payment({}), seen))
  assert.ok(agrees(payment({ status: 'partially_refunded', refunded_minor: 40 }), { ...seen, refunded_minor: 40 }))
  assert.ok(agrees(payment({ status: 'refunded', refunded_minor: 100 }), { ...seen, refunded_minor: 100 }))
  assert.ok(!agrees(payment({}), { ...seen, refunded_minor: 1 }))
  assert.ok(!agrees(payment({ status: 'authorised', captured_minor: 0 }), seen))
  assert.ok(
    isSameMoney(payment({}), seen) &&
      !isSameMoney(payment({ currency: 'EUR' }), seen) &&
      !isSameMoney(payment({ amount_minor: 101 }), seen),
  )
  assert.ok(isSameMoney(payment({}), seenHere(payment({}), 'voided')))
})

test('unanswered, captured and over are told apart in every state', () => {
  assert.deepEqual(
    states.filter(status => isUnanswered(payment({ status }))),
    ['authorising', 'in_doubt'],
  )
  assert.deepEqual(
    states.filter(status => wasCaptured(payment({ status }))),
    ['captured', 'refunded', 'partially_refunded'],
  )
  assert.equal(leftToRefund(payment({ refunded_minor: 30, refunding_minor: 20 })), 50)
})
