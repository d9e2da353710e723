import {
  createProduct,
  createVariant,
  type ImportRow,
  Problem,
  ProductChange,
  toMajor,
  toMinor,
} from '@shopfleet/contracts'
import { compileValidator } from '@shopfleet/service-kit'
import { skuOf, slugOf } from '../product.ts'
import { type AttributeValue, attributeCell, attributeOf } from './csv.ts'
import { type Family, placeOf, withoutTheirs } from './plan-variant.ts'
import { attributeColumn, imagesCell, inOneLine, optionColumn, type RowError, type RowInput } from './table.ts'

/*
 * What a row of a file would do: compared with the product it means, and held against the same rules as a product that is
 * typed in. Pure.
 */

/** The columns of a product that an import changes. */
export interface Fields {
  sku: string
  slug: string
  name: string
  description: string
  price_minor: number
  currency: string
  category_id: string | null
  is_active: boolean
  attributes: Record<string, AttributeValue>
  images: { url: string; alt: string }[]
}

/** A product as it is now. */
export interface Known extends Fields {
  id: string
  category: string | null
  stock: number
  version: string
  parent_id: string | null
  parent_sku: string | null
  options: Record<string, string>
  variant_count: number
}

/** A new product has its id from the beginning: variants in rows below belong to it. */
export type Target = Fields & { id?: string; parent_id?: string; options?: Record<string, string> }

export interface Category {
  id: string
  slug: string
  name: string
}

export interface Surroundings {
  currency: string
  /** By id, slug or name. */
  category: (text: string) => Category | undefined
  /** Whether another product, or another row, has it; `id` is the product that may. */
  isTaken: (field: 'sku' | 'slug', value: string, id: string | undefined) => boolean
  /** What the row's variant belongs to. */
  family: Family | undefined
  newId: () => string
  /** For a new product: greater than the one before. */
  nextId: () => string
}

export interface PlannedRow extends ImportRow {
  before: Fields | null
  version: string | null
  target: Target | null
  stock_delta: number | null
}

const checkNew = compileValidator(createProduct.body!, 'body')
const checkChange = compileValidator(ProductChange, 'body')
const checkVariant = compileValidator(createVariant.body!, 'body')

/** `/attributes/colour` → `attribute.colour`, `/images/0/url` → `images`. */
function fieldOf(pointer: string): string {
  const [, field = '', member = ''] = pointer.split('/')
  if (field === 'attributes' && member) return attributeColumn(member)
  if (field === 'options' && member) return optionColumn(member)
  return field === 'stock' ? 'stock_quantity' : field
}

/** What a check throws, as errors of the row. */
function faultsOf(work: () => void, columns: RowInput['columns'], field?: string): RowError[] {
  try {
    work()
    return []
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const found = error.errors ?? [{ pointer: `/${field ?? ''}`, detail: error.detail ?? error.message }]
    return found.map(({ pointer, detail }) => {
      const name = fieldOf(pointer)
      return { column: columns[name] ?? name, detail }
    })
  }
}

export function planRow(said: RowInput, known: Known | undefined, around: Surroundings): PlannedRow {
  const row = withoutTheirs(said, known)
  const errors = [...row.errors]
  const fault = (field: string, detail: string) => errors.push({ column: row.columns[field] ?? field, detail })
  const attributes = attributesOf(row, known)
  const images = imagesOf(row, known)

  const given = {
    ...whatIsGiven({ name: row.name, price: row.price, description: row.description, currency: row.currency }),
    ...whatIsGiven({ sku: row.sku, slug: row.slug, is_active: row.is_active, stock: row.stock }),
    ...whatIsGiven({ attributes, images }),
  }
  if (!known)
    errors.push(
      ...faultsOf(() => checkNew(given), row.columns).filter(one => !errors.some(e => e.column === one.column)),
    )
  else if (Object.keys(given).length > 0) errors.push(...faultsOf(() => checkChange(given), row.columns))

  const before_place = errors.length
  const place = placeOf(row, known, around.family, fault)
  if (place && errors.length === before_place)
    errors.push(...faultsOf(() => checkVariant({ options: place.options }), row.columns))
  const family = known ? undefined : around.family
  const currency = row.currency ?? known?.currency ?? family?.currency ?? around.currency
  let price_minor = known?.price_minor ?? 0
  const price = row.price
  if (price !== undefined) {
    errors.push(
      ...faultsOf(
        () => {
          price_minor = toMinor(price, currency)
        },
        row.columns,
        'currency',
      ),
    )
  } else if (known && currency !== known.currency) fault('price', 'is required with another currency')

  const category = row.category ? around.category(row.category) : undefined
  if (row.category && !category) fault('category', 'is no id, slug or name of a category')
  for (const field of ['sku', 'slug'] as const) {
    const value = row[field]
    if (value !== undefined && around.isTaken(field, value, known?.id)) fault(field, 'is that of another product')
  }
  if (row.stock_before !== undefined && row.stock === undefined)
    fault('stock_quantity', 'is required beside stock_before')

  const base = {
    line: row.line,
    part: row.part ?? 0,
    product_id: known?.id ?? null,
    sku: row.sku ?? known?.sku ?? null,
    name: row.name ?? known?.name ?? null,
  }
  if (errors.length > 0) {
    const bad = { action: 'bad' as const, changes: [], before: null, version: null, target: null, stock_delta: null }
    return { ...base, ...bad, errors }
  }
  const named = namesOf(row, known, around)
  const target: Target = {
    ...(known ? {} : { id: around.nextId(), ...place }),
    ...named,
    name: row.name ?? known!.name,
    description: row.description ?? known?.description ?? '',
    price_minor,
    currency,
    category_id: row.category === undefined ? ((known ?? family)?.category_id ?? null) : (category?.id ?? null),
    is_active: row.is_active ?? known?.is_active ?? true,
    attributes: attributes ?? known?.attributes ?? {},
    images: (images ?? known?.images ?? []).map(({ url, alt }) => ({ url, alt: alt ?? row.name ?? known!.name })),
  }
  const stock_delta = stockDelta(row, known)
  const categoryNow = row.category === undefined ? (known?.category ?? null) : (category?.slug ?? null)
  const changes = changesOf(known, target, categoryNow)
  if (place && family) changes.push(...placeShown(family, place.options))
  if (stock_delta !== 0) {
    const from = known?.stock ?? null
    changes.push({ field: 'stock_quantity', from, to: (from ?? 0) + stock_delta })
  }
  const before = known ? fieldsOf(known) : null
  const action = !known ? 'create' : changes.length > 0 ? 'update' : 'unchanged'
  return {
    ...base,
    sku: target.sku,
    name: target.name,
    action,
    changes,
    errors,
    before,
    version: known?.version ?? null,
    target,
    stock_delta,
  }
}

