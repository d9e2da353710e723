import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'

/** What travels with a request through every hop, and from a request into its events and theirs. */
export interface Context {
  correlation_id: string
  traceparent: string | null
  /** When the caller stops waiting, in milliseconds of the monotonic clock (`performance.now()`); none for background work. */
  deadline: number | undefined
}

const storage = new AsyncLocalStorage<Context>()

/** Runs `fn` with the context in force for everything it starts. */
export function withContext<T>(context: Context, fn: () => T): T {
  return storage.run(context, fn)
}

/** The context in force; background work that began without one gets a fresh correlation id. */
export function currentContext(): Context {
  return storage.getStore() ?? { correlation_id: randomUUID(), traceparent: null, deadline: undefined }
}

/** The trace in force; null where there is none. */
export const currentTraceparent = (): string | null => storage.getStore()?.traceparent ?? null

/** What an event says of the request it came from; for a statement that is run for many. */
export interface Cause {
  correlation_id: string
  traceparent: string | null
}

export function currentCause(): Cause {
  const { correlation_id, traceparent } = currentContext()
  return { correlation_id, traceparent }
}
