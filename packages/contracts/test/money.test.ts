import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  allocate,
  applyRate,
  type CurrencyCode,
  chargesOf,
  currencies,
  exponentOf,
  maxMinor,
  millionth,
  Problem,
  sliceOf,
  splitEvenly,
  sumMinor,
  type TaxMode,
  taxOf,
  toMajor,
  toMinor,
  toRate,
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

/* What is worked out of amounts: each is compared with exact arithmetic that does not come from the module. */

const runs = { numRuns: 2000 }
const amount = fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: maxMinor }))
const signed = fc.tuple(amount, fc.boolean()).map(([a, minus]) => (minus ? 0 - a : a))
const rate = fc.oneof(
  fc.integer({ min: 0, max: millionth }),
  fc.constantFrom(0, 70_000, 190_000, 88_750, 77_000, millionth),
)
const mode = fc.constantFrom<TaxMode>('exclusive', 'inclusive')
const total = (parts: readonly number[]) => parts.reduce((sum, part) => sum + BigInt(part), 0n)
const abs = (n: bigint) => (n < 0n ? -n : n)

test('any spelling JSON has of an amount is read as the same amount', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), currency, fc.nat(4), fc.boolean(), (minor, code, zeros, e) => {
      const digits = String(minor).padStart(exponentOf(code) + 1, '0')
      const cut = digits.length - exponentOf(code)
      const plain = `${digits.slice(0, cut)}.${digits.slice(cut)}${'0'.repeat(zeros + 1)}`
      const text = e
        ? `${minor}${zeros ? '.0' : ''}${zeros % 2 ? 'e' : 'E'}${exponentOf(code) ? '-' : '+'}${exponentOf(code)}`
        : plain
      assert.equal(toMinor(JSON.parse(text), code), minor, text)
    }),
    runs,
  )
})

test('any number of JSON is read exactly or refused, never rounded', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), currency, (value, code) => {
      let minor: number
      try {
        minor = toMinor(value, code)
      } catch (error) {
        assert.ok(error instanceof Problem && error.problem === 'validation-failed')
        return
      }
      assert.ok(Number.isSafeInteger(minor) && Math.abs(minor) <= maxMinor)
      assert.equal(toMajor(minor, code), value === 0 ? 0 : value)
    }),
    { numRuns: 5000 },
  )
})

test('percent is read exactly, to four decimals', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: millionth }), parts => {
      assert.equal(toRate(Number(`${Math.floor(parts / 10_000)}.${String(parts % 10_000).padStart(4, '0')}`)), parts)
    }),
    runs,
  )
  assert.deepEqual([toRate(8.875), toRate(0), toRate(100), toRate(19)], [88_750, 0, 1_000_000, 190_000])
  for (const percent of [-1, 100.0001, 1.00001, Number.NaN, Infinity, 1e-7, '5', null])
    assert.throws(() => toRate(percent as number, '/tax'), refused(/must/), String(percent))
})

test('a rate is applied to the nearest unit, half away from zero, and mirrors for what goes back', () => {
  fc.assert(
    fc.property(signed, rate, (minor, parts) => {
      const got = applyRate(minor, parts)
      const off = BigInt(got) * BigInt(millionth) - BigInt(minor) * BigInt(parts)
      assert.ok(2n * abs(off) <= BigInt(millionth), 'never more than half a unit off')
      if (2n * abs(off) === BigInt(millionth)) assert.equal(off > 0n, minor > 0, 'half goes away from zero')
      assert.equal(applyRate(0 - minor, parts), 0 - got)
      assert.ok(!Object.is(got, -0))
    }),
    runs,
  )
  assert.deepEqual(
    [applyRate(50, 10_000), applyRate(-50, 10_000), applyRate(49, 10_000), applyRate(1, 500_000)],
    [1, -1, 0, 1],
  )
})

test('an amount that is split by weights is neither more nor less, and no part is a unit from its share', () => {
  const weights = fc.array(fc.oneof(fc.nat(5), fc.nat(1000), amount), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(signed, weights, (minor, shares) => {
      const parts = allocate(minor, shares)
      assert.equal(total(parts), BigInt(minor))
      const whole = total(shares)
      for (const [i, part] of parts.entries()) {
        assert.ok(minor < 0 ? part <= 0 : part >= 0)
        if (whole === 0n) assert.ok(Math.abs(part - parts[0]!) <= 1)
        else {
          assert.ok(abs(BigInt(part) * whole - BigInt(minor) * BigInt(shares[i]!)) < whole, 'less than a unit off')
          if (shares[i] === 0) assert.equal(part, 0)
        }
        // Whoever has the same weight and comes first gets no less.
        const first = shares.indexOf(shares[i]!)
        assert.ok(Math.abs(parts[first]!) >= Math.abs(part))
      }
      assert.deepEqual(allocate(minor, shares), parts)
      assert.deepEqual(
        allocate(0 - minor, shares),
        parts.map(part => 0 - part),
      )
    }),
    runs,
  )
  assert.deepEqual(allocate(100, [1, 1, 1]), [34, 33, 33])
  assert.deepEqual(allocate(5, [3, 7]), [2, 3])
  assert.deepEqual(allocate(2, [0, 0, 0]), [1, 1, 0])
  assert.throws(() => allocate(1, []), RangeError)
  for (const weight of [-1, 0.5, Number.NaN, 2 ** 53]) assert.throws(() => allocate(1, [1, weight]), RangeError)
})

