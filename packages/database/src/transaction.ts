import { setTimeout as sleep } from 'node:timers/promises'
import { errorCode } from './errors.ts'
import type { Sql, Tx } from './sql.ts'

const retries = 3

/**
 * Runs `fn` between BEGIN and COMMIT (read committed). Repeated up to three times, with jitter, after a deadlock or a
 * serialisation failure only: those are certain to have had no effect. So `fn` must have no effect outside `tx`.
 */
export async function transaction<T>(sql: Sql, fn: (tx: Tx) => T | Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await sql.begin(fn)
    } catch (error) {
      const code = errorCode(error)
      if (attempt === retries || (code !== '40001' && code !== '40P01')) throw error
      await sleep(Math.random() * 20 * 2 ** attempt)
    }
  }
}
