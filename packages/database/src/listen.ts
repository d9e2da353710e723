import { setTimeout as sleep } from 'node:timers/promises'
import { type Driver, openConnection, type Query } from './driver.ts'

const retryMs = 250
/** A connection that does not answer for so long is replaced. */
const silentMs = 5_000

export interface Hearing {
  heard: (payload: string) => void
  /** After every (re)connection: notifications may have been missed. */
  ready?: () => void
  /** The connection has gone: what is notified from now on is not heard. */
  lost?: () => void
}

export interface Listener {
  /**
   * Resolves when all has been heard that was committed before the call. Rejects when the connection is lost meanwhile, and
   * after 5 seconds without an answer, when it is replaced.
   */
  reach(): Promise<void>
  unlisten(): Promise<void>
}

/** LISTEN on a connection of its own that is replaced when it is lost. */
export async function listen(template: Driver, channel: string, { heard, ready, lost }: Hearing): Promise<Listener> {
  let stopped = false
  let reopening = false
  let connection = openAnother()
  /** One statement at a time. */
  let reaching: Promise<unknown> = Promise.resolve()

  function openAnother() {
    return openConnection(template, {
      timeoutMs: 5_000,
      onClose: () => void reopen(),
      onNotify: (_, payload) => heard(payload),
    })
  }

  async function execute(statement: string): Promise<void> {
    const query = template.unsafe(statement) as unknown as Query
    query.handler = connection.execute
    await query
  }

  async function begin(): Promise<void> {
    await execute(`listen "${channel.replaceAll('"', '""')}"`)
    ready?.()
  }

  async function reopen(): Promise<void> {
    // A connection that is closed while it is opened says so, too: each would begin a row of tries of its own.
    if (reopening || stopped) return
    reopening = true
    lost?.()
    for (let opened = false; !opened; ) {
      await sleep(retryMs * (0.5 + Math.random()))
      if (stopped) return
      connection = openAnother()
      opened = await begin().then(
        () => true,
        async () => {
          await connection.close()
          return false
        },
      )
    }
    reopening = false
  }

  async function look(): Promise<void> {
    const { destroy } = connection
    const silent = setTimeout(destroy, silentMs)
    try {
      // The server sends what there is to hear before it says that a statement is over.
      await execute("select 'reached'")
    } finally {
      clearTimeout(silent)
    }
  }

  try {
    await begin()
  } catch (error) {
    stopped = true
    await connection.close()
    throw error
  }
  return {
    reach() {
      const turn = reaching.then(look)
      reaching = turn.catch(() => {})
      return turn
    },
    async unlisten() {
      stopped = true
      await connection.close()
    },
  }
}