test('even parts differ by one unit at most, the larger first', () => {
  fc.assert(
    fc.property(amount, fc.integer({ min: 1, max: 60 }), (minor, count) => {
      const parts = splitEvenly(minor, count)
      assert.equal(parts.length, count)
      assert.equal(total(parts), BigInt(minor))
      assert.ok(parts[0]! - parts.at(-1)! <= 1)
      assert.deepEqual(
        parts,
        parts.toSorted((a, b) => b - a),
      )
    }),
    runs,
  )
  for (const count of [0, -1, 1.5]) assert.throws(() => splitEvenly(1, count), RangeError)
})

test('net and tax are the gross, whether the tax is added or contained', () => {
  fc.assert(
    fc.property(signed, rate, mode, (minor, parts, how) => {
      const { net_minor, tax_minor, gross_minor } = taxOf(minor, parts, how)
      assert.equal(net_minor + tax_minor, gross_minor)
      assert.equal(how === 'exclusive' ? net_minor : gross_minor, minor)
      // Exact: tax = net × rate. With the tax contained, the net itself is the rounded side.
      const off = BigInt(tax_minor) * BigInt(millionth) - BigInt(net_minor) * BigInt(parts)
      const most = how === 'exclusive' ? BigInt(millionth) : BigInt(millionth + parts)
      assert.ok(2n * abs(off) <= most)
      const back = taxOf(0 - minor, parts, how)
      assert.deepEqual(back, { net_minor: 0 - net_minor, tax_minor: 0 - tax_minor, gross_minor: 0 - gross_minor })
    }),
    runs,
  )
  assert.deepEqual(taxOf(11_900, 190_000, 'inclusive'), { net_minor: 10_000, tax_minor: 1_900, gross_minor: 11_900 })
})

test('tax that was added is found again in the gross', () => {
  fc.assert(
    fc.property(amount, rate, (minor, parts) => {
      const { gross_minor } = taxOf(minor, parts, 'exclusive')
      assert.equal(taxOf(gross_minor, parts, 'inclusive').net_minor, minor)
    }),
    runs,
  )
})

const order = fc.record({
  lines_minor: fc.array(fc.oneof(fc.nat(2000), fc.nat(10_000_000_000)), { maxLength: 30 }),
  discount_minor: fc.oneof(fc.constant(0), fc.nat(5000), amount),
  shipping_minor: fc.nat(10_000),
  tax_rate: rate,
  tax_mode: mode,
  tax_on: fc.constantFrom('discounted' as const, 'full' as const),
})

test('an order adds up: its lines to its sums, its sums to its total, with any discount and tax', () => {
  fc.assert(
    fc.property(order, charges => {
      const c = chargesOf(charges)
      assert.equal(c.total_minor, c.subtotal_minor - c.discount_minor + c.shipping_minor + c.tax_minor)
      assert.equal(BigInt(c.subtotal_minor), total(charges.lines_minor))
      assert.equal(c.discount_minor, Math.min(charges.discount_minor, c.subtotal_minor))
      assert.equal(total(c.lines.map(l => l.discount_minor)), BigInt(c.discount_minor))
      assert.equal(total(c.lines.map(l => l.tax_minor)), BigInt(c.tax_minor + c.included_tax_minor))
      assert.equal(total(c.lines.map(l => l.total_minor)), BigInt(c.total_minor - c.shipping_minor))
      assert.ok(c.tax_minor === 0 || c.included_tax_minor === 0)
      for (const line of c.lines) {
        assert.ok(
          line.discount_minor >= 0 && line.discount_minor <= line.subtotal_minor,
          'no line costs less than nothing',
        )
        assert.ok(line.tax_minor >= 0 && line.total_minor >= 0)
      }
    }),
    runs,
  )
  assert.throws(() => chargesOf({ lines_minor: [1], discount_minor: -1 }), RangeError)
  assert.throws(() => chargesOf({ lines_minor: [-1] }), RangeError)
  assert.throws(() => chargesOf({ lines_minor: [Number.MAX_SAFE_INTEGER, 1] }), RangeError)
  assert.throws(() => chargesOf({ lines_minor: [Number.MAX_SAFE_INTEGER], tax_rate: millionth }), RangeError)
})

