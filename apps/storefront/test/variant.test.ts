import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Variant } from '@shopfleet/contracts'
import { productData } from '../src/product/product-data.ts'
import { pick, picturesWith, valuesOf } from '../src/product/variant.ts'

const variant = (size: string, colour: string, stock_quantity = 1, price = 10): Variant => ({
  ...{ id: `${size}-${colour}`, sku: size, slug: size, name: size, options: { size, colour }, price },
  ...{ currency: 'USD', stock_quantity, image_url: null, is_active: true },
})
const variants = [variant('S', 'red'), variant('S', 'blue', 0), variant('M', 'red'), variant('L', 'blue', 3, 12)]

test('the values of an option are told once, in the order of the variants', () => {
  assert.deepEqual(valuesOf(variants, 'size'), ['S', 'M', 'L'])
  assert.deepEqual(valuesOf(variants, 'colour'), ['red', 'blue'])
})

test('choosing a value keeps what else was chosen, where there is such a variant', () => {
  const now = { size: 'S', colour: 'red' }
  assert.equal(pick(variants, now, 'size', 'M').id, 'M-red')
  assert.equal(pick(variants, now, 'colour', 'blue').id, 'S-blue', 'although it is sold out')
  assert.equal(pick(variants, now, 'size', 'L').id, 'L-blue', 'the only one of this size')
  assert.equal(pick(variants, { size: 'M', colour: 'red' }, 'colour', 'blue').id, 'L-blue', 'one that is there')
})

test('the picture of what is chosen is among those of the product, once', () => {
  const product = { name: 'Shirt', images: [{ url: '/a.webp', alt: 'Folded' }] }
  assert.deepEqual(picturesWith(product, '/a.webp'), product.images)
  assert.deepEqual(picturesWith(product, null), product.images)
  assert.deepEqual(picturesWith(product, '/b.webp'), [{ url: '/b.webp', alt: 'Shirt' }, ...product.images])
})

test('a search engine is told the range of prices', () => {
  const product = { images: [], attributes: {}, rating_count: 0, rating_average: null, price: 10, currency: 'USD' }
  const told = productData({ ...product, slug: 'shirt', stock_quantity: 5, variants } as never, 'https://shop')
  assert.deepEqual(
    { ...told.offers },
    {
      '@type': 'AggregateOffer',
      url: 'https://shop/products/shirt',
      ...{ lowPrice: 10, highPrice: 12, offerCount: 4, priceCurrency: 'USD' },
      availability: 'https://schema.org/InStock',
      itemCondition: 'https://schema.org/NewCondition',
    },
  )
})
