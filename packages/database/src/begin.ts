import type { Boundary } from './boundary.ts'
import { writeName } from './boundary.ts'
import type { Driver, Query } from './driver.ts'
import type { Pool } from './pool.ts'
import { createSession } from './session.ts'
import type { Queryable, Tx } from './sql.ts'
import { createTag } from './tag.ts'

interface BeginOptions {
  template: Driver
  pool: Pool
  boundary?: Boundary
}

function createTx(tag: Queryable): Tx {
  let savepoints = 0
  const tx: Tx = Object.assign(tag, {
    async savepoint<T>(fn: (tx: Tx) => T | Promise<T>): Promise<T> {
      const name = `s${savepoints++}`
      await tag.unsafe(`savepoint ${name}`)
      try {
        return await fn(tx)
      } catch (error) {
        await tag.unsafe(`rollback to ${name}`)
        throw error
      }
    },
  })
  return tx
}

/** Runs `fn` between BEGIN and COMMIT on one connection. */
export async function begin<T>(
  { template, pool, boundary }: BeginOptions,
  options: string,
  fn: (tx: Tx) => T | Promise<T>,
): Promise<T> {
  const client = await pool.acquire()
  const session = createSession(client)
  let firstError: unknown
  let firstWrite: string | undefined
  const run = (query: Query) => {
    const { reject } = query
    // Not written into the assignment: it would stay until the next full collection (tag.ts).
    const onReject = (error: unknown) => {
      firstError ??= error
      reject(error)
    }
    query.reject = onReject
    if (boundary) firstWrite ??= writeName(query)
    session.run(query)
  }
  const own = createTag(template, query => session.run(query))
  try {
    await own.unsafe(`begin ${options.replace(/[^a-z ]/gi, '')}`)
    const result = await fn(createTx(createTag(template, run)))
    await boundary?.(`before commit: ${firstWrite ?? 'begin'}`)
    // PostgreSQL answers COMMIT after an error with ROLLBACK, not with an error.
    const { command } = await own.unsafe('commit')
    if (command !== 'COMMIT') throw firstError ?? new Error('the transaction was rolled back')
    await boundary?.(`after commit: ${firstWrite ?? 'begin'}`)
    return result
  } catch (error) {
    if (session.isSound()) await own.unsafe('rollback').catch(() => {})
    throw error
  } finally {
    const sound = session.isSound()
    session.close(new Error('this transaction has ended; await every statement inside it'))
    if (sound) pool.give(client)
    else pool.discard(client)
  }
}
