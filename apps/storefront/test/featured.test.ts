import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Product } from '@shopfleet/contracts'
import { mixed } from '../src/home/featured.ts'

const product = (id: string, category_id: string | null) => ({ id, category_id }) as Product
const ids = (products: Product[]) => products.map(one => one.id).join('')

test('the newest of each kind come before the second newest of any', () => {
  const products = [product('a', 'x'), product('b', 'x'), product('c', 'x'), product('d', 'y'), product('e', null)]
  assert.equal(ids(mixed(products, 5)), 'adebc')
  assert.equal(ids(mixed(products, 2)), 'ad')
  assert.equal(ids(mixed([], 2)), '')
})
