import {
  type BodyOf,
  openStock,
  Problem,
  type Stock,
  setStockFromCatalogue,
  toMinor,
  type updateProduct as updateProductOperation,
} from '@shopfleet/contracts'
import { categoryOf, refusalOf, taken } from './create-product.ts'
import { checkUnambiguous, imagesOf, type ProductRow } from './product.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'
import { listVariants } from './variant-store.ts'

type Input = BodyOf<typeof updateProductOperation>

/**
 * Changes the fields that are given. Stock belongs to the inventory, so that is asked first: when it does not answer,
 * nothing has changed. Everything else that could refuse is looked at before it is asked.
 */
export async function updateProduct(ctx: Ctx, id: string, input: Input): Promise<ProductRow> {
  checkUnambiguous(input)
  const before = await store.findProduct(ctx.sql, id)
  if (!before) throw new Problem('not-found')
  checkShared(input, before)
  const patch = await patchOf(ctx, input, before)
  const { sku, slug } = input
  const field = sku === undefined && slug === undefined ? undefined : await store.findTaken(ctx.sql, { id, sku, slug })
  if (field) throw taken(field)

  const wanted = input.stock_quantity ?? input.stock
  const stock = wanted === undefined ? undefined : await setStock(ctx, id, wanted)
  const row = await store
    .updateProduct(ctx.sql, id, patch, stock && { available: stock.available, revision: before.stock_revision })
    .catch(error => {
      throw refusalOf(error)
    })
  if (!row) throw new Problem('not-found')
  // Where it belongs they belong; each says so by its own event.
  if (patch.category_id !== undefined && row.variant_count > 0) {
    for (const variant of await listVariants(ctx.sql, id, { all: true }))
      await store.updateProduct(ctx.sql, variant.id, { category_id: patch.category_id }, undefined)
  }
  return stock ? { ...row, stock_quantity: stock.available } : row
}

/** Of a product with variants price and stock are theirs, and all have one currency. */
function checkShared(input: Input, { variant_count, parent_id, currency }: ProductRow): void {
  const refuse = (pointer: string, detail: string) =>
    new Problem('validation-failed', { errors: [{ pointer, detail }] })
  if (variant_count > 0) {
    for (const field of ['price', 'stock', 'stock_quantity'] as const)
      if (input[field] !== undefined) throw refuse(`/${field}`, 'is that of its variants; change theirs')
  }
  const isOther = input.currency !== undefined && input.currency !== currency
  if (isOther && (variant_count > 0 || parent_id !== null))
    throw refuse('/currency', 'is the same for a product and all its variants')
}

async function patchOf(ctx: Ctx, input: Input, before: ProductRow): Promise<store.ProductPatch> {
  const { description, sku, slug, is_active, attributes } = input
  const name = input.name?.trim()
  const currency = input.currency ?? before.currency
  if (input.price === undefined && currency !== before.currency) {
    const errors = [{ pointer: '/price', detail: 'is required with another currency' }]
    throw new Problem('validation-failed', { errors })
  }
  // Both or neither: an amount means nothing without its currency.
  const price = input.price === undefined ? {} : { price_minor: toMinor(input.price, currency), currency }
  // By id too it is looked up, before the stock is touched; the foreign key only settles a race.
  const category_id = await categoryOf(ctx, input.category_id ? { category: input.category_id } : input)
  const images = imagesOf(input, name ?? before.name)
  const patch = { name, description, sku, slug, is_active, attributes, category_id, images, ...price }
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
}

async function setStock(ctx: Ctx, product_id: string, available: number): Promise<Stock> {
  const params = { product_id }
  try {
    return await ctx.call(setStockFromCatalogue, { params, body: { available } })
  } catch (error) {
    if (!(error instanceof Problem && error.problem === 'not-found')) throw error
    // The inventory has not heard of the product yet: then this is its opening stock.
    return ctx.call(openStock, { params, body: { quantity: available } })
  }
}
