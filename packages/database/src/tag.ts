import { readFileSync } from 'node:fs'
import type { Driver, Query } from './driver.ts'
import type { Queryable } from './sql.ts'

/** The template tag with its helpers, whose statements are handed to `run` when they are awaited. */
export function createTag(template: Driver, run: (query: Query) => void): Queryable {
  const own = (built: unknown) => {
    // Helpers such as sql(columns) are no statements.
    if (built instanceof Promise) (built as unknown as Query).handler = run
    return built
  }
  const build = template as unknown as (...args: unknown[]) => unknown
  const unsafe = template.unsafe as (...args: unknown[]) => unknown
  const tag = (...args: unknown[]) => own(build(...args))
  return Object.assign(tag, {
    types: template.types,
    typed: template.typed,
    array: template.array,
    json: template.json,
    unsafe: (...args: unknown[]) => own(unsafe(...args)),
    file: (path: string, ...args: unknown[]) => own(unsafe(readFileSync(path, 'utf8'), ...args)),
    notify: (channel: string, payload: string) => own(template`select pg_notify(${channel}, ${payload})`),
  }) as unknown as Queryable
}
