import { randomUUID } from 'node:crypto'
import { connect, type Sql } from '@shopfleet/database'
import { bulkLoadReviews } from '@shopfleet/review/bulk-load'
import type { CatalogueProduct } from '../../../data/catalogue/generate.ts'
import { authors, demonstrationReviews } from '../../../data/catalogue/reviews.ts'

export interface FirstReviewsOptions {
  /** Databases of the services, by name. */
  urls: Record<string, string>
  products: readonly Pick<CatalogueProduct, 'slug' | 'category'>[]
}

/**
 * Has made-up customers review the demonstration catalogue, straight into the database of the reviews: an account, a mail and a
 * request for each of hundreds would keep the first start waiting. Does nothing where there is any review.
 */
export async function loadFirstReviews(product: Sql, { urls, products }: FirstReviewsOptions): Promise<number> {
  const rows = await product<{ id: string; slug: string; name: string }[]>`
    select id, slug, name from products where slug = any(${products.map(one => one.slug)}) and deleted_at is null`
  const known = new Map(rows.map(row => [row.slug, row]))
  const people = authors.map(() => randomUUID())
  const reviews = demonstrationReviews(products).flatMap(({ slug, author, ...words }) => {
    const found = known.get(slug)
    return found ? { ...words, product_id: found.id, product_name: found.name, user_id: people[author]! } : []
  })
  const sql = connect(urls.review!, { name: 'shopfleet first reviews', max: 1 })
  try {
    return await bulkLoadReviews(sql, reviews)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
