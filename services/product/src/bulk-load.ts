import { toMinor } from '@shopfleet/contracts'
import type { Sql } from '@shopfleet/database'
import * as store from './store.ts'

/** A product of the generated catalogue. */
export interface CatalogueProduct {
  sku: string
  slug: string
  name: string
  description: string
  price: number
  currency: string
  /** Slug; one that does not exist leaves the product without a category */
  category: string | null
  attributes: Record<string, string | number | boolean>
  stock: number
  /** File name in the image folder, or a URL */
  image?: string | null
}

const perStatement = 1000

/**
 * Inserts thousands of products directly, for measuring: no events are said, so no other service hears of them. A sku
 * or slug that exists fails the whole statement. Answers the ids, in the order given.
 */
export async function bulkLoadProducts(sql: Sql, products: readonly CatalogueProduct[]): Promise<string[]> {
  const ids: string[] = []
  for (let at = 0; at < products.length; at += perStatement) {
    const rows = products.slice(at, at + perStatement).map(({ price, image, ...product }) => ({
      ...product,
      price_minor: toMinor(price, product.currency),
      images: image ? [{ url: image.includes('/') ? image : `/api/images/${image}`, alt: product.name }] : [],
    }))
    ids.push(...(await store.insertProducts(sql, rows)))
  }
  return ids
}
