// Crash tests stop the process before and after each durable write. These are the places, and their names.

import { AsyncResource } from 'node:async_hooks'
import type { Query } from './driver.ts'

/** Called, and awaited, around each durable write, with its name, e.g. `before commit: update items, insert outbox`. */
export type Boundary = (name: string) => void | Promise<void>

/** Of a statement that writes in a way we cannot read. */
const nameLength = 40
const plainRead = /^(select|show|values|table|explain|fetch)\b/i
const noise = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g
const write =
  /\b(insert) into "?(\w+)|\b(delete) from "?(\w+)|\b(merge) into "?(\w+)|(?<!\bfor (?:no key )?|\bdo )\b(update) "?(\w+)/gi

function isQuery(value: unknown): value is Query {
  return value instanceof Promise && 'strings' in value
}

/** The text of a statement with its fragments, its values left out. */
export function textOf({ strings, args }: Query): string {
  const textOfArg = (arg: unknown): string => {
    if (isQuery(arg)) return textOf(arg)
    if (Array.isArray(arg) && isQuery(arg[0])) return arg.map(textOfArg).join(' ')
    return '?'
  }
  return strings.map((part, index) => (index === 0 ? part : textOfArg(args[index - 1]) + part)).join('')
}

/**
 * The name of the write a statement makes: what it does to which tables, so that it stays the same when the statement is
 * only written differently. Undefined for a plain SELECT.
 */
export function writeName(query: Query): string | undefined {
  const text = textOf(query).replace(noise, ' ').replace(/\s+/g, ' ').trim()
  if (plainRead.test(text)) return undefined
  const writes = [...text.matchAll(write)].map(match => match.slice(1).filter(Boolean).join(' ').toLowerCase())
  if (writes.length > 0) return [...new Set(writes)].join(', ')
  return /^with\b/i.test(text) ? undefined : text.slice(0, nameLength)
}

/** Wraps the execution of single statements, each of which commits by itself. */
export function guardWrites(boundary: Boundary, run: (query: Query) => void): (query: Query) => void {
  return query => {
    const name = writeName(query)
    if (name === undefined) {
      run(query)
      return
    }
    const { resolve, reject } = query
    // The answer arrives in the socket's context; the boundary belongs to whoever asked.
    const reach = AsyncResource.bind(async (when: string) => boundary(`${when} commit: ${name}`))
    query.resolve = value => {
      reach('after').then(() => resolve(value), reject)
    }
    reach('before').then(() => run(query), reject)
  }
}
