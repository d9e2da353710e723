import * as fc from 'fast-check'

/**
 * Inputs made from a contract's schema: good ones with a liking for the edges, and ones that are wrong in one place. An
 * id is left open (`Ref`) until the request is sent, because good ones are learnt from answers.
 */

/** An id or a token to be filled in: one of those seen under this name, the nth of them. */
export class Ref {
  readonly name: string
  readonly nth: number
  constructor(name: string, nth: number) {
    this.name = name
    this.nth = nth
  }
}

export interface Schema {
  type?: string
  format?: string
  pattern?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  not?: Schema
  items?: Schema
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  required?: string[]
  additionalProperties?: boolean | Schema
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  minProperties?: number
  maxProperties?: number
}

/** Fields whose rules say more than their schema can: what the shop refuses in them has tests of its own. */
const byName: Record<string, fc.Arbitrary<unknown>> = {
  password: fc.uuid().map(id => `pass ${id}`),
  email: fc.oneof(
    fc.uuid().map(id => `${id}@example.com`),
    fc.nat().map(nth => new Ref('email', nth)),
  ),
  currency: fc.constant('USD'),
  image_url: fc.webUrl({ size: 'small' }),
  url: fc.webUrl({ size: 'small' }),
  slug: fc.uuid(),
  sku: fc.uuid(),
  cursor: fc.nat().map(nth => new Ref('cursor', nth)),
  at: fc.constant('2024-01-01 00:00:00+00'),
  // Up to so many ids with commas between; another text is another rule than the schema's.
  ids: fc.uuid(),
}
const tokens = /^(refresh_token|cart_token|order_token|mfa_token|token)$/

/** Many letters of many scripts, none that cannot be kept: those have cases of their own. */
const text = (minLength: number, maxLength: number) =>
  fc
    .oneof(
      {
        weight: 4,
        arbitrary: fc.string({ unit: 'grapheme-ascii', minLength, maxLength: Math.min(maxLength, minLength + 30) }),
      },
      {
        weight: 1,
        arbitrary: fc.string({ unit: 'grapheme-composite', minLength, maxLength: Math.min(maxLength, minLength + 20) }),
      },
      { weight: 1, arbitrary: fc.constant('x'.repeat(Math.min(maxLength, 5000))) },
      { weight: 1, arbitrary: fc.constant('y'.repeat(minLength)) },
    )
    .filter(one => {
      const length = [...one].length
      // Nothing but spaces is refused where it would be a name of nothing.
      return length >= minLength && length <= maxLength && (minLength === 0 || /\S/.test(one)) && !one.includes('\0')
    })

function strings(schema: Schema, name: string): fc.Arbitrary<unknown> {
  const { minLength = 0, maxLength = 200, pattern, format } = schema
  if (format === 'uuid') return fc.nat().map(nth => new Ref(name, nth))
  if (format === 'date-time')
    return fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map(date => date.toISOString())
  if (format === 'email') return byName.email!
  if (format === 'uri') return fc.webUrl({ size: 'small' })
  if (pattern !== undefined) {
    const fits = (one: string) => [...one].length >= minLength && [...one].length <= maxLength
    return fc.stringMatching(new RegExp(pattern), { size: 'small' }).filter(fits)
  }
  return text(minLength, maxLength)
}

function numbers(schema: Schema, isInteger: boolean): fc.Arbitrary<number> {
  const { minimum, maximum, exclusiveMinimum, not } = schema
  const lowest = minimum ?? (exclusiveMinimum === undefined ? -1000 : exclusiveMinimum + (isInteger ? 1 : 0.01))
  const highest = maximum ?? 1_000_000
  const edges = fc.constantFrom(lowest, highest, Math.min(highest, Math.max(lowest, 1)))
  const any = isInteger
    ? fc.integer({ min: Math.ceil(lowest), max: Math.min(highest, 2 ** 53 - 1) })
    : fc.double({ min: lowest, max: highest, noNaN: true }).map(x => Math.round(x * 100) / 100)
  return fc
    .oneof(
      { weight: 2, arbitrary: any },
      { weight: 1, arbitrary: fc.integer({ min: Math.ceil(lowest), max: Math.ceil(Math.min(highest, lowest + 20)) }) },
      { weight: 1, arbitrary: edges },
    )
    .filter(x => x >= lowest && x <= highest && x !== not?.const)
}

