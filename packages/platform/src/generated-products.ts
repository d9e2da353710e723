import { connect, type Sql } from '@shopfleet/database'
import { bulkLoadStock } from '@shopfleet/inventory/bulk-load'
import { bulkLoadProducts } from '@shopfleet/product/bulk-load'
import { type CatalogueProduct, generateProducts } from '../../../data/catalogue/generate.ts'

export interface GenerateOptions {
  /** Databases of the services, by name. */
  urls: Record<string, string>
  count: number
  seed?: number
  tell: (detail: string) => void
}

export interface Generated {
  added: number
  /** Were there already. */
  known: number
  seconds: number
}

const batchSize = 2000

/**
 * Loads generated products and their stock straight into the two databases, for measuring. Products whose sku exists are
 * passed over, so it may be interrupted and repeated. Works while the services run: the list of products shows them
 * at once; services that only hear of products by event do not know them.
 */
export async function loadGenerated({ urls, count, seed = 1, tell }: GenerateOptions): Promise<Generated> {
  const began_ms = performance.now()
  // An index that was put off is written out by the statement that happens to come then.
  const loader = { name: 'shopfleet seed', max: 2, statement_ms: 120_000 }
  const product = connect(urls.product!, loader)
  const inventory = connect(urls.inventory!, loader)
  let added = 0
  let stocking: Promise<unknown> = Promise.resolve()
  try {
    let done = 0
    for (const batch of batchesOf(generateProducts({ count, seed }), batchSize)) {
      const known = await idsOf(product, batch)
      const fresh = batch.filter(({ sku }) => !known.has(sku))
      const ids = await bulkLoadProducts(product, fresh)
      for (const [i, { sku }] of fresh.entries()) known.set(sku, ids[i]!)
      added += fresh.length
      // The stock of this batch is written while the next batch is: they are two databases.
      await stocking
      stocking = bulkLoadStock(
        inventory,
        batch.map(({ sku, stock }) => ({ product_id: known.get(sku)!, on_hand: stock })),
      )
      done += batch.length
      const rate = Math.round(done / ((performance.now() - began_ms) / 1000))
      tell(`${done} of ${count}, ${rate} a second`)
    }
    await stocking
    // The planner would take the tables for nearly empty until it looks by itself.
    await Promise.all([product`analyze products`, inventory`analyze stock`])
    return { added, known: count - added, seconds: (performance.now() - began_ms) / 1000 }
  } finally {
    await stocking.catch(() => {})
    await Promise.all([product.end({ timeout: 5 }), inventory.end({ timeout: 5 })])
  }
}

function* batchesOf<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = []
  for (const item of items) {
    batch.push(item)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function idsOf(sql: Sql, products: readonly CatalogueProduct[]): Promise<Map<string, string>> {
  const rows = await sql<{ sku: string; id: string }[]>`
    select sku, id from products where sku = any(${products.map(({ sku }) => sku)}) and deleted_at is null`
  return new Map(rows.map(({ sku, id }) => [sku, id]))
}
