import { type Page, Problem } from '@shopfleet/contracts'

/**
 * Keyset paging: a cursor is the sort key of the last row, so a page costs the same wherever it is and rows that come
 * or go move nothing. It is opaque to callers and carries the name of its list and sort, so it fits nothing else.
 */

/** The sort key of a row, as strings and numbers in sort order. */
export type Key = (string | number | null)[]

/**
 * What a part of a sort key is, so that a forged cursor does not reach SQL: `integer` is safe, `count` fits
 * an int of PostgreSQL, `time` is ISO 8601.
 */
export type KeyPart = 'id' | 'integer' | 'count' | 'number' | 'text' | 'time'
type ValueOf<Part extends KeyPart> = Part extends 'integer' | 'count' | 'number' ? number : string
/** The key a list of parts describes. */
export type KeyOf<Parts extends readonly KeyPart[]> = { -readonly [I in keyof Parts]: ValueOf<Parts[I]> }

export function encodeCursor(list: string, key: Key): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString('base64url')
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/

const isPart: Record<KeyPart, (value: unknown) => boolean> = {
  id: value => typeof value === 'string' && uuid.test(value),
  integer: Number.isSafeInteger,
  count: value => Number.isSafeInteger(value) && Math.abs(value as number) < 2 ** 31,
  number: Number.isFinite,
  text: value => typeof value === 'string' && !value.includes('\0') && value.isWellFormed(),
  time: value => typeof value === 'string' && time.test(value) && isMoment(value),
}

/** `Date` takes the 30th of February for the 2nd of March; PostgreSQL does not take it at all. */
function isMoment(text: string): boolean {
  const [date] = text.split('T') as [string]
  const day = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(Date.parse(text)) && day.getTime() > 0 && day.toISOString().startsWith(date)
}

/**
 * The key a cursor holds; undefined without a cursor. `parts` says what each part is. Throws `invalid-cursor` for one
 * this list did not give out.
 */
export function decodeCursor<const Parts extends readonly KeyPart[]>(
  list: string,
  parts: Parts,
  cursor: string | undefined,
): KeyOf<Parts> | undefined {
  if (cursor === undefined) return undefined
  try {
    const [name, ...key] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const isRight = (value: unknown, i: number) => isPart[parts[i]!](value)
    if (name === list && key.length === parts.length && key.every(isRight)) return key as KeyOf<Parts>
  } catch {
    // Falls through: not JSON is as wrong as not ours.
  }
  throw new Problem('invalid-cursor')
}

/**
 * Makes a page from `limit + 1` rows: the row too many only says that there is a next page.
 * `keyOf` reads the sort key of a row.
 */
export function pageOf<Row>(list: string, rows: Row[], limit: number, keyOf: (row: Row) => Key): Page<Row> {
  if (rows.length <= limit) return { items: rows, next_cursor: null }
  const items = rows.slice(0, limit)
  return { items, next_cursor: encodeCursor(list, keyOf(items.at(-1)!)) }
}