const whatIsGiven = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** With the difference where the file says what the stock was: what is sold since then stays sold. */
function stockDelta({ stock, stock_before }: RowInput, known: Known | undefined): number {
  if (stock === undefined) return 0
  return known ? stock - (stock_before ?? known.stock) : stock
}

function namesOf(
  row: RowInput,
  known: Known | undefined,
  { isTaken, newId }: Surroundings,
): Pick<Fields, 'sku' | 'slug'> {
  const base = slugOf(row.name ?? '') ?? 'product'
  const free = (field: 'sku' | 'slug', name: string) => {
    const shown = (suffix: string) => (field === 'sku' ? name + suffix.toUpperCase() : name + suffix)
    const found = ['', '-2'].find(suffix => !isTaken(field, shown(suffix), undefined))
    return shown(found ?? `-${newId().slice(-8)}`)
  }
  return {
    slug: row.slug ?? known?.slug ?? free('slug', base),
    sku: row.sku ?? known?.sku ?? free('sku', skuOf(base)),
  }
}

function attributesOf(row: RowInput, known: Known | undefined): Fields['attributes'] | undefined {
  const cells = Object.entries(row.attributes ?? {})
  if (cells.length === 0) return undefined
  const attributes = { ...known?.attributes }
  for (const [name, cell] of cells) {
    const before = known?.attributes[name]
    // Spaces around it are lost in the file, and are no change.
    const isKept = typeof before === 'string' && attributeCell(before).trim() === cell
    const value = isKept ? before : attributeOf(cell, before)
    if (value === undefined) delete attributes[name]
    else attributes[name] = value
  }
  return attributes
}

/** The text of a picture the product has already is kept where the file has none, or the same but for its spaces. */
function imagesOf(row: RowInput, known: Known | undefined): { url: string; alt?: string }[] | undefined {
  return row.images?.map(({ url, alt, cell }) => {
    const before = known?.images.find(image => imagesCell([image]) === cell || image.url === url)
    if (before && cell === imagesCell([before])) return before
    if (before && (alt === undefined || inOneLine(before.alt) === inOneLine(alt))) return before
    return whatIsGiven({ url, alt }) as { url: string; alt?: string }
  })
}

export const fieldNames = [
  'sku',
  'slug',
  'name',
  'description',
  'price_minor',
  'currency',
  'category_id',
  'is_active',
  'attributes',
  'images',
] as const

export const fieldsOf = (known: Fields): Fields =>
  Object.fromEntries(fieldNames.map(name => [name, known[name]])) as unknown as Fields

export const isSame = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b)
/** The order of an object's members says nothing. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member) =>
    member && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )

const placeShown = (family: Family, options: Record<string, string>): ImportRow['changes'] =>
  [['parent_sku', family.sku], ...Object.entries(options).map(([name, value]) => [optionColumn(name), value])].map(
    ([field, to]) => ({ field: field!, from: null, to }),
  )

/** In the words of the wire. */
function changesOf(known: Known | undefined, target: Fields, category: string | null): ImportRow['changes'] {
  const shown = (fields: Fields, slug: string | null): Record<string, unknown> => ({
    ...{ sku: fields.sku, slug: fields.slug, name: fields.name, description: fields.description },
    ...{ price: toMajor(fields.price_minor, fields.currency), currency: fields.currency, category: slug },
    ...{ is_active: fields.is_active, images: fields.images },
    ...Object.fromEntries(Object.entries(fields.attributes).map(([name, value]) => [attributeColumn(name), value])),
  })
  const from = known ? shown(known, known.category) : {}
  const to = shown(target, category)
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter(field => !isSame(from[field] ?? null, to[field] ?? null))
    .map(field => ({ field, from: from[field] ?? null, to: to[field] ?? null }))
}
