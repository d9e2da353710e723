import {
  type Connection,
  connectionError,
  type Driver,
  isStatementError,
  openConnection,
  type Query,
} from './driver.ts'

/** One place in the pool. */
export interface Client {
  connection: Connection
  dead: boolean
  /** When the running statement was sent (ms); 0 when none is, or when it has no time limit. */
  busySince: number
  openedAt: number
  timed: boolean
}

interface Waiting {
  start(client: Client): void
  fail(error: unknown): void
  cancelled(): boolean
  since: number
}

/** Times in milliseconds. */
export interface PoolLimits {
  max: number
  connectMs: number
  /** How long a statement may wait for a free connection. */
  waitMs: number
  /** How long the server may be silent after a statement; more than its own statement_timeout. */
  silenceMs: number
  lifetimeMs: number
}

export type Pool = ReturnType<typeof createPool>

const sweepMs = 500

function ignore(): void {}

/** Sends a statement and calls `settled` once, just before its caller learns of the result. */
export function execute(client: Client, query: Query, settled: (error: unknown, failed: boolean) => void): void {
  let { resolve, reject } = query
  let done = false
  const finish = (error: unknown, failed: boolean) => {
    if (done) return
    done = true
    client.busySince = 0
    // The driver's object stays for a while (tag.ts): what was sent, and who waited, need not.
    query.args = []
    query.parameters = undefined
    if (!query.cursorFn) query.resolve = query.reject = ignore
    // The driver is still in the midst of this answer: what it is given now, it would confuse with it.
    queueMicrotask(() => settled(error, failed))
  }
  const onResolve = (value: unknown) => {
    finish(undefined, false)
    resolve(value)
  }
  const onReject = (error: unknown) => {
    finish(error, true)
    reject(error)
  }
  client.busySince = client.timed ? performance.now() : 0
  if (query.cursorFn) {
    // A cursor sets these anew for each batch of rows.
    Object.defineProperties(query, {
      resolve: {
        get: () => onResolve,
        set(fn) {
          resolve = fn
        },
      },
      reject: {
        get: () => onReject,
        set(fn) {
          reject = fn
        },
      },
    })
  } else {
    query.resolve = onResolve
    query.reject = onReject
  }
  client.connection.execute(query)
}

/**
 * A pool that gives each connection to one statement, or one transaction, at a time, and throws a connection away at
 * the first sign of trouble.
 */
export function createPool(template: Driver, limits: PoolLimits) {
  const clients = new Set<Client>()
  const idle: Client[] = []
  const waiting: Waiting[] = []
  let opening = false
  let ended = false
  let quiet: (() => void) | undefined
  let sweeper: NodeJS.Timeout | undefined

  function remove(client: Client): void {
    if (client.dead) return
    client.dead = true
    clients.delete(client)
    const index = idle.indexOf(client)
    if (index >= 0) idle.splice(index, 1)
  }

  /**
   * Opens a connection for whoever waits, one at a time: it costs both ends ten milliseconds, and what many ask at once,
   * as services do that start, the others have mostly answered by then.
   */
  function open(): void {
    if (opening || waiting.length === 0 || clients.size >= limits.max) return
    const client: Client = {
      connection: openConnection(template, { timeoutMs: limits.connectMs, onClose: () => discard(client) }),
      dead: false,
      busySince: 0,
      openedAt: performance.now(),
      timed: true,
    }
    clients.add(client)
    sweeper ??= setInterval(sweep, sweepMs).unref()
    opening = true
    probe(client, (error, failed) => {
      opening = false
      if (failed) nextWaiting()?.fail(error)
      if (failed) discard(client)
      else give(client)
      open()
    })
  }

  /** Sends the smallest complete statement. */
  function probe(client: Client, settled: (error: unknown, failed: boolean) => void): void {
    const query = template.unsafe('select') as unknown as Query
    query.handler = () => execute(client, query, settled)
    query.catch(() => {})
  }

  function nextWaiting(): Waiting | undefined {
    for (;;) {
      const item = waiting.shift()
      if (!item?.cancelled()) return item
    }
  }

  /** Gives a sound client back. */
  function give(client: Client): void {
    if (client.dead) {
      afterLoss()
      return
    }
    if (performance.now() - client.openedAt > limits.lifetimeMs) {
      discard(client)
      return
    }
    client.timed = true
    const item = nextWaiting()
    if (item) {
      item.start(client)
      return
    }
    idle.push(client)
    quiet?.()
  }

  function afterLoss(): void {
    open()
    quiet?.()
  }

  /** Drops a client that may be in an unknown state. */
  function discard(client: Client): void {
    if (client.dead) return
    remove(client)
    void client.connection.close()
    afterLoss()
  }

  /** After an error the driver counts rows from where the failed result ended; any complete statement resets it. */
  function mend(client: Client): void {
    if (client.dead) {
      afterLoss()
      return
    }
    probe(client, (_, failed) => (failed ? discard(client) : give(client)))
  }

  function take(item: Omit<Waiting, 'since'>): void {
    if (ended) {
      item.fail(connectionError('CONNECTION_ENDED', 'the pool is closed'))
      return
    }
    const client = idle.pop()
    if (client) {
      item.start(client)
      return
    }
    waiting.push({ ...item, since: performance.now() })
    open()
  }

  function run(query: Query): void {
    if (query.streaming) {
      query.reject(new Error('COPY is not supported; insert … select from unnest(…) instead'))
      return
    }
    take({
      fail: error => query.reject(error),
      cancelled: () => Boolean(query.cancelled),
      start: client =>
        execute(client, query, (error, failed) => {
          if (!failed) give(client)
          else if (isStatementError(error)) mend(client)
          else discard(client)
        }),
    })
  }

  function acquire(): Promise<Client> {
    return new Promise((start, fail) => take({ start, fail, cancelled: () => false }))
  }

  function sweep(): void {
    const now = performance.now()
    for (const client of clients) {
      if (client.busySince > 0 && now - client.busySince > limits.silenceMs) client.connection.destroy()
    }
    while (waiting[0] && now - waiting[0].since > limits.waitMs) {
      waiting.shift()!.fail(connectionError('POOL_TIMEOUT', `no connection became free in ${limits.waitMs} ms`))
    }
  }

  async function end({ timeout }: { timeout?: number } = {}): Promise<void> {
    ended = true
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>(done => {
      quiet = () => {
        if (waiting.length === 0 && idle.length === clients.size) done()
      }
      if (timeout !== undefined) timer = setTimeout(done, timeout * 1000)
      quiet()
    })
    clearTimeout(timer)
    clearInterval(sweeper)
    for (const item of waiting.splice(0)) item.fail(connectionError('CONNECTION_ENDED', 'the pool is closed'))
    const closing = [...clients]
    for (const client of closing) {
      remove(client)
      if (client.busySince > 0) client.connection.destroy()
    }
    await Promise.all(closing.map(client => client.connection.close()))
  }

  /** Those in use may be opening still. */
  const usage = () => ({
    in_use: clients.size - idle.length,
    idle: idle.length,
    max: limits.max,
    waiting: waiting.length,
  })

  return { run, acquire, give, mend, discard, end, usage }
}
