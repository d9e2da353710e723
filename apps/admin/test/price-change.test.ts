import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newPrice } from '../src/products/price-change.ts'

const usd = (price: number) => ({ price, currency: 'USD' })

test('a price is changed by percent, by an amount, or set, in whole cents', () => {
  assert.equal(newPrice(usd(10), 'percent', -15), 8.5)
  assert.equal(newPrice(usd(19.99), 'percent', -15), 16.99)
  assert.equal(newPrice(usd(0.3), 'percent', 10), 0.33)
  assert.equal(newPrice(usd(0.1), 'add', 0.2), 0.3)
  assert.equal(newPrice(usd(24.5), 'set', 9.99), 9.99)
  assert.equal(newPrice({ price: 1000, currency: 'JPY' }, 'percent', 5.5), 1055)
})

test('no change by nothing changes anything, and none leaves parts of a cent', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1_000_000_00 }),
      fc.integer({ min: -9999, max: 20_000 }),
      (minor, hundredths) => {
        const price = minor / 100
        assert.equal(newPrice(usd(price), 'percent', 0), price)
        assert.equal(newPrice(usd(price), 'add', 0), price)
        const changed = newPrice(usd(price), 'percent', hundredths / 100)
        assert.equal(changed, Number(changed.toFixed(2)))
      },
    ),
  )
})
