import assert from 'node:assert/strict'
import { test } from 'node:test'
import { millionth } from '@shopfleet/contracts'
import fc from 'fast-check'
import { type CouponState, discountOf, reasonAgainst } from '../src/coupons/coupon.ts'

const subtotal = fc.integer({ min: 0, max: 1_000_000_000_000 })
const rate = fc.integer({ min: 1, max: millionth })
const percent = (n: number) => ({ rate: n * 10_000, amount_minor: null })
const amount = (amount_minor: number) => ({ rate: null, amount_minor })

test('whatever a coupon takes off is a whole number of minor units, at most what there is', () => {
  const worth = fc.oneof(
    rate.map(rate => ({ rate, amount_minor: null })),
    fc.integer({ min: 1, max: 1_000_000_000 }).map(amount),
  )
  fc.assert(
    fc.property(worth, subtotal, (coupon, from) => {
      const off = discountOf(coupon, from)
      assert.ok(Number.isSafeInteger(off) && off >= 0 && off <= from)
    }),
  )
})

test('a percentage is the exact share, rounded once and half a unit up', () => {
  fc.assert(
    fc.property(rate, subtotal, (rate, from) => {
      const exact = BigInt(from) * BigInt(rate) * 2n
      const off = 2n * BigInt(discountOf({ rate, amount_minor: null }, from)) * BigInt(millionth)
      // At most half a unit away; exactly half only upwards.
      assert.ok(off - exact <= BigInt(millionth) && off - exact > -BigInt(millionth))
    }),
  )
  assert.deepEqual(
    [10, 15, 25, 5].map(from => discountOf(percent(10), from)),
    [1, 2, 3, 1],
  )
})

test('more in the cart is never less taken off, and never more than the difference', () => {
  fc.assert(
    fc.property(rate, subtotal, fc.integer({ min: 0, max: 100_000 }), (rate, from, more) => {
      const [before, after] = [from, from + more].map(n => discountOf({ rate, amount_minor: null }, n)) as [
        number,
        number,
      ]
      assert.ok(after >= before && after - before <= more)
    }),
  )
})

test('a hundred percent, and an amount above the subtotal, take all and no more', () => {
  assert.equal(discountOf(percent(100), 1999), 1999)
  assert.equal(discountOf(amount(500), 499), 499)
  assert.equal(discountOf(amount(500), 500), 500)
})

test('the first thing that stands against a coupon is said', () => {
  const coupon = {
    ...{ is_active: true, is_early: false, is_over: false, currency: 'USD', min_subtotal_minor: 4000, max_uses: 3 },
    ...{ uses: 2, is_used_by_customer: false },
  } as CouponState
  const basket = { subtotal_minor: 4000, currency: 'USD' }
  const cases: [Partial<CouponState>, object, string | undefined][] = [
    [{}, {}, undefined],
    [{ is_active: false, is_over: true }, {}, 'unknown'],
    [{ is_early: true }, {}, 'not-yet'],
    [{ is_over: true }, {}, 'expired'],
    [{}, { currency: 'EUR' }, 'wrong-currency'],
    [{}, { subtotal_minor: 3999 }, 'below-minimum'],
    [{ uses: 3 }, {}, 'used-up'],
    [{ uses: 3 }, { subtotal_minor: 1 }, 'below-minimum'],
    [{ is_used_by_customer: true }, {}, 'already-used'],
    [{ max_uses: null, uses: null, currency: null, min_subtotal_minor: null }, { currency: 'JPY' }, undefined],
  ]
  for (const [change, other, reason] of cases)
    assert.equal(reasonAgainst({ ...coupon, ...change }, { ...basket, ...other }), reason)
  assert.equal(reasonAgainst(undefined, basket), 'unknown')
})
