import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { CatalogueProduct } from '../../../data/catalogue/generate.ts'
import { authors, demonstrationReviews } from '../../../data/catalogue/reviews.ts'
import { bulkLoadReviews } from '../src/bulk-load.ts'
import { suspicionsIn } from '../src/suspicion.ts'
import { openShop, type Shop } from './setup.ts'

/* The reviews a demonstration begins with. */

let shop: Shop
before(async () => {
  shop = await openShop({ services: ['user', 'product', 'inventory', 'review'], simulator: false })
})
after(() => shop?.platform.stop())

const products: CatalogueProduct[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../data/catalogue/products.json'), 'utf8'),
)
const reviews = demonstrationReviews(products)

test('the same catalogue always has the same reviews: hundreds, by many, of most products, good and bad', () => {
  assert.deepEqual(demonstrationReviews(products), reviews)
  assert.ok(reviews.length > 300 && reviews.length < 1000, String(reviews.length))
  const reviewed = new Set(reviews.map(review => review.slug))
  assert.ok(reviewed.size > products.length / 2 && reviewed.size < products.length)
  for (const stars of [1, 2, 3, 4, 5]) assert.ok(reviews.some(review => review.stars === stars))
  assert.equal(new Set(reviews.map(({ slug, author }) => `${slug} ${author}`)).size, reviews.length)
  assert.equal(new Set(reviews.map(({ slug, text }) => `${slug} ${text}`)).size, reviews.length)
  assert.ok(reviews.every(({ author, author_name }) => authors[author] === author_name))
})

test('none of them would have had to wait for staff', () => {
  for (const { title, text } of reviews) assert.deepEqual(suspicionsIn({ title, text }), [], text)
})

test('they are loaded once, in the order of their days, and the catalogue shows what comes of them', async () => {
  const lamp = await shop.product()
  const one = (stars: number, minutes_ago: number, is_verified = true) => ({
    ...{ product_id: lamp.id, product_name: lamp.name, user_id: randomUUID(), author_name: 'Ada L.' },
    ...{
      stars,
      title: null,
      text: `Written ${minutes_ago} minutes ago`,
      helpful_count: stars,
      is_verified,
      minutes_ago,
    },
  })
  const first = [one(5, 5000), one(2, 90, false), one(4, 70_000)]
  assert.equal(await bulkLoadReviews(shop.sql, first), 3)
  assert.equal(await bulkLoadReviews(shop.sql, [one(1, 10)]), 0)
  const { items, summary } = await shop.read(lamp)
  assert.deepEqual(
    items.map(item => [item.stars, item.helpful_count, item.is_verified]),
    [
      [2, 2, false],
      [5, 5, true],
      [4, 4, true],
    ],
  )
  assert.ok(Math.abs(Date.now() - Date.parse(items[1]!.created_at) - 5000 * 60_000) < 60_000)
  assert.deepEqual([summary.average, summary.count], [3.67, 3])
  const { rating_average, rating_count } = await shop.shown(lamp)
  assert.deepEqual([rating_average, rating_count], [3.67, 3])
})
