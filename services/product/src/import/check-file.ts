import {
  type importProducts as importOperation,
  maxImportRows,
  Problem,
  type ProductImport,
  type QueryOf,
} from '@shopfleet/contracts'
import { transaction } from '@shopfleet/database'
import { skuOf, slugOf } from '../product.ts'
import type { Ctx } from '../service.ts'
import { isUuid } from '../store.ts'
import { applyImport, refuseBad } from './apply-import.ts'
import { type CsvRow, rowsOf } from './csv.ts'
import * as store from './import-store.ts'
import { type Category, type Known, type PlannedRow, planRow, type Target } from './plan-row.ts'
import { type Family, sameOptions } from './plan-variant.ts'
import { readShopify, shopifyColumns } from './shopify.ts'
import { type RowInput, readHeader, readRow } from './table.ts'

const perStatement = 500

/** Reads a file, compares every row with the catalogue and keeps what would change; applies it if that is asked for. */
export async function importProducts(
  ctx: Ctx,
  file: Uint8Array,
  {
    apply,
    skip_bad = false,
    file_name = null,
    created_by,
  }: Partial<Omit<QueryOf<typeof importOperation>, 'file_name'>> & {
    file_name?: string | null
    created_by: string | null
  },
): Promise<ProductImport> {
  const { format, rows } = await readFile(file)
  const planned = await planAll(ctx, rows)
  const id = await transaction(ctx.sql, async tx => {
    const id = await store.insertImport(tx, { format, file_name, created_by }, planned)
    for (let at = 0; at < planned.length; at += perStatement)
      await store.insertRows(tx, id, planned.slice(at, at + perStatement))
    return id
  })
  if (!apply) return (await store.findImport(ctx.sql, id))!
  if (!skip_bad) await refuseBad(ctx, id)
  return applyImport(ctx, id, { skip_bad })
}

async function readFile(file: Uint8Array): Promise<{ format: ProductImport['format']; rows: RowInput[] }> {
  let header: CsvRow | undefined
  let parted = ','
  const body: CsvRow[] = []
  for await (const { delimiter, ...row } of rowsOf(file)) {
    parted = delimiter
    if (!header) header = row
    else body.push(row)
    if (body.length > maxImportRows) throw refuse(`has more than ${maxImportRows} rows; send it in parts`)
  }
  if (!header) throw refuse('must have a first line that names the columns')
  const shopify = shopifyColumns(header.cells)
  const names = shopify ?? readHeader(header)
  if (body.length === 0) throw refuse('must have a row below the names of the columns')
  if (shopify) return { format: 'shopify', rows: readShopify(shopify, header.cells, body, parted) }
  return { format: 'shopfleet', rows: body.map(row => readRow(names, header.cells, row, parted)) }
}

const refuse = (detail: string) => new Problem('validation-failed', { errors: [{ pointer: '', detail }] })

async function planAll(ctx: Ctx, rows: readonly RowInput[]): Promise<PlannedRow[]> {
  const category = categoryFinder(await store.listCategories(ctx.sql))
  const seen = createSeen()
  const families = createFamilies(ctx)
  // Products and variants stand in the order of their ids; those made in one millisecond have none among themselves.
  const newIds = Array.from(rows, ctx.clock.newId).sort().values()
  const planned: PlannedRow[] = []
  for (let at = 0; at < rows.length; at += perStatement) {
    const some = rows.slice(at, at + perStatement)
    await families.read(some)
    // In a file of Shopify a variant is the one of its options, whatever its sku.
    const variantOf = (row: RowInput) => (row.parent_slug ? sameOptions(families.of(row), row) : undefined)
    const found = await store.matchProducts(ctx.sql, keysOf(some, variantOf))
    const by = (key: 'id' | 'sku' | 'slug') => new Map(found.map(one => [one[key], one]))
    const [ids, skus, slugs] = [by('id'), by('sku'), by('slug')]
    for (const row of some) {
      const known =
        ids.get(variantOf(row) ?? row.id?.toLowerCase() ?? '') ?? skus.get(row.sku ?? '') ?? slugs.get(row.slug ?? '')
      const plan = planRow(seen.check(row, known), known, {
        currency: ctx.config.DEFAULT_CURRENCY,
        category,
        isTaken(field, value, id) {
          const owner = (field === 'sku' ? skus : slugs).get(value)
          return (owner !== undefined && owner.id !== id) || seen.isClaimed(field, value)
        },
        family: families.of(row),
        newId: ctx.clock.newId,
        nextId: () => newIds.next().value!,
      })
      seen.claim(plan, known)
      if (plan.target && plan.action === 'create') families.add(row, plan.target)
      planned.push(plan)
    }
  }
  return planned.map((plan, i) => (families.isEmpty(rows[i]!, plan) ? withoutVariants(rows[i]!, plan) : plan))
}

