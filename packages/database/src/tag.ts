import { readFileSync } from 'node:fs'
import type { Driver, Query } from './driver.ts'
import type { Queryable } from './sql.ts'

type Run = (query: Query) => void

/**
 * A statement as whoever wrote it holds it: it runs when it is awaited, and never where it is part of another one.
 *
 * Not the driver's own object, because that lives until the next full collection, and whatever it reaches with it: V8
 * puts functions that are assigned to a property into the old generation at once, as if they were methods, and the driver
 * assigns two to each of its objects (`this.resolve = x => …`). So the rows must not hang on it.
 */
class Pending implements PromiseLike<unknown> {
  readonly #query: Query
  readonly #run: Run
  #settled: Promise<unknown> | undefined

  constructor(query: Query, run: Run) {
    this.#query = query
    this.#run = run
  }

  /** What the driver takes for it, as a part of another statement. */
  static part(value: unknown): unknown {
    if (value instanceof Pending) return value.#query
    return Array.isArray(value) && value[0] instanceof Pending ? value.map(Pending.part) : value
  }

  #start(): Promise<unknown> {
    if (this.#settled) return this.#settled
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    this.#settled = promise
    Object.assign(this.#query, { resolve, reject })
    this.#run(this.#query)
    return promise
  }

  // biome-ignore lint/suspicious/noThenProperty: it is meant to be awaited, and must not begin before
  then<A = unknown, B = never>(
    done?: ((value: unknown) => A | PromiseLike<A>) | null,
    failed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#start().then(done, failed)
  }
  catch(failed: (error: unknown) => unknown): Promise<unknown> {
    return this.#start().catch(failed)
  }
  finally(done: () => void): Promise<unknown> {
    return this.#start().finally(done)
  }
  execute(): this {
    void this.#start()
    return this
  }
  cancel(): unknown {
    return this.#query.cancel()
  }
  /** Rows a batch at a time. Its promises are the driver's own. */
  cursor(...args: unknown[]): unknown {
    this.#query.handler = this.#run
    return this.#query.cursor(...args)
  }
}

/** The template tag with its helpers, whose statements are handed to `run` when they are awaited. */
export function createTag(template: Driver, run: Run): Queryable {
  const own = (built: unknown) =>
    // Helpers such as sql(columns) are no statements.
    built instanceof Promise ? new Pending(built as unknown as Query, run) : built
  const build = template as unknown as (...args: unknown[]) => unknown
  const unsafe = template.unsafe as (...args: unknown[]) => unknown
  const tag = (...args: unknown[]) => own(build(...args.map(Pending.part)))
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
