import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Client, createCategory, createClient, createProduct, listCategories, login, Problem } from '@shopfleet/contracts'
import { connect, type Sql } from '@shopfleet/database'
import type { CatalogueCategory, CatalogueProduct } from '../../../data/catalogue/generate.ts'
import type { Administrator } from './administrator.ts'
import { root } from './options.ts'

export interface CatalogueOptions {
  /** Database of the product service: it remembers what was loaded. */
  databaseUrl: string
  userUrl: string
  productUrl: string
  administrator: Administrator | undefined
  tell: (detail: string) => void
}

const atOnce = 8
const attempts = 6
const marks = { begun: 'demonstration/begun', loaded: 'demonstration/loaded' }

/**
 * What has been loaded is remembered in the database itself, beside the migrations. `begun`: a start was killed while
 * it loaded, and what is missing is to be added. `none` with products: somebody's own shop, which gets no
 * demonstration.
 */
async function stateOf(sql: Sql): Promise<'none' | 'begun' | 'loaded'> {
  const rows = await sql<{ name: string }[]>`
    select name from schema_migrations where name = any(${Object.values(marks)})`
  const found = rows.map(row => row.name)
  if (found.includes(marks.loaded)) return 'loaded'
  if (found.includes(marks.begun)) return 'begun'
  const [row] = await sql<[{ used: boolean }]>`
    select exists (select from products) or exists (select from categories) as used`
  return row.used ? 'loaded' : 'none'
}

async function mark(sql: Sql, name: string): Promise<void> {
  await sql`insert into schema_migrations (name, sha256) values (${name}, '') on conflict do nothing`
}

/** Whether the demonstration catalogue is still to be loaded, or to be finished. */
export async function needsCatalogue(databaseUrl: string): Promise<boolean> {
  const sql = connect(databaseUrl, { name: 'shopfleet catalogue', max: 1 })
  try {
    return (await stateOf(sql)) !== 'loaded'
  } finally {
    await sql.end({ timeout: 1 })
  }
}

/**
 * Loads the demonstration catalogue through the public API, as the administrator. What is there already (a start was
 * killed) is passed over.
 */
export async function loadCatalogue(options: CatalogueOptions): Promise<void> {
  const { databaseUrl, userUrl, productUrl, administrator, tell } = options
  if (!administrator) throw new Error('the catalogue is loaded as the administrator, whose password is not known here')
  const sql = connect(databaseUrl, { name: 'shopfleet catalogue', max: 1 })
  try {
    const [categories, products, session] = await Promise.all([
      readList<CatalogueCategory>('categories.json'),
      readList<CatalogueProduct>('products.json'),
      createClient({ baseUrl: userUrl }).call(login, {
        body: { email: administrator.email, password: administrator.password },
      }),
      mark(sql, marks.begun),
    ])
    const headers = { authorization: `Bearer ${session.access_token}` }
    const client = createClient({ baseUrl: productUrl, headers })
    await loadCategories(client, categories)
    let done = 0
    await eachOf(products, async ({ sku, slug, name, description, price, currency, category, attributes, stock, image }) => {
      const images = [{ url: `/api/images/${image}`, alt: name }]
      const body = { sku, slug, name, description, price, currency, category, attributes, stock, images }
      await unlessThere(() => client.call(createProduct, { body }))
      tell(`${++done} of ${products.length} products`)
    })
    await mark(sql, marks.loaded)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

async function readList<T>(file: string): Promise<T[]> {
  return JSON.parse(await readFile(join(root, 'data/catalogue', file), 'utf8'))
}

interface Node {
  id: string
  slug: string
  children: readonly (Node | null)[]
}

async function loadCategories(client: Client, categories: readonly CatalogueCategory[]): Promise<void> {
  const ids = new Map<string, string>()
  const learn = (nodes: readonly (Node | null)[]) => {
    for (const node of nodes) {
      if (!node) continue
      ids.set(node.slug, node.id)
      learn(node.children)
    }
  }
  let missing = [...categories]
  while (missing.length > 0) {
    learn((await client.call(listCategories, {})).items)
    missing = missing.filter(category => !ids.has(category.slug))
    // Those above first: a level at a time.
    const next = missing.filter(({ parent }) => parent === null || ids.has(parent))
    if (next.length === 0 && missing.length > 0) throw new Error(`no category ${missing[0]!.parent} for ${missing[0]!.slug}`)
    await eachOf(next, async ({ slug, name, description, parent, position }) => {
      const parent_id = parent === null ? null : ids.get(parent)!
      await unlessThere(() =>
        client.call(createCategory, { body: { slug, name, description, parent_id, position } }),
      )
    })
  }
}

/** Makes something that may be there already. A service that does not answer is asked again, for some seconds. */
async function unlessThere(make: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await make()
      return
    } catch (error) {
      if (error instanceof Problem && error.problem === 'already-exists') return
      const isPassing = !(error instanceof Problem) || error.status >= 500
      if (!isPassing || attempt === attempts) throw error
      await new Promise(resolve => setTimeout(resolve, 50 * 2 ** attempt))
    }
  }
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const workers = Array.from({ length: atOnce }, async () => {
    for (const item of rest) await work(item)
  })
  await Promise.all(workers)
}
