import type postgres from 'postgres'
import type { Gather } from './gather.ts'
import type { Hearing, Listener } from './listen.ts'

/** A pending statement. Lazy: it runs when awaited, and never when it is nested in another statement as a fragment. */
export type Statement<T extends readonly (object | undefined)[] = postgres.Row[]> = postgres.PendingQuery<T>

/** What a pool and a transaction have in common. Take this where either will do. */
export type Queryable = postgres.ISql<Record<never, never>>

/** Inside a transaction: statements run one after the other, on one connection. */
export interface Tx extends Queryable {
  /** Runs `fn` in a savepoint; an error rolls back to it and is thrown again. */
  savepoint<T>(fn: (tx: Tx) => T | Promise<T>): Promise<T>
}

/** One connection taken out of the pool; give it back with `release()`. For session state such as advisory locks. */
export interface ReservedSql extends Queryable {
  release(): void
}

/** A pool of connections to one database, called as a template tag. */
export interface Sql extends Queryable, Gather {
  /** BEGIN … COMMIT; rolled back when `fn` throws. `options` follows BEGIN, e.g. `isolation level repeatable read`. */
  begin<T>(fn: (tx: Tx) => T | Promise<T>): Promise<T>
  begin<T>(options: string, fn: (tx: Tx) => T | Promise<T>): Promise<T>
  reserve(): Promise<ReservedSql>
  /** Calls `heard` for each NOTIFY on the channel. The connection is its own and is renewed after a loss. */
  listen(channel: string, hearing: Hearing): Promise<Listener>
  /** Connections in use, idle and at most, and the statements that wait for one. */
  usage(): { in_use: number; idle: number; max: number; waiting: number }
  /** Closes all connections after what runs has finished, or after `timeout` seconds (default: no limit). */
  end(options?: { timeout?: number }): Promise<void>
}