test('a percentage off before the tax or after it comes to the same, to the unit that two roundings may differ by', () => {
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1, maxLength: 10 }), rate, rate, (lines_minor, off, tax_rate) => {
      const subtotal = sumMinor(lines_minor)
      const before = chargesOf({ lines_minor, discount_minor: applyRate(subtotal, off), tax_rate })
      const gross = taxOf(subtotal, tax_rate, 'exclusive').gross_minor
      const after = gross - applyRate(gross, off)
      // Half a unit from the discount, taxed at up to 100 %, and half a unit from each other rounding: less than three.
      assert.ok(Math.abs(before.total_minor - after) <= 2)
      const inclusive = chargesOf({
        lines_minor: [gross],
        discount_minor: applyRate(gross, off),
        tax_rate,
        tax_mode: 'inclusive',
      })
      assert.equal(inclusive.total_minor, after)
      assert.ok(
        Math.abs(inclusive.total_minor - inclusive.included_tax_minor - (before.total_minor - before.tax_minor)) <= 2,
      )
    }),
    runs,
  )
})

test('units of a line that come back one after the other give back what the line came to, never more on the way', () => {
  const cuts = fc.array(fc.nat(100), { maxLength: 12 })
  fc.assert(
    fc.property(signed, fc.integer({ min: 1, max: 100 }), cuts, (minor, of, at) => {
      const stops = [0, ...new Set(at.map(stop => Math.min(stop, of))), of].sort((a, b) => a - b)
      let back = 0
      for (let i = 1; i < stops.length; i++) {
        const part = sliceOf(minor, { from: stops[i - 1]!, to: stops[i]!, of })
        assert.ok(minor < 0 ? part <= 0 : part >= 0)
        back += part
        assert.ok(Math.abs(back) <= Math.abs(minor))
      }
      assert.equal(back, minor)
    }),
    runs,
  )
  assert.deepEqual(
    [0, 1, 2].map(from => sliceOf(1000, { from, to: from + 1, of: 3 })),
    [333, 334, 333],
  )
  for (const slice of [
    { from: 1, to: 0, of: 2 },
    { from: 0, to: 3, of: 2 },
    { from: 0, to: 0, of: 0 },
    { from: -1, to: 1, of: 2 },
  ])
    assert.throws(() => sliceOf(10, slice), RangeError)
})

test('an order that comes back line by line, unit by unit, in any order, gives back what was paid for its lines', () => {
  const line = fc.record({ price_minor: fc.nat(100_000), quantity: fc.integer({ min: 1, max: 6 }) })
  const seeds = fc.infiniteStream(fc.nat(1000))
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), order, seeds, (lines, charges, stream) => {
      const lines_minor = lines.map(l => l.price_minor * l.quantity)
      const charged = chargesOf({ ...charges, lines_minor })
      const captured = charged.total_minor
      const returned = lines.map(() => 0)
      const units = lines.flatMap((l, i) => new Array<number>(l.quantity).fill(i))
      let refunded = 0
      while (units.length > 0) {
        const [i] = units.splice((stream.next().value as number) % units.length, 1)
        const from = returned[i!]!++
        refunded += sliceOf(charged.lines[i!]!.total_minor, { from, to: from + 1, of: lines[i!]!.quantity })
        assert.ok(refunded <= captured)
      }
      assert.equal(refunded, captured - charged.shipping_minor)
    }),
    runs,
  )
})

test('what is no whole amount, or comes to more than can be counted, is a RangeError and never a wrong sum', () => {
  for (const wrong of [0.5, Number.NaN, Infinity, 2 ** 53]) {
    assert.throws(() => applyRate(wrong, 1), RangeError)
    assert.throws(() => applyRate(1, wrong), RangeError)
    assert.throws(() => allocate(wrong, [1]), RangeError)
    assert.throws(() => taxOf(wrong, 1, 'inclusive'), RangeError)
    assert.throws(() => sliceOf(wrong, { from: 0, to: 1, of: 1 }), RangeError)
  }
  assert.throws(() => applyRate(1, -1), RangeError)
  assert.throws(() => applyRate(Number.MAX_SAFE_INTEGER, 2 * millionth), RangeError)
  assert.throws(() => taxOf(Number.MAX_SAFE_INTEGER, 10_000, 'exclusive'), RangeError)
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 20 }), amounts => {
      let partial = 0n
      const fits = amounts.every(a => {
        partial += BigInt(a)
        return abs(partial) <= BigInt(Number.MAX_SAFE_INTEGER)
      })
      if (fits) assert.equal(BigInt(sumMinor(amounts)), total(amounts))
      else assert.throws(() => sumMinor(amounts), RangeError)
    }),
    runs,
  )
})
