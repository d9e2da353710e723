import { type FieldError, Problem } from '@shopfleet/contracts'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { TSchema } from 'typebox'

/** Bodies are taken as they are; `"2"` is no number. */
const bodies = new Ajv({ allErrors: true, useDefaults: true, strict: false })
/** Queries and paths are text: numbers and booleans are read out of it. */
const texts = new Ajv({ allErrors: true, useDefaults: true, coerceTypes: true, strict: false })
addFormats.default(bodies)
addFormats.default(texts)

export type Part = 'body' | 'query' | 'params'
/** Checks a value in place (defaults, spellings, coercion). Throws a `validation-failed` Problem naming each field. */
export type Validate = (value: unknown) => void

/** Compiles a schema of a part of a request. */
export function compileValidator(schema: TSchema, part: Part): Validate {
  const validate = (part === 'body' ? bodies : texts).compile(schema)
  const respell = part === 'params' ? undefined : spellings(schema)
  return value => {
    respell?.(value)
    if (!validate(value)) throw new Problem('validation-failed', { errors: fieldErrors(validate.errors ?? [], part) })
  }
}

type Respell = (value: unknown) => void
interface SchemaObject {
  properties?: Record<string, SchemaObject>
  items?: SchemaObject
  anyOf?: SchemaObject[]
}

/**
 * Renames camelCase spellings of declared fields to the declared snake_case, at any depth. Free-form objects have no
 * declared fields and stay as they are. Both spellings at once stay too, and are refused as an unknown field.
 */
function spellings(schema: SchemaObject): Respell | undefined {
  if (schema.anyOf) {
    const branches = schema.anyOf.map(spellings).filter(branch => branch !== undefined)
    if (branches.length === 0) return undefined
    return value => {
      for (const branch of branches) branch(value)
    }
  }
  if (schema.items) {
    const inner = spellings(schema.items)
    return inner && (value => Array.isArray(value) && value.forEach(inner))
  }
  if (!schema.properties) return undefined
  const aliases = new Map<string, string>()
  const inners = new Map<string, Respell>()
  for (const [name, property] of Object.entries(schema.properties)) {
    const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    if (camel !== name) aliases.set(camel, name)
    const inner = spellings(property)
    if (inner) inners.set(name, inner)
  }
  if (aliases.size === 0 && inners.size === 0) return undefined
  return value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    const object = value as Record<string, unknown>
    for (const key of Object.keys(object)) {
      const name = aliases.get(key)
      if (name === undefined || name in object) continue
      object[name] = object[key]
      delete object[key]
    }
    for (const [name, inner] of inners) if (name in object) inner(object[name])
  }
}

const maxErrors = 20

function fieldErrors(errors: ErrorObject[], part: Part): FieldError[] {
  const prefix = part === 'body' ? '' : part
  const found = new Map<string, string>()
  // A union fails once as a whole and once a branch; the branch says more, unless only its type is wrong.
  const specific = errors.filter(e => e.keyword !== 'anyOf' || errors.length === 1)
  for (const error of specific) {
    const { pointer, detail } = describe(error)
    const key = prefix + pointer
    const before = found.get(key)
    if (before === undefined) found.set(key, detail)
    else if (!before.includes(detail)) found.set(key, `${before} or ${detail}`)
    if (found.size === maxErrors) break
  }
  return [...found].map(([pointer, detail]) => ({ pointer, detail }))
}

const escapePointer = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')

function describe(error: ErrorObject): FieldError {
  const at = error.instancePath
  switch (error.keyword) {
    case 'required':
      return { pointer: `${at}/${escapePointer(error.params.missingProperty)}`, detail: 'is required' }
    case 'additionalProperties':
      return {
        pointer: `${at}/${escapePointer(error.params.additionalProperty)}`,
        detail: 'is not a field of this request',
      }
    case 'enum':
      return { pointer: at, detail: `must be one of ${error.params.allowedValues.join(', ')}` }
    case 'format':
      return { pointer: at, detail: `must be a valid ${error.params.format}` }
    case 'type':
      return {
        pointer: at,
        detail:
          error.params.type === 'object' && at === ''
            ? 'must be a JSON object'
            : `must be ${[error.params.type].flat().join(' or ')}`,
      }
    default:
      return { pointer: at, detail: error.message ?? error.keyword }
  }
}

const replyChecks = new WeakMap<TSchema, ValidateFunction>()

/** What of an answer its contract does not declare, in words; undefined if it is as declared. For tests. */
export function checkReply(schema: TSchema, reply: unknown): string | undefined {
  let validate = replyChecks.get(schema)
  if (!validate) {
    validate = bodies.compile(closed(schema) as TSchema)
    replyChecks.set(schema, validate)
  }
  // Through JSON, as it will travel: undefined members are not there, dates are text.
  const travelled = reply === undefined ? null : JSON.parse(JSON.stringify(reply))
  return validate(travelled) ? undefined : bodies.errorsText(validate.errors, { dataVar: 'reply' })
}

/** The schema with no room for undeclared members. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  if (copy.type === 'object' && copy.properties && copy.additionalProperties === undefined)
    copy.additionalProperties = false
  return copy
}
