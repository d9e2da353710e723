import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Client,
  createCategory,
  createClient,
  createProduct,
  createVariant,
  getProduct,
  listCategories,
  login,
  Problem,
} from '@shopfleet/contracts'
import type { CatalogueCategory, CatalogueProduct, CatalogueVariant } from '../../../data/catalogue/generate.ts'
import { root } from './options.ts'

export interface CatalogueOptions {
  userUrl: string
  productUrl: string
  administrator: { email: string; password: string }
  tell: (detail: string) => void
}

const atOnce = 8
const attempts = 6

/**
 * Loads the demonstration catalogue through the public API, as the administrator. What is there already (a start was
 * killed) is passed over. Answers the products.
 */
export async function loadCatalogue({
  userUrl,
  productUrl,
  administrator,
  tell,
}: CatalogueOptions): Promise<CatalogueProduct[]> {
  const [categories, products, variants, session] = await Promise.all([
    readList<CatalogueCategory>('categories.json'),
    readList<CatalogueProduct>('products.json'),
    readList<CatalogueVariant>('variants.json'),
    createClient({ baseUrl: userUrl }).call(login, {
      body: { email: administrator.email, password: administrator.password },
    }),
  ])
  const headers = { authorization: `Bearer ${session.access_token}` }
  const client = createClient({ baseUrl: productUrl, headers })
  await loadCategories(client, categories)
  let done = 0
  await eachOf(products, async ({ image, tags: _t, featured: _f, ...product }) => {
    const body = { ...product, images: [{ url: `/api/images/${image}`, alt: product.name }] }
    const own = variants.filter(variant => variant.parent === product.slug)
    // What is in stock of it is in stock of its variants.
    await unlessThere(() => client.call(createProduct, { body: own.length > 0 ? { ...body, stock: 0 } : body }))
    await loadVariants(client, product.slug, own)
    tell(`${++done} of ${products.length} products`)
  })
  return products
}

/** One after the other: that is the order they are shown in. */
async function loadVariants(client: Client, slug: string, variants: readonly CatalogueVariant[]): Promise<void> {
  if (variants.length === 0) return
  const { id } = await client.call(getProduct, { params: { id: slug } })
  for (const { parent: _, ...body } of variants)
    await unlessThere(() => client.call(createVariant, { params: { id }, body }))
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
    if (next.length === 0 && missing.length > 0)
      throw new Error(`no category ${missing[0]!.parent} for ${missing[0]!.slug}`)
    await eachOf(next, async ({ slug, name, description, parent, position }) => {
      const parent_id = parent === null ? null : ids.get(parent)!
      await unlessThere(() => client.call(createCategory, { body: { slug, name, description, parent_id, position } }))
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
