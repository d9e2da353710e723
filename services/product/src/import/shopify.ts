import { slugOf } from '../product.ts'
import { attributeCell, type CsvRow, unguarded } from './csv.ts'
import { cellReader, optionColumn, type RowInput } from './table.ts'

/*
 * Shopify's product file, of its older and its newer header. A product there is several rows of one handle: its variants,
 * and further pictures. They become a product and its variants; without options the product is what is bought.
 */

/** What we call its columns; the others say nothing we keep. */
const known: Record<string, string> = {
  handle: 'handle',
  'url handle': 'handle',
  title: 'title',
  'body (html)': 'body',
  description: 'body',
  vendor: 'vendor',
  type: 'type',
  tags: 'tags',
  published: 'published',
  'published on online store': 'published',
  status: 'status',
  'option1 name': 'option1_name',
  'option1 value': 'option1',
  'option2 name': 'option2_name',
  'option2 value': 'option2',
  'option3 name': 'option3_name',
  'option3 value': 'option3',
  'variant sku': 'sku',
  sku: 'sku',
  'variant price': 'price',
  price: 'price',
  'variant inventory qty': 'stock',
  'inventory quantity': 'stock',
  'variant barcode': 'barcode',
  barcode: 'barcode',
  'image src': 'image',
  'product image url': 'image',
  'image position': 'position',
  'image alt text': 'alt',
  'variant image': 'variant_image',
  'variant image url': 'variant_image',
}

/** The columns of its header, in their order; undefined for another file. */
export function shopifyColumns(header: readonly string[]): string[] | undefined {
  const names = header.map(cell => cell.trim().toLowerCase())
  const isOlder = names.includes('handle') && names.includes('variant price')
  const isNewer = names.includes('url handle') && names.includes('price')
  if (!names.includes('title') || !(isOlder || isNewer)) return undefined
  return names.map(name => known[name] ?? '')
}

type Cells = { line: number } & Record<string, string>

/** Rows of products, from all rows of the file: those of one handle need not stand together. */
export function readShopify(
  names: readonly string[],
  header: readonly string[],
  rows: readonly CsvRow[],
  delimiter: string,
): RowInput[] {
  const called = Object.fromEntries(names.map((name, i) => [name, header[i]!.trim()]))
  const products = new Map<string, Cells[]>()
  for (const { line, cells } of rows) {
    const row = Object.fromEntries(names.map((name, i) => [name, (cells[i] ?? '').trim()]))
    delete row['']
    const handle = row.handle ?? ''
    // Without a handle a row belongs to nothing; it is told of as itself.
    const key = handle || `line ${line}`
    products.set(key, [...(products.get(key) ?? []), { ...row, line } as unknown as Cells])
  }
  return [...products.values()].flatMap(group => productsOf(group, called, delimiter))
}

const options = [1, 2, 3] as const
type OptionNumber = (typeof options)[number]
/** What Shopify calls the one variant of a product that has no options. */
const noOption = 'Default Title'

/** The product of a handle, and below it its variants. */
function productsOf(group: Cells[], called: Record<string, string>, delimiter: string): RowInput[] {
  const first = group[0]!
  const variants = group.filter(row => row.sku || row.price || row.option1)
  const hasOptions = variants.length > 1 || options.some(n => optionOf(variants[0], n))
  if (!hasOptions) {
    const one = { ...first, ...variants[0] }
    const read = cellReader(columnsOf(called), delimiter)
    const product = productOf(group, called, read)
    return [{ ...product, ...sold(one, read), attributes: { ...product.attributes, ...barcodeOf(one) } }]
  }
  const names = optionNames(first, variants)
  const slug = slugOf(first.handle ?? '')
  const rows = variants.map((row): RowInput => {
    const columns = { ...columnsOf(called), ...optionColumns(names, called) }
    const read = cellReader(columns, delimiter)
    const given = [...names].map(([n, name]) => [name, optionOf(row, n)])
    const values = given.map(([, value]) => value).filter(Boolean)
    return {
      line: row.line,
      part: row === first ? 1 : 0,
      parent_slug: slug,
      options: Object.fromEntries(given),
      name: [textOf(first.title), values.join(' / ')].filter(Boolean).join(' – ').slice(0, 255) || undefined,
      ...sold(row, read),
      // Without one of its own it is shown by those of the product.
      images: row.variant_image ? [{ url: row.variant_image }] : undefined,
      attributes: barcodeOf(row),
      errors: read.errors,
      columns,
    }
  })
  const prices = rows.flatMap(row => row.price ?? [])
  const product = productOf(group, called, cellReader(columnsOf(called), delimiter))
  return [{ ...product, price: prices.length > 0 ? Math.min(...prices) : undefined, has_variants: true }, ...rows]
}

