import { connect, type Sql } from '@shopfleet/database'
import type { Administrator } from './administrator.ts'
import type { LaunchPlan } from './environment.ts'
import { urlOf } from './ports.ts'
import type { Progress } from './progress.ts'

/** What the shelves are filled with on first start. */

const marks = { begun: 'demonstration/begun', loaded: 'demonstration/loaded' }

/**
 * What has been loaded is remembered in the database itself, beside the migrations. Begun and not loaded: a start was
 * killed, and what is missing is added. Neither, but products (other than generated ones): somebody's own shop, which
 * gets no demonstration.
 */
async function isDone(sql: Sql): Promise<boolean> {
  const rows = await sql<{ name: string }[]>`
    select name from schema_migrations where name = any(${Object.values(marks)})`
  const found = rows.map(row => row.name)
  if (found.length > 0) return found.includes(marks.loaded)
  const [row] = await sql<[{ used: boolean }]>`
    select exists (select from products where sku not like 'GEN-%') or exists (select from categories) as used`
  return row.used
}

async function mark(sql: Sql, name: string): Promise<void> {
  await sql`insert into schema_migrations (name, sha256) values (${name}, '') on conflict do nothing`
}

/** Loads the demonstration catalogue, and the products to be generated, into a shop that has been empty so far. */
export async function stockShelves(
  { options, ports }: LaunchPlan,
  urls: Record<string, string>,
  administrator: Administrator | undefined,
  progress: Progress,
): Promise<void> {
  if (!options.demo && options.products === 0) return
  const sql = connect(urls.product!, { name: 'shopfleet first stock', max: 1 })
  try {
    if (await isDone(sql)) return
    if (options.demo && !administrator) {
      progress.say('! The demonstration catalogue is not loaded: the password of the administrator is not known here.')
      return
    }
    await mark(sql, marks.begun)
    if (options.demo && administrator) {
      const { loadCatalogue } = await import('./catalogue.ts')
      const [userUrl, productUrl] = [urlOf(ports.service.user!), urlOf(ports.service.product!)]
      const products = await progress.step('demonstration catalogue', tell =>
        loadCatalogue({ userUrl, productUrl, administrator, tell }),
      )
      const { loadFirstReviews } = await import('./first-reviews.ts')
      await progress.step('demonstration reviews', () => loadFirstReviews(sql, { urls, products }))
      const { loadFirstCoupons } = await import('./first-coupons.ts')
      const orderUrl = urlOf(ports.service.order!)
      await progress.step('demonstration coupons', () => loadFirstCoupons({ userUrl, orderUrl, administrator }))
    }
    if (options.products > 0) {
      const { loadGenerated } = await import('./generated-products.ts')
      await progress.step('generated products', tell => loadGenerated({ urls, count: options.products, tell }))
    }
    await mark(sql, marks.loaded)
  } finally {
    await sql.end({ timeout: 1 })
  }
}
