import { type Schema, shapeName } from './reference.ts'

/** Schemas in words and as samples, for the readable reference. Pure. */

/** A field of an object as a row of a table; nested ones have dotted names. */
export interface FieldRow {
  name: string
  required: boolean
  type: string
  /** The named shape it is or holds, described once elsewhere. */
  shape: string | undefined
  bounds: string[]
  description: string
}

const isNull = (schema: Schema) => schema.type === 'null'

/** The schema without `or null`, and whether null is allowed. */
function withoutNull(schema: Schema): { schema: Schema; nullable: boolean } {
  const rest = schema.anyOf?.filter(branch => !isNull(branch))
  return rest?.length === 1 && schema.anyOf!.length === 2
    ? { schema: rest[0]!, nullable: true }
    : { schema, nullable: false }
}

const formats: Record<string, string> = { uuid: 'UUID', 'date-time': 'time', email: 'e-mail' }

function plainType(schema: Schema): string {
  const shape = shapeName(schema)
  if (shape !== undefined) return shape
  if (schema.anyOf) return [...new Set(schema.anyOf.map(plainType))].join(' or ')
  if (schema.enum) return schema.enum.map(value => JSON.stringify(value)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.items) return `list of ${plainType(schema.items)}`
  if (schema.format !== undefined) return formats[schema.format] ?? schema.format
  if (schema.properties) return 'object'
  if (schema.patternProperties) return 'object of any names'
  return schema.type ?? 'anything'
}

/** Type in words: `UUID or null`, `list of OrderLine`. */
export function typeText(given: Schema): string {
  const { schema, nullable } = withoutNull(given)
  return plainType(schema) + (nullable ? ' or null' : '')
}

/** `1 to 5`, `at least 1`, `at most 5`, or nothing. */
function range(low: number | undefined, high: number | undefined, unit: string): string | undefined {
  const count = (n: number) => n.toLocaleString('en').replaceAll(',', ' ')
  if (low !== undefined && high !== undefined) return `${count(low)} to ${count(high)}${unit}`
  if (low !== undefined) return `at least ${count(low)}${unit}`
  return high === undefined ? undefined : `at most ${count(high)}${unit}`
}

/** Bounds in words. */
export function boundsText(given: Schema): string[] {
  const { schema } = withoutNull(given)
  return [
    range(schema.minimum, schema.maximum, ''),
    schema.exclusiveMinimum === undefined ? undefined : `more than ${schema.exclusiveMinimum}`,
    range(schema.minLength, schema.maxLength, ' characters'),
    range(schema.minItems, schema.maxItems, ' entries'),
    schema.not?.const === undefined ? undefined : `not ${JSON.stringify(schema.not.const)}`,
    schema.pattern === undefined ? undefined : `matches ${schema.pattern}`,
    schema.default === undefined ? undefined : `default ${JSON.stringify(schema.default)}`,
  ].filter(text => text !== undefined)
}

/** The named shape a schema is, or is a list of. */
function heldShape(given: Schema): string | undefined {
  const { schema } = withoutNull(given)
  return shapeName(schema) ?? (schema.items && heldShape(schema.items))
}

function fieldRow(name: string, field: Schema, required: boolean): FieldRow {
  const type = typeText(field)
  const description = field.description ?? withoutNull(field).schema.description ?? ''
  return {
    name,
    required,
    type,
    shape: heldShape(field),
    bounds: boundsText(field),
    description: type.startsWith(description) ? '' : description,
  }
}

/** The fields of an object schema, nested objects that have no name of their own opened up. */
export function fieldRows(schema: Schema, prefix = ''): FieldRow[] {
  const rows: FieldRow[] = []
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const row = fieldRow(prefix + name, field, schema.required?.includes(name) ?? false)
    rows.push(row)
    const { schema: inner } = withoutNull(field)
    const opened = inner.items ?? inner
    const at = `${prefix}${name}${inner.items ? '[]' : ''}.`
    if (row.shape === undefined && opened.properties && at.split('.').length < 5) rows.push(...fieldRows(opened, at))
  }
  for (const [pattern, field] of Object.entries(schema.patternProperties ?? {})) {
    rows.push(fieldRow(prefix + nameFromPattern(pattern), field, false))
  }
  return rows
}

const nameFromPattern = (pattern: string) => (pattern.startsWith('^attribute') ? 'attribute.<name>' : '<name>')

const sampleId = '0199d2f0-8c1e-7b3a-9f42-5d6c7e8f9a0b'
const words: Record<string, unknown> = {
  name: 'Desk lamp',
  product_name: 'Desk lamp',
  first_name: 'Ada',
  last_name: 'Lovelace',
  email: 'ada@example.com',
  slug: 'desk-lamp',
  sku: 'LAMP-01',
  currency: 'USD',
  country: 'GB',
  role: 'customer',
  number: 'K7Q2-M9XA',
  line1: '12 St James’s Square',
  city: 'London',
  postal_code: 'SW1Y 4JH',
  reason: 'ordered by mistake',
  description: 'Warm light, folds flat.',
  price: 29.99,
  subtotal: 29.99,
  total: 29.99,
  total_amount: 29.99,
  amount: 29.99,
  payment_method: 'tok_approve',
  next_cursor: null,
  provider: 'simulator',
  account: 'customer_funds',
  rating_average: 4.6,
  image_url: '/api/images/desk-lamp.svg',
  url: '/api/images/desk-lamp.svg',
}

/** A value of the schema, to see its form. `ids` are real ones, by field name. */
export function sample(given: Schema, name = '', ids: Record<string, string> = {}): unknown {
  const { schema } = withoutNull(given)
  if (ids[name] !== undefined) return ids[name]
  if (schema.enum) return schema.enum[0]
  if (schema.const !== undefined) return schema.const
  if (name in words) return words[name]
  if (schema.anyOf) return sample(schema.anyOf[0]!, name, ids)
  if (schema.items) return schema.items.type === 'null' ? [] : [sample(schema.items, '', ids)]
  if (schema.properties) {
    return Object.fromEntries(Object.entries(schema.properties).map(([key, field]) => [key, sample(field, key, ids)]))
  }
  if (schema.patternProperties) return { colour: 'black' }
  if (schema.format === 'uuid') return sampleId
  if (schema.format === 'date-time') return '2026-05-04T09:30:00.000Z'
  if (schema.type === 'integer') return schema.minimum ?? 1
  if (schema.type === 'number') return 0
  if (schema.type === 'boolean') return true
  if (schema.type === 'null') return null
  if (schema.type === 'array') return []
  return schema.type === 'string' ? '…' : {}
}

/** A body with what must be in it; unknown words become their own name in capitals, to be replaced. */
export function requiredSample(schema: Schema, ids: Record<string, string>): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  for (const name of schema.required ?? []) {
    const value = sample(schema.properties![name]!, name, ids)
    body[name] = value === '…' || value === sampleId ? name.toUpperCase() : value
  }
  return body
}
