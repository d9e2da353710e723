import { type FieldError, Problem } from '@shopfleet/contracts'
import { type CsvRow, unguarded } from './csv.ts'

/*
 * Our own table of products: what its columns are called, and what a row of it says. The export writes it, the import reads
 * it; a file may have some of the columns only.
 */

/** What a row says of a product, still in the words of the file. A field that is undefined is left as it is. */
export interface RowInput {
  line: number
  /** Tells it from what stands in the same line. */
  part?: number
  id?: string
  sku?: string
  slug?: string
  name?: string
  description?: string
  price?: number
  currency?: string
  /** Id, slug or name; empty for none. */
  category?: string
  is_active?: boolean
  /** `cell` is how the file has it. */
  images?: { url: string; alt?: string; cell?: string }[]
  /** Of a variant: what it belongs to, by the sku or the slug of that. */
  parent_sku?: string
  parent_slug?: string
  options?: Record<string, string>
  /** Cells, by the name of the attribute; empty where there is to be none. */
  attributes?: Record<string, string>
  stock?: number
  /** Rows below are its variants: it is not there to be bought itself. */
  has_variants?: boolean
  /** What the stock was when the file was written: then it moves by the difference. */
  stock_before?: number
  errors: RowError[]
  /** What the file calls a field. */
  columns: Record<string, string>
}

export interface RowError {
  column: string
  detail: string
}

/** In the order of the export. */
export const columns = [
  'id',
  'sku',
  'slug',
  'name',
  'description',
  'price',
  'currency',
  'category',
  'is_active',
  'stock_quantity',
  'stock_before',
  'images',
  'parent_sku',
] as const
type Column = (typeof columns)[number]

const attributePrefix = 'attribute.'
export const attributeColumn = (name: string) => attributePrefix + name
const optionPrefix = 'option.'
export const optionColumn = (name: string) => optionPrefix + name
const attributePattern = /^(attribute|option)\.[a-z][a-z0-9_]{0,49}$/
const synonyms: Record<string, Column> = { stock: 'stock_quantity', active: 'is_active', handle: 'slug', title: 'name' }
const maxColumns = 300

/** A header cell as we call the column. */
export const columnName = (cell: string): string => {
  const name = cell.trim().toLowerCase().replaceAll(' ', '_')
  return synonyms[name] ?? name
}

/** The columns of a file, by their header. Throws `validation-failed` for those that are unknown, twice or missing. */
export function readHeader({ cells }: CsvRow): string[] {
  const names = cells.map(columnName)
  const errors: FieldError[] = []
  for (const [i, name] of names.entries()) {
    const fault = names.indexOf(name) < i ? 'is there twice' : isKnown(name) ? undefined : unknown(name)
    if (fault) errors.push({ pointer: `/${cells[i]!.slice(0, 100)}`, detail: `column ${i + 1} ${fault}` })
  }
  if (!['id', 'sku', 'slug', 'name'].some(name => names.includes(name)))
    errors.push({ pointer: '', detail: 'the first line must name the columns: one of id, sku, slug and name at least' })
  if (names.length > maxColumns) errors.push({ pointer: '', detail: `has more than ${maxColumns} columns` })
  if (errors.length > 0) throw new Problem('validation-failed', { errors: errors.slice(0, 20) })
  return names
}

const isKnown = (name: string) => columns.includes(name as Column) || attributePattern.test(name)
const unknown = (name: string) =>
  /^[a-z][a-z0-9_]{0,49}$/.test(name)
    ? `is not known; an attribute is called attribute.${name}`
    : `is not known; there are ${columns.join(', ')} and attribute.…`

const yes = /^(true|yes|y|1|active)$/i
const no = /^(false|no|n|0|inactive|draft|archived)$/i

/** Reads cells as values, and notes what is wrong with them under the name the file has for the column. */
export function cellReader(columns: Record<string, string>, delimiter: string) {
  const errors: RowError[] = []
  const fault = (field: string, detail: string) => {
    errors.push({ column: columns[field] ?? field, detail })
    return undefined
  }
  return {
    errors,
    fault,
    number(field: string, cell: string): number | undefined {
      // Where a semicolon parts cells, a comma may part decimals.
      const text = delimiter === ';' ? cell.replace(/^(\d+),(\d+)$/, '$1.$2') : cell
      if (text === '') return undefined
      if (/^-?\d{1,15}(\.\d{1,6})?$/.test(text)) return Number(text)
      return fault(field, 'must be a number like 1234.50')
    },
    whole(field: string, cell: string): number | undefined {
      const number = this.number(field, cell)
      if (number === undefined || Number.isInteger(number)) return number
      return fault(field, 'must be a whole number')
    },
    truth(field: string, cell: string): boolean | undefined {
      if (cell === '') return undefined
      if (yes.test(cell)) return true
      return no.test(cell) ? false : fault(field, 'must be true or false')
    },
  }
}

/** What a row of our own table says. */
export function readRow(names: readonly string[], header: readonly string[], row: CsvRow, delimiter: string): RowInput {
  const called = Object.fromEntries(names.map((name, i) => [name, header[i]!.trim()]))
  const read = cellReader(called, delimiter)
  const cells = new Map(names.map((name, i) => [name, row.cells[i] ?? '']))
  const text = (name: string) => {
    const cell = cells.get(name)
    return cell === undefined ? undefined : unguarded(cell.trim())
  }
  /** Empty is left as it is. */
  const given = (name: string) => text(name) || undefined
  if (row.cells.length > names.length) read.fault('', `has ${row.cells.length} cells, the header ${names.length}`)
  for (const name of ['name', 'price'] as const) if (text(name) === '') read.fault(name, 'must not be empty')
  const cellsOf = (prefix: string) =>
    Object.fromEntries(
      [...cells]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, cell]) => [name.slice(prefix.length), cell.trim()]),
    )
  return {
    line: row.line,
    id: given('id'),
    sku: given('sku'),
    slug: given('slug'),
    name: given('name'),
    description: cells.has('description') ? unguarded(cells.get('description')!) : undefined,
    price: read.number('price', text('price') ?? ''),
    currency: given('currency'),
    category: text('category'),
    is_active: read.truth('is_active', text('is_active') ?? ''),
    images: cells.has('images') ? imagesOf(cells.get('images')!) : undefined,
    parent_sku: given('parent_sku'),
    options: Object.fromEntries(Object.entries(cellsOf(optionPrefix)).map(([name, cell]) => [name, unguarded(cell)])),
    attributes: cellsOf(attributePrefix),
    stock: read.whole('stock_quantity', text('stock_quantity') ?? ''),
    stock_before: read.whole('stock_before', text('stock_before') ?? ''),
    errors: read.errors,
    columns: called,
  }
}

/** A picture a line: its address, a space and what is to be seen on it. */
function imagesOf(cell: string): NonNullable<RowInput['images']> {
  return cell
    .split(/\r\n|\r|\n/)
    .map(line => line.trim())
    .filter(Boolean)
    .map(line => {
      const [url, ...words] = line.split(' ')
      return { url: url!, cell: line, ...(words.length > 0 && { alt: words.join(' ') }) }
    })
}

/** A text as it comes back from a cell of several lines. */
export const inOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

export const imagesCell = (images: readonly { url: string; alt: string }[]): string =>
  images.map(({ url, alt }) => `${url} ${inOneLine(alt)}`.trim()).join('\n')