/** Inputs the schema allows. */
export function good(schema: Schema, name = ''): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(one => good(one, name)))
  if (tokens.test(name)) return fc.nat().map(nth => new Ref(name, nth))
  if (schema.type === 'string' && Object.hasOwn(byName, name)) return byName[name]!
  switch (schema.type) {
    case 'string':
      return strings(schema, name)
    case 'integer':
      return numbers(schema, true)
    case 'number':
      return numbers(schema, false)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array': {
      const { minItems: minLength = 0, maxItems = 5 } = schema
      const item = good(schema.items ?? {}, name)
      const bounds = { minLength, maxLength: Math.min(maxItems, minLength + 4) }
      return schema.uniqueItems ? fc.uniqueArray(item, bounds) : fc.array(item, bounds)
    }
    case 'object':
      return objects(schema)
    default:
      return fc.oneof(
        fc.string({ maxLength: 20 }).filter(one => !one.includes('\0')),
        fc.integer(),
        fc.boolean(),
      )
  }
}

function objects(schema: Schema): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], patternProperties = {}, minProperties = 0 } = schema
  const fields = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, good(one, name)]))
  const known = fc.record(fields, { requiredKeys: required as never, noNullPrototype: true })
  const free = Object.entries(patternProperties).map(([pattern, one]) =>
    fc.dictionary(
      pattern === '^.*$' || pattern === '^(.*)$'
        ? fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 10 })
        : fc.stringMatching(new RegExp(pattern)),
      good(one),
      { maxKeys: 3, noNullPrototype: true },
    ),
  )
  return fc
    .tuple(known, ...free)
    .map(parts => Object.assign({}, ...parts) as object)
    .filter(one => Object.keys(one).length >= minProperties && !Object.hasOwn(one, '__proto__'))
}

type Wrong = (value: Record<string, unknown>) => unknown

/** Ways to be wrong in one place, for an object of this schema. */
export function wrongs(schema: Schema, part: 'body' | 'query'): Wrong[] {
  const ways: Wrong[] = []
  if (schema.additionalProperties === false) ways.push(one => ({ ...one, undeclared_field: 1 }))
  if (part === 'body')
    ways.push(
      () => [],
      () => 'text',
      () => 7,
      () => null,
    )
  for (const name of schema.required ?? []) ways.push(({ [name]: _, ...rest }) => rest)
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    for (const value of wrongValues(property, part)) ways.push(one => ({ ...one, [name]: value }))
  }
  return ways
}

function wrongValues(schema: Schema, part: 'body' | 'query'): unknown[] {
  const isText = part === 'query'
  if (schema.anyOf) return isText ? [] : [[[]]]
  if (schema.enum) return ['none of these']
  switch (schema.type) {
    case 'string': {
      const values: unknown[] = isText ? [] : [7, true, {}, [], null]
      if (schema.maxLength !== undefined) values.push('x'.repeat(schema.maxLength + 1))
      if ((schema.minLength ?? 0) > 0) values.push('')
      if (schema.format === 'uuid') values.push('1', `${'0'.repeat(8)}-0000-0000-0000-00000000000g`)
      if (schema.format === 'email') values.push('nobody', 'a@', '@b')
      if (schema.format === 'date-time') values.push('yesterday', '2024-13-45T00:00:00Z')
      if (schema.pattern !== undefined && !new RegExp(schema.pattern).test('\u0001')) values.push('\u0001')
      return values
    }
    case 'integer':
      return [...numbersOutside(schema), 0.5, ...(isText ? ['x'] : ['1', {}, null])]
    case 'number':
      return [...numbersOutside(schema), ...(isText ? ['x'] : ['1', [], null])]
    case 'boolean':
      return isText ? ['maybe'] : ['true', 1, null]
    case 'array':
      return isText ? [] : ['x', {}, null, ...((schema.minItems ?? 0) > 0 ? [[]] : [])]
    case 'object':
      return [[], 'x', 1]
    default:
      return []
  }
}

const numbersOutside = ({ minimum, maximum, exclusiveMinimum }: Schema) => [
  ...(minimum === undefined ? [] : [minimum - 1]),
  ...(maximum === undefined ? [] : [maximum + 1, 1e300]),
  ...(exclusiveMinimum === undefined ? [] : [exclusiveMinimum]),
]