/** None of its variants can be made: it would be for sale as it is. */
const withoutVariants = ({ line, columns }: RowInput, { part, sku, name }: PlannedRow): PlannedRow => ({
  ...{ line, part, sku, name, action: 'bad', product_id: null, changes: [], before: null, version: null },
  ...{ target: null, stock_delta: null },
  errors: [{ column: columns.slug ?? 'slug', detail: 'has no variant that keeps the rules' }],
})

/** What variants belong to, by the sku or the slug that their rows have for it: of the catalogue, or of rows above. */
function createFamilies(ctx: Ctx) {
  const known = new Map<string, Family>()
  const keyOf = ({ parent_sku, parent_slug }: RowInput) =>
    parent_sku ? `sku ${parent_sku}` : parent_slug ? `slug ${parent_slug}` : ''
  const keep = (family: Family) => {
    known.set(`sku ${family.sku}`, family).set(`slug ${family.slug}`, family)
  }
  return {
    async read(rows: readonly RowInput[]): Promise<void> {
      const asked = rows.filter(row => !known.has(keyOf(row)))
      const [skus, slugs] = (['parent_sku', 'parent_slug'] as const).map(name => [
        ...new Set(asked.flatMap(row => row[name] ?? [])),
      ])
      for (const family of await store.listFamilies(ctx.sql, skus!, slugs!)) keep(family)
    },
    of: (row: RowInput): Family | undefined => known.get(keyOf(row)),
    /** Rows below may belong to what is new, and be no variant of the same values. */
    add(row: RowInput, { id, sku, slug, currency, category_id, options }: Target): void {
      if (options) this.of(row)!.variants.push({ id: id!, options })
      else keep({ id: id!, sku, slug, currency, category_id, is_variant: false, variants: [] })
    },
    isEmpty: (row: RowInput, { action, target }: PlannedRow): boolean =>
      row.has_variants === true && action === 'create' && known.get(`slug ${target!.slug}`)?.variants.length === 0,
  }
}

/** Everything by which a row may mean a product, or take a name that one has. */
function keysOf(rows: readonly RowInput[], variantOf: (row: RowInput) => string | undefined) {
  const keys = { ids: new Set<string>(), skus: new Set<string>(), slugs: new Set<string>() }
  for (const row of rows) {
    const { sku, slug, name } = row
    const id = variantOf(row) ?? row.id
    if (isUuid(id)) keys.ids.add(id)
    const base = slugOf(name ?? '') ?? 'product'
    const names = sku === undefined ? [skuOf(base), `${skuOf(base)}-2`] : [sku]
    for (const one of names) keys.skus.add(one)
    for (const one of slug === undefined ? [base, `${base}-2`] : [slug]) keys.slugs.add(one)
  }
  return { ids: [...keys.ids], skus: [...keys.skus], slugs: [...keys.slugs] }
}

/** What rows above have meant and taken: none means the same product as another. */
function createSeen() {
  const products = new Map<string, number>()
  const claims = { sku: new Set<string>(), slug: new Set<string>() }
  return {
    isClaimed: (field: 'sku' | 'slug', value: string) => claims[field].has(value),
    check(row: RowInput, known: Known | undefined): RowInput {
      const line = known && products.get(known.id)
      if (line === undefined) return row
      return { ...row, errors: [...row.errors, { column: '', detail: `is the product of line ${line} again` }] }
    },
    claim({ line, target }: PlannedRow, known: Known | undefined): void {
      if (known && !products.has(known.id)) products.set(known.id, line)
      if (!target) return
      claims.sku.add(target.sku)
      claims.slug.add(target.slug)
    },
  }
}

/** By id, slug or name, in this order; of two with one name the one that stands higher. */
function categoryFinder(categories: readonly Category[]): (text: string) => Category | undefined {
  const by = (key: (one: Category) => string) => new Map(categories.toReversed().map(one => [key(one), one]))
  const [ids, slugs, names] = [by(one => one.id), by(one => one.slug), by(one => one.name.toLowerCase())]
  return text => ids.get(text.toLowerCase()) ?? slugs.get(text) ?? names.get(text.toLowerCase())
}
