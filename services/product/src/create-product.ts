import {
  type BodyOf,
  type createProduct as createProductOperation,
  openStock,
  Problem,
  toMinor,
} from '@shopfleet/contracts'
import { errorCode, isUniqueViolation } from '@shopfleet/database'
import { currentContext, withContext } from '@shopfleet/messaging'
import { findCategoryId } from './category-store.ts'
import { checkUnambiguous, imagesOf, type ProductRow, skuOf, slugOf } from './product.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'

type Input = BodyOf<typeof createProductOperation>

const attempts = 6
/** What the reply waits for the inventory at most. */
const openingWait_ms = 1000

/**
 * Adds a product and says `product.created` with its opening stock. A sku or slug that was not given is made from the
 * name, with a suffix if that is taken.
 */
export async function createProduct(ctx: Ctx, input: Input): Promise<ProductRow> {
  checkUnambiguous(input)
  const currency = input.currency ?? ctx.config.DEFAULT_CURRENCY
  const name = input.name.trim()
  const product = {
    name,
    description: input.description ?? '',
    price_minor: toMinor(input.price, currency),
    currency,
    category_id: (await categoryOf(ctx, input)) ?? null,
    attributes: input.attributes ?? {},
    images: imagesOf(input, name) ?? [],
    is_active: input.is_active ?? true,
    stock: input.stock_quantity ?? input.stock ?? 0,
  }
  const row = await insert(ctx, product, input)
  await openAtOnce(ctx, row)
  return row
}

/** The category an input names, by id, slug or name; undefined if it names none. */
export async function categoryOf(
  ctx: Ctx,
  { category, category_id }: { category?: string; category_id?: string | null },
): Promise<string | null | undefined> {
  if (category === undefined) return category_id
  const id = await findCategoryId(ctx.sql, category)
  if (!id) throw unknownCategory()
  return id
}

export const unknownCategory = () =>
  new Problem('unknown-category', { detail: 'No category has this id, slug or name.' })

/** The refusal a violated constraint of a product stands for; anything else rises as it is. */
export function refusalOf(error: unknown): unknown {
  if (isUniqueViolation(error, 'products_sku')) return taken('sku')
  if (isUniqueViolation(error, 'products_slug')) return taken('slug')
  if (isUniqueViolation(error, 'products_variant')) return taken('options', 'variant')
  if (errorCode(error) === '23503') return unknownCategory()
  return error
}

export const taken = (field: string, noun = 'product') =>
  new Problem('already-exists', {
    detail: `Another ${noun} has this ${field}.`,
    errors: [{ pointer: `/${field}`, detail: 'is taken' }],
  })

/** A sku or slug that was not given is made from the name. */
export async function insert(
  ctx: Ctx,
  product: Omit<store.NewProduct, 'sku' | 'slug'>,
  given: Pick<Input, 'sku' | 'slug'>,
) {
  const base = slugOf(product.name) ?? 'product'
  const tries = { sku: 0, slug: 0 }
  // First as it is, then a second one; whoever makes many of one name gets a suffix nobody else has.
  const suffix = (n: number) => (n === 0 ? '' : n === 1 ? '-2' : `-${ctx.clock.newId().slice(-8)}`)
  for (let attempt = 1; ; attempt++) {
    const slug = given.slug ?? base + suffix(tries.slug)
    const sku = given.sku ?? skuOf(base) + suffix(tries.sku).toUpperCase()
    try {
      return await store.insertProduct(ctx.sql, { ...product, slug, sku })
    } catch (error) {
      if (attempt < attempts && given.sku === undefined && isUniqueViolation(error, 'products_sku')) tries.sku++
      else if (attempt < attempts && given.slug === undefined && isUniqueViolation(error, 'products_slug')) tries.slug++
      else throw refusalOf(error)
    }
  }
}

/** Asks for the opening stock, so that the product can be sold at once. */
export async function openAtOnce(ctx: Ctx, row: ProductRow): Promise<void> {
  const context = currentContext()
  const deadline = Math.min(context.deadline ?? Number.POSITIVE_INFINITY, performance.now() + openingWait_ms)
  const input = { params: { product_id: row.id }, body: { quantity: row.stock_quantity } }
  try {
    await withContext({ ...context, deadline }, () => ctx.call(openStock, input))
  } catch (error) {
    // The product is there; the event brings the same stock when the inventory can hear it.
    ctx.log.warn({ error, product_id: row.id }, 'opening stock waits for its event')
  }
}
