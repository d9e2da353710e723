import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changedCart, emptyCart } from '../src/cart-lines.ts'

const lamp = {
  id: 'p1',
  sku: 'L-1',
  slug: 'lamp',
  name: 'Lamp',
  price: 19.99,
  currency: 'EUR',
  image_url: null,
  stock_quantity: 5,
}

test('what is put in is a line with its sum, and more of it the same line', () => {
  const one = changedCart(emptyCart, { kind: 'add', product: lamp, quantity: 1 })
  assert.deepEqual([one.item_count, one.subtotal, one.currency, one.items.length], [1, 19.99, 'EUR', 1])
  const three = changedCart(one, { kind: 'add', product: lamp, quantity: 2 })
  assert.deepEqual([three.item_count, three.subtotal, three.items.length], [3, 59.97, 1])
})

test('quantities, removals and emptying follow, and the cart before stays as it was', () => {
  const before = changedCart(emptyCart, { kind: 'add', product: lamp, quantity: 3 })
  const item_id = before.items[0]!.id
  const less = changedCart(before, { kind: 'quantity', item_id, quantity: 2 })
  assert.deepEqual([less.item_count, less.subtotal], [2, 39.98])
  assert.equal(changedCart(before, { kind: 'remove', item_id }).item_count, 0)
  assert.deepEqual(changedCart(before, { kind: 'clear' }).items, [])
  assert.equal(before.item_count, 3)
})