type Reader = ReturnType<typeof cellReader>

/** What the rows of a handle say together. */
function productOf(group: Cells[], called: Record<string, string>, read: Reader): RowInput {
  const first = group[0]!
  const images = group
    .filter(row => row.image)
    .sort((a, b) => Number(a.position || 0) - Number(b.position || 0))
    .map(row => ({ url: row.image!, alt: row.alt || undefined }))
  if (!first.handle) read.fault('slug', 'must not be empty')
  if (!first.title) read.fault('name', 'must not be empty: the first row of a handle has it')
  return {
    line: first.line,
    slug: slugOf(first.handle ?? '') || undefined,
    name: textOf(first.title),
    description: first.body === undefined ? undefined : plainText(first.body),
    is_active: first.status ? first.status.toLowerCase() === 'active' : read.truth('is_active', first.published ?? ''),
    // A file without pictures says nothing of them.
    images: images.length > 0 ? images : undefined,
    attributes: Object.fromEntries(
      (['vendor', 'type', 'tags'] as const).flatMap(name => (first[name] ? [[name, first[name]]] : [])),
    ),
    errors: read.errors,
    columns: columnsOf(called),
  }
}

/** What is bought: its sku, price and stock. */
function sold(row: Cells, read: Reader): Pick<RowInput, 'sku' | 'price' | 'stock'> {
  const stock = read.whole('stock', row.stock ?? '')
  return {
    // Its own mark for text, before numbers that would lose their zeros.
    sku: row.sku?.replace(/^'/, '') || undefined,
    price: row.price ? read.number('price', row.price) : read.fault('price', 'must not be empty'),
    // Sold before it is there: Shopify counts below nothing, we do not.
    stock: stock === undefined ? undefined : Math.max(0, stock),
  }
}

const textOf = (cell: string | undefined) => (cell ? unguarded(cell) : undefined)
const barcodeOf = ({ barcode }: Cells): Record<string, string> =>
  barcode ? { barcode: attributeCell(barcode.replace(/^'/, '')) } : {}
const optionOf = (row: Cells | undefined, n: OptionNumber) => {
  const value = row?.[`option${n}`]
  return value && value !== noOption ? unguarded(value) : ''
}

/** The options its variants have, by their numbers. The names stand in the first row only. */
function optionNames(first: Cells, variants: readonly Cells[]): Map<OptionNumber, string> {
  const names = new Map<OptionNumber, string>()
  for (const n of options) {
    if (!variants.some(row => optionOf(row, n))) continue
    const name = attributeName(first[`option${n}_name`] ?? '')
    const isTaken = [...names.values()].includes(name ?? '')
    names.set(n, name && !isTaken ? name : `option${n}`)
  }
  return names
}

const optionColumns = (names: ReadonlyMap<OptionNumber, string>, called: Record<string, string>) =>
  Object.fromEntries([...names].map(([n, name]) => [optionColumn(name), called[`option${n}`]!]))

/** Our fields, by the names this file has for them. */
const columnsOf = (called: Record<string, string>): Record<string, string> => ({
  sku: called.sku ?? 'SKU',
  slug: called.handle!,
  name: called.title!,
  description: called.body ?? 'Description',
  price: called.price!,
  is_active: called.status ?? called.published ?? 'Status',
  stock: called.stock ?? 'Inventory',
  stock_quantity: called.stock ?? 'Inventory',
  images: called.image ?? 'Image',
  parent_sku: called.handle!,
})

/** `Colour (frame)` → `colour_frame`. */
const attributeName = (text: string) =>
  slugOf(text)
    ?.replaceAll('-', '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 50)

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** The text of an HTML description: paragraphs and lines stay. What is left is text and shown as such. */
function plainText(html: string): string {
  // One that is longer is refused as it is.
  if (!/[<&]/.test(html) || html.length > 20_000) return unguarded(html)
  return html
    .replace(/<(script|style)\b[\s\S]*?<\/\1\s*>/gi, '')
    .replace(/<li\b[^<>]*>/gi, '\n• ')
    .replace(/<br\s*\/?>|<\/(p|div|h[1-6]|ul|ol|tr)\s*>/gi, '\n')
    .replace(/<[^<>]*>/g, '')
    .replace(/&(#\d{1,7}|[a-z]+);/gi, (whole, name: string) => entityOf(name) ?? whole)
    .replace(/[ \t\u00a0]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function entityOf(name: string): string | undefined {
  if (!name.startsWith('#')) return entities[name.toLowerCase()]
  const code = Number(name.slice(1))
  return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : undefined
}
