import {
  type BodyOf,
  type createVariant as createVariantOperation,
  maxVariants,
  Problem,
  toMinor,
} from '@shopfleet/contracts'
import { insert, openAtOnce } from './create-product.ts'
import type { ProductRow } from './product.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'
import { listVariants } from './variant-store.ts'

const refuse = (pointer: string, detail: string) => new Problem('validation-failed', { errors: [{ pointer, detail }] })

/** Adds a variant, which is a product like any other for those who sell it. The first one says which options there are. */
export async function createVariant(
  ctx: Ctx,
  parent_id: string,
  { options, price, stock = 0, sku, slug }: BodyOf<typeof createVariantOperation>,
): Promise<ProductRow> {
  const parent = await store.findProduct(ctx.sql, parent_id)
  if (!parent) throw new Problem('not-found')
  if (parent.parent_id !== null) throw refuse('params/id', 'is a variant itself')
  const others = await listVariants(ctx.sql, parent_id, { all: true })
  if (others.length >= maxVariants)
    throw new Problem('too-many', { detail: `A product has at most ${maxVariants} variants.` })
  const names = Object.keys(others[0]?.options ?? options)
  const given = Object.keys(options)
  if (names.length !== given.length || names.some(name => !Object.hasOwn(options, name)))
    throw refuse('/options', `must say the same options as the other variants: ${names.join(', ')}`)
  const values = names.map(name => options[name]!.trim())
  const variant = {
    parent_id,
    options: Object.fromEntries(names.map((name, i) => [name, values[i]!])),
    name: `${parent.name} – ${values.join(' / ')}`.slice(0, 255),
    description: '',
    price_minor: price === undefined ? parent.price_minor : toMinor(price, parent.currency),
    currency: parent.currency,
    category_id: parent.category_id,
    attributes: {},
    images: [],
    is_active: true,
    stock,
  }
  const row = await insert(ctx, variant, { sku, slug })
  await openAtOnce(ctx, row)
  return row
}
