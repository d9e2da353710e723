import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type CurrencyCode,
  currencies,
  exponentOf,
  maxMinor,
  Problem,
  sumMinor,
  toMajor,
  toMinor,
} from '../src/index.ts'

const codes = Object.keys(currencies) as CurrencyCode[]
const currency = fc.constantFrom(...codes)
const minorAmount = fc.oneof(
  fc.integer({ min: -maxMinor, max: maxMinor }),
  fc.integer({ min: 0, max: 10_000 }),
  fc.integer({ min: maxMinor - 10_000, max: maxMinor }),
)
const refused = (detail: RegExp) => (error: unknown) =>
  error instanceof Problem && error.problem === 'validation-failed' && detail.test(error.errors![0]!.detail)

test('every amount in minor units comes back from major units as itself, through JSON too, in every currency', () => {
  fc.assert(
    fc.property(minorAmount, currency, (minor, code) => {
      const major = toMajor(minor, code)
      assert.equal(toMinor(major, code), minor)
      assert.equal(toMinor(JSON.parse(JSON.stringify(major)), code), minor)
    }),
    { numRuns: 3000 },
  )
})

test('major units print as the decimal meant, with no more decimals than the currency has', () => {
  fc.assert(
    fc.property(minorAmount, currency, (minor, code) => {
      const text = String(toMajor(minor, code))
      const exponent = exponentOf(code)
      assert.match(text, /^-?\d+(\.\d+)?$/)
      assert.ok((text.split('.')[1] ?? '').length <= exponent, text)
      const digits = String(Math.abs(minor)).padStart(exponent + 1, '0')
      const whole = digits.slice(0, digits.length - exponent)
      const fraction = digits.slice(digits.length - exponent).replace(/0+$/, '')
      assert.equal(text, `${minor < 0 ? '-' : ''}${whole}${fraction ? `.${fraction}` : ''}`)
    }),
    { numRuns: 3000 },
  )
})

test('an amount with more decimals than its currency is refused, by the place it was in', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 1, max: 9 }),
      currency,
      (whole, digit, code) => {
        const amount = Number(`${whole}.${'0'.repeat(exponentOf(code))}${digit}`)
        assert.throws(() => toMinor(amount, code), refused(/decimals/))
      },
    ),
  )
  assert.throws(
    () => toMinor(1.005, 'USD', '/items/0/price'),
    (error: unknown) => error instanceof Problem && error.errors![0]!.pointer === '/items/0/price',
  )
  assert.throws(() => toMinor(0.1 + 0.2, 'USD'), refused(/at most 2 decimals in USD/))
  assert.equal(toMinor(0.3, 'USD'), 30)
})

test('what is no plain amount is refused: not finite, too large, too small to be written out', () => {
  for (const amount of [Number.NaN, Infinity, -Infinity]) assert.throws(() => toMinor(amount, 'USD'), refused(/number/))
  for (const amount of [1e21, -1e21, 1e-7, Number.MAX_VALUE, 5e-324])
    assert.throws(() => toMinor(amount, 'JPY'), refused(/plain decimal/))
  for (const code of codes) {
    const largest = toMajor(maxMinor, code)
    assert.equal(toMinor(largest, code), maxMinor)
    assert.throws(() => toMinor(toMajor(maxMinor + 1, code), code), refused(/at most/))
    assert.throws(() => toMinor(-toMajor(maxMinor + 1, code), code), refused(/at most/))
  }
  assert.throws(() => toMinor(Number.MAX_SAFE_INTEGER, 'KWD'), refused(/at most/))
  for (const amount of ['1', null, undefined, {}]) assert.throws(() => toMinor(amount as never, 'USD'), Problem)
})

test('zero is zero: no amount is ever minus zero', () => {
  assert.ok(Object.is(toMinor(-0, 'USD'), 0))
  assert.ok(Object.is(toMinor(0, 'JPY'), 0))
  assert.ok(Object.is(toMajor(-0, 'USD'), 0))
})

test('currencies have the decimals of ISO 4217, and what is none is refused', () => {
  assert.deepEqual([toMinor(19.99, 'USD'), toMinor(1999, 'JPY'), toMinor(1.999, 'KWD')], [1999, 1999, 1999])
  assert.deepEqual([toMajor(1999, 'EUR'), toMajor(1999, 'KRW'), toMajor(1999, 'BHD')], [19.99, 1999, 1.999])
  for (const code of ['XXX', '', 'usd', 'constructor', '__proto__', 'toString'])
    assert.throws(
      () => exponentOf(code),
      (e: unknown) => e instanceof Problem && e.problem === 'wrong-currency',
      code,
    )
})

test('only whole, safe numbers are minor units, and no sum leaves them', () => {
  for (const minor of [0.5, Number.NaN, Infinity, 2 ** 53]) assert.throws(() => toMajor(minor, 'USD'), RangeError)
  assert.equal(sumMinor([]), 0)
  assert.equal(sumMinor(new Set([1, 2, -3, 5])), 5)
  for (const amounts of [
    [0.1],
    [2 ** 53],
    [Number.MAX_SAFE_INTEGER, 1],
    [0.5, 0.5],
    [2 ** 53, -(2 ** 53)],
    [Number.NaN],
  ])
    assert.throws(() => sumMinor(amounts), RangeError, String(amounts))
})
