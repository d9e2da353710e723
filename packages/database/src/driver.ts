// The narrow part of postgres.js that is used: one connection, one statement at a time, never a second socket.
//
// The driver's own pool is not used. In version 3.4.9 a connection that breaks inside a transaction ends the process
// (porsager/postgres#1208) or lets later statements of that transaction run inside another one (#1216); a parameter
// that cannot be serialised fails a different statement when several share a connection, and answers shift from one
// caller to the next; and rows of a failed statement leave holes in the next result (#1181). All of them need a
// connection that is shared or used again after a fault, and here it is not.

import { connect as connectSocket, type Socket } from 'node:net'
import postgres from 'postgres'
import { type ArrayTypes, addArrayTypes } from './arrays.ts'

/** A statement as the driver sees it. It is handed to `handler` when it is awaited, and never if it is a fragment. */
export interface Query extends Promise<unknown> {
  handler(query: Query): void
  resolve(value: unknown): void
  reject(error: unknown): void
  strings: readonly string[]
  args: readonly unknown[]
  cancelled: unknown
  streaming?: boolean
  cursorFn?: unknown
  parameters?: unknown
  cancel(): unknown
  cursor(...args: unknown[]): unknown
}

/** A connection error in the form of the driver's own, so that `isUnavailable` knows it. */
export function connectionError(code: string, what: string): Error {
  return Object.assign(new Error(`${code}: ${what}`), { code })
}

/** Whether a statement failed but its connection is sound. */
export function isStatementError(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.severity !== 'FATAL' && error.severity !== 'PANIC'
}

export type DriverOptions = postgres.Options<Record<string, postgres.PostgresType>>
export type ParsedOptions = postgres.ParsedOptions & { shared: unknown; path?: string }
export type Driver = postgres.Sql

/** Makes the object that builds statements. It never connects. */
export function createTemplate(url: string, options: DriverOptions): Driver {
  const settings = { max: 1, max_lifetime: null, idle_timeout: undefined, fetch_types: false }
  const template = postgres(url, { ...options, ...settings })
  addArrayTypes(template.options as unknown as ArrayTypes)
  // The driver decodes the other parts of a URL, not this one.
  template.options.database = decodeURIComponent(template.options.database)
  return template
}

function openSocket({ path, host, port }: ParsedOptions, timeoutMs: number): Promise<Socket> {
  return new Promise((done, fail) => {
    const target = path ? { path } : { host: host[0]!, port: port[0]! }
    const socket = connectSocket({ ...target, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 })
    const onTimeout = () => socket.destroy(connectionError('CONNECT_TIMEOUT', `${host}:${port}`))
    const timer = setTimeout(onTimeout, timeoutMs)
    socket.once('error', fail)
    socket.once('close', () => clearTimeout(timer))
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.off('error', fail)
      // The driver reads these for TLS: the name the certificate must bear.
      done(Object.assign(socket, { host: host[0], port: port[0] }))
    })
  })
}

export interface Connection {
  execute(query: Query): void
  /** Says goodbye if nothing is running, and is gone within a second. */
  close(): Promise<void>
  /** Cuts the line; what is running fails with CONNECTION_CLOSED. */
  destroy(): void
}

interface OpenOptions {
  timeoutMs: number
  onClose: () => void
  onNotify?: (channel: string, payload: string) => void
}

/** How often a password that is refused is asked for again, in case it was just being changed; about 3 s in all. */
const passwordTries = 6

/**
 * A connection that opens with its first statement and is never opened again. Where the password comes from a function, one
 * that is refused is asked for again: nothing was done yet, and it may have been changed at the server a moment before or
 * after it was changed where we read it.
 */
export function openConnection(template: Driver, { timeoutMs, onClose, onNotify }: OpenOptions): Connection {
  const parsed = template.options as unknown as ParsedOptions
  let retrying = false
  let tries = 0
  let proven = typeof parsed.pass !== 'function'
  let line = open()

  function open() {
    let opened = false
    let socket: Socket | undefined
    const driver = postgres({
      ...parsed,
      no_subscribe: true,
      onclose: () => retrying || onClose(),
      onnotify: onNotify,
      async socket() {
        if (opened) throw connectionError('CONNECTION_CLOSED', 'the server closed the connection while it was opened')
        opened = true
        socket = await openSocket(parsed, timeoutMs)
        return socket
      },
    } as unknown as DriverOptions)
    const { handler } = driver`` as unknown as Query
    return { driver, handler, destroy: () => socket?.destroy() }
  }

  function execute(query: Query): void {
    if (proven) {
      line.handler(query)
      return
    }
    const { resolve, reject } = query
    query.resolve = value => {
      proven = true
      resolve(value)
    }
    query.reject = error => {
      if ((error as { code?: string }).code !== '28P01' || tries === passwordTries) {
        proven = true
        reject(error)
        return
      }
      retrying = true
      setTimeout(
        () => {
          line.destroy()
          retrying = false
          line = open()
          Object.assign(query, { resolve, reject })
          execute(query)
        },
        50 * 2 ** tries++,
      )
    }
    line.handler(query)
  }

  return {
    execute,
    destroy: () => line.destroy(),
    async close() {
      await line.driver.end({ timeout: 1 }).catch(() => {})
      line.destroy()
    },
  }
}
