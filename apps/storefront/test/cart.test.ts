import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparePrices } from '../src/cart/seen-prices.ts'
import { fewLeft, obstacleOf, withLeft } from '../src/cart/stock.ts'
import type { InCart } from '../src/cart-lines.ts'

const line = (over: Partial<InCart> = {}): InCart => ({
  id: 'i',
  product_id: 'p',
  sku: 's',
  slug: 'lamp',
  name: 'Lamp',
  image_url: null,
  quantity: 2,
  price: 10,
  currency: 'USD',
  subtotal: 20,
  available: true,
  stock_quantity: 50,
  ...over,
})

test('what stands in the way of buying a line', () => {
  assert.equal(obstacleOf(line()), undefined)
  assert.deepEqual(obstacleOf(line({ available: false, stock_quantity: 1 })), { kind: 'short', available: 1 })
  assert.deepEqual(obstacleOf(line({ available: false, stock_quantity: 0 })), { kind: 'sold-out' })
  assert.deepEqual(obstacleOf(line({ available: false, stock_quantity: 0, name: null })), { kind: 'gone' })
})

test('what a refusal said of a product counts before what its line was shown with', () => {
  const obstacle = (available: number, product_id = 'p') => obstacleOf(withLeft(line(), [{ product_id, available }]))
  assert.deepEqual(obstacle(1), { kind: 'short', available: 1 })
  assert.deepEqual(obstacle(0), { kind: 'sold-out' })
  assert.equal(obstacle(2), undefined)
  assert.equal(obstacle(0, 'another'), undefined)
})

test('it is said when there are few, of what can be had', () => {
  assert.equal(fewLeft(line({ stock_quantity: 5 }), 5), undefined)
  assert.equal(fewLeft(line({ stock_quantity: 3 }), 5), 3)
  assert.equal(fewLeft(line({ stock_quantity: 1, available: false }), 5), undefined)
})

test('a price is remembered from when the product was chosen, until the product leaves', () => {
  const first = comparePrices([line()], {})
  assert.deepEqual(first, { seen: { p: { price: 10, currency: 'USD' } }, before: {} })
  const dearer = comparePrices([line({ price: 12 })], first.seen)
  assert.deepEqual(dearer.before, { p: 10 })
  assert.deepEqual(comparePrices([line({ price: 12 })], dearer.seen).before, { p: 10 }, 'it is told until it is over')
  assert.deepEqual(comparePrices([line({ price: 10 })], dearer.seen).before, {})
  assert.deepEqual(comparePrices([], dearer.seen).seen, {})
})

test('a product that is gone and comes back is compared with what it cost before', () => {
  const { seen } = comparePrices([line()], {})
  const gone = comparePrices([line({ name: null, price: 0 })], seen)
  assert.deepEqual(gone.before, {})
  assert.deepEqual(comparePrices([line({ price: 8 })], gone.seen).before, { p: 10 })
  assert.deepEqual(comparePrices([line({ name: null, price: 0 })], {}).seen, {})
})

test('prices of two currencies are not compared', () => {
  const { seen } = comparePrices([line()], {})
  assert.deepEqual(comparePrices([line({ price: 9, currency: 'EUR' })], seen).before, {})
})
