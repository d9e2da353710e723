import { begin } from './begin.ts'
import { type Boundary, guardWrites } from './boundary.ts'
import { createTemplate, type Query } from './driver.ts'
import { createGather } from './gather.ts'
import { type Hearing, type Listener, listen } from './listen.ts'
import { createPool } from './pool.ts'
import { createSession } from './session.ts'
import type { ReservedSql, Sql, Tx } from './sql.ts'
import { createTag } from './tag.ts'
import { types } from './types.ts'

export interface ConnectOptions {
  /** `application_name`, so that the server's own views and logs say who it is. */
  name: string
  /** Connections at most. */
  max?: number
  /**
   * For crash tests: awaited before and after each statement that commits by itself and is not a plain SELECT, and
   * around each COMMIT of `begin`.
   */
  boundary?: Boundary
  /**
   * `generic`: each statement is planned once a connection, whatever its values, and by an index wherever there is one:
   * the plan may have been made when the table was empty. Planning costs as much as running a statement that touches few
   * rows. Where the values decide what is quick, leave it to the server.
   */
  plans?: 'generic'
  /** Asked for with each new connection, in place of the URL's password: it may change while the pool lives. */
  password?: () => string | Promise<string>
  /** What a statement may take; 10 s unless told. For who loads much, and keeps nobody waiting. */
  statement_ms?: number
}

/**
 * Opens a pool on `url` (`postgres://role:password@host:port/database`). Connections are made when they are needed.
 *
 * Types: bigint → number (an error beyond 2^53), numeric → string, timestamptz → ISO 8601 text with milliseconds and Z,
 * date → text, jsonb → value. An undefined parameter is an error.
 *
 * Limits: a statement 10 s, a lock 5 s, a transaction that does nothing 15 s, connecting 5 s, waiting for a free
 * connection 5 s. Each error of these satisfies `isUnavailable`. COPY is not supported.
 */
export function connect(
  url: string,
  { name, max = 10, boundary, plans, password, statement_ms = 10_000 }: ConnectOptions,
): Sql {
  const template = createTemplate(url, {
    types,
    onnotice() {},
    ...(password ? { pass: password } : {}),
    connect_timeout: 5,
    connection: {
      application_name: name,
      statement_timeout: statement_ms,
      lock_timeout: 5_000,
      idle_in_transaction_session_timeout: 15_000,
      TimeZone: 'UTC',
      ...(plans === 'generic' ? { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' } : {}),
    },
  })
  const minuteMs = 60_000
  const pool = createPool(template, {
    max,
    connectMs: 5_000,
    waitMs: 5_000,
    silenceMs: statement_ms + 5_000,
    lifetimeMs: minuteMs * (30 + Math.random() * 30),
  })
  const listeners = new Set<Promise<Listener>>()

  async function reserve(): Promise<ReservedSql> {
    const client = await pool.acquire()
    // Its holder may change statement_timeout.
    client.timed = false
    const session = createSession(client)
    const release = () => {
      const sound = session.isSound()
      session.close(new Error('this connection was released'))
      if (sound) pool.mend(client)
      else pool.discard(client)
    }
    return Object.assign(createTag(template, guarded(session.run)), { release })
  }

  const guarded = (run: (query: Query) => void) => (boundary ? guardWrites(boundary, run) : run)
  const tag = createTag(template, guarded(pool.run))
  return Object.assign(tag, createGather(createTag(template, pool.run), boundary), {
    reserve,
    begin<T>(
      ...args: [fn: (tx: Tx) => T | Promise<T>] | [options: string, fn: (tx: Tx) => T | Promise<T>]
    ): Promise<T> {
      return args.length === 1
        ? begin({ template, pool, boundary }, '', args[0])
        : begin({ template, pool, boundary }, args[0], args[1])
    },
    listen(channel: string, hearing: Hearing) {
      const listening = listen(template, channel, hearing)
      listeners.add(listening)
      listening.catch(() => listeners.delete(listening))
      return listening
    },
    usage: pool.usage,
    async end(options?: { timeout?: number }) {
      await Promise.allSettled([...listeners].map(async listening => (await listening).unlisten()))
      await pool.end(options)
    },
  })
}
