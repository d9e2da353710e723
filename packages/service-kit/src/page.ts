import { type Page, Problem } from '@shopfleet/contracts'

/**
 * Keyset paging: a cursor is the sort key of the last row, so a page costs the same wherever it is and rows that come
 * or go move nothing. It is opaque to callers and carries the name of its list and sort, so it fits nothing else.
 */

/** The sort key of a row, as strings and numbers in sort order. */
export type Key = (string | number | null)[]

export function encodeCursor(list: string, key: Key): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString('base64url')
}

/** The key a cursor holds; undefined without a cursor. Throws `invalid-cursor` for one this list did not give out. */
export function decodeCursor(list: string, length: number, cursor: string | undefined): Key | undefined {
  if (cursor === undefined) return undefined
  try {
    const [name, ...key] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const plain = key.every((k: unknown) => typeof k === 'string' || typeof k === 'number' || k === null)
    if (name === list && key.length === length && plain) return key
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
