import { type FieldError, Problem } from '@shopfleet/contracts'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { TSchema } from 'typebox'

/** Bodies are taken as they are; `"2"` is no number. */
const bodyOptions = { useDefaults: true, strict: false, validateSchema: false } as const
/** Queries and paths are text: numbers and booleans are read out of it, and one value of a list is a list of one. */
const textOptions = { ...bodyOptions, coerceTypes: 'array' } as const

const withFormats = (ajv: Ajv) => {
  addFormats.default(ajv)
  // The library's also takes `urn:uuid:…`, which the database does not.
  ajv.addFormat('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)
  return ajv
}
/**
 * The first fault ends the check: a body of a hundred thousand wrong lines costs no more than one, and no pattern runs
 * over a text that is too long. Only what is wrong is checked again, for all its faults.
 */
const first = { body: withFormats(new Ajv(bodyOptions)), text: withFormats(new Ajv(textOptions)) }
const all = {
  body: withFormats(new Ajv({ ...bodyOptions, allErrors: true })),
  text: withFormats(new Ajv({ ...textOptions, allErrors: true })),
}
/** What is larger than this is told its first fault only. */
const maxSearched = 2000

/** Whether a value has few members, its own members counted at every depth, and no long text. */
function isSmall(value: unknown): boolean {
  let room = maxSearched
  const open = [value]
  while (open.length > 0) {
    const one = open.pop()
    room -= typeof one === 'string' ? 1 + one.length / 100 : 1
    if (room < 0) return false
    if (typeof one === 'object' && one !== null) {
      const members = Object.values(one)
      if (members.length > room) return false
      open.push(...members)
    }
  }
  return true
}

export type Part = 'body' | 'query' | 'params'
/** Checks a value in place (defaults, spellings, coercion). Throws a `validation-failed` Problem naming each field. */
export type Validate = (value: unknown) => void

/** A check against a schema, compiled when the first value comes: of a shop just started most is not asked for. */
export function compileValidator(schema: TSchema, part: Part): Validate {
  const kind = part === 'body' ? 'body' : 'text'
  let isValid: ValidateFunction | undefined
  let findAll: ValidateFunction | undefined
  const respell = part === 'params' ? undefined : spellings(schema)
  return value => {
    respell?.(value)
    isValid ??= first[kind].compile(schema)
    if (isValid(value)) return
    let found = isValid.errors
    if (isSmall(value)) {
      findAll ??= all[kind].compile(schema)
      findAll(value)
      found = findAll.errors ?? found
    }
    throw new Problem('validation-failed', { errors: fieldErrors(found ?? [], part) })
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
      if (name === undefined || Object.hasOwn(object, name)) continue
      object[name] = object[key]
      delete object[key]
    }
    for (const [name, inner] of inners) if (Object.hasOwn(object, name)) inner(object[name])
  }
}

const maxErrors = 20
const maxPointer = 200

function fieldErrors(errors: ErrorObject[], part: Part): FieldError[] {
  const prefix = part === 'body' ? '' : part
  const found = new Map<string, string>()
  // A union fails once as a whole and once a branch; the branch says more, unless only its type is wrong.
  const specific = errors.filter(e => e.keyword !== 'anyOf' || errors.length === 1)
  for (const error of specific) {
    const { pointer: at, detail } = describe(error)
    // Names come from outside, and may be as long as a body.
    const pointer = at.length > maxPointer ? `${at.slice(0, maxPointer)}…` : at
    const key = prefix + pointer
    const before = found.get(key)
    if (before === undefined) found.set(key, detail)
    else if (!before.includes(detail)) found.set(key, `${before} or ${detail}`)
    if (found.size === maxErrors) break
  }
  return [...found].map(([pointer, detail]) => ({ pointer, detail }))
}

export const escapePointer = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')

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
    validate = all.body.compile(closed(schema) as TSchema)
    replyChecks.set(schema, validate)
  }
  // Through JSON, as it will travel: undefined members are not there, dates are text.
  const travelled = reply === undefined ? null : JSON.parse(JSON.stringify(reply))
  return validate(travelled) ? undefined : all.body.errorsText(validate.errors, { dataVar: 'reply' })
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
