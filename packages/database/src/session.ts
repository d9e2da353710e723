import { connectionError, isStatementError, type Query } from './driver.ts'
import { type Client, execute } from './pool.ts'

export type Session = ReturnType<typeof createSession>

/**
 * One client used for several statements, one after the other however they were called. After the loss of the
 * connection, or an error that leaves it in doubt, every further statement is refused: none can run outside its
 * transaction.
 */
export function createSession(client: Client) {
  const waiting: Query[] = []
  let running = false
  let refusal: unknown

  function next(): void {
    running = false
    const query = waiting.shift()
    if (query) run(query)
  }

  function run(query: Query): void {
    if (client.dead) refusal ??= connectionError('CONNECTION_CLOSED', 'the connection of this transaction was lost')
    if (query.streaming) refusal ??= new Error('COPY is not supported; insert … select from unnest(…) instead')
    if (refusal) query.reject(refusal)
    if (refusal || query.cancelled) {
      next()
      return
    }
    running = true
    execute(client, query, (error, failed) => {
      if (failed && !isStatementError(error)) refusal ??= error
      next()
    })
  }

  return {
    run(query: Query): void {
      if (running) waiting.push(query)
      else run(query)
    },
    /** From now on every statement is refused with this error. */
    close(error: Error): void {
      refusal ??= error
    },
    isSound: () => !client.dead && refusal === undefined,
  }
}
