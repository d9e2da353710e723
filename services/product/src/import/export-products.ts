import { Readable } from 'node:stream'
import { toMajor } from '@shopfleet/contracts'
import type { Ctx } from '../service.ts'
import { attributeCell, csvLine, guarded } from './csv.ts'
import * as store from './import-store.ts'
import type { Known } from './plan-row.ts'
import { attributeColumn, columns, imagesCell, optionColumn } from './table.ts'

const perStatement = 500
/** By it a spreadsheet knows the file to be UTF-8. */
const mark = '\ufeff'

/** All products as a file, a part at a time. Those that come while it is read may be in it or not. */
export function exportProducts(ctx: Ctx, category: string | undefined): Readable {
  return Readable.from(partsOf(ctx, category), { objectMode: false })
}

async function* partsOf(ctx: Ctx, category: string | undefined): AsyncGenerator<Buffer> {
  const attributes = await store.listAttributeNames(ctx.sql, category)
  const options = await store.listOptionNames(ctx.sql)
  yield Buffer.from(mark + csvLine([...columns, ...options.map(optionColumn), ...attributes.map(attributeColumn)]))
  for (let after: string | undefined; ; ) {
    const products = await store.listForExport(ctx.sql, { category, after, limit: perStatement })
    if (products.length > 0) yield Buffer.from(products.map(one => csvLine(cellsOf(one, options, attributes))).join(''))
    if (products.length < perStatement) return
    after = products.at(-1)!.id
  }
}

function cellsOf(product: Known, options: readonly string[], attributes: readonly string[]): string[] {
  // Of a product with variants it is theirs.
  const stock = product.variant_count > 0 ? '' : String(product.stock)
  const cells: Record<(typeof columns)[number], string> = {
    id: product.id,
    sku: guarded(product.sku),
    slug: guarded(product.slug),
    name: guarded(product.name),
    description: guarded(product.description),
    price: String(toMajor(product.price_minor, product.currency)),
    currency: product.currency,
    category: product.category ?? '',
    is_active: String(product.is_active),
    stock_quantity: stock,
    stock_before: stock,
    images: imagesCell(product.images),
    parent_sku: guarded(product.parent_sku ?? ''),
  }
  return [
    ...columns.map(name => cells[name]),
    ...options.map(name => guarded(product.options[name] ?? '')),
    ...attributes.map(name => attributeCell(product.attributes[name])),
  ]
}
