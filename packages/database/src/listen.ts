import { setTimeout as sleep } from 'node:timers/promises'
import { type Driver, openConnection, type Query } from './driver.ts'

const retryMs = 250

/** LISTEN on a connection of its own that is replaced when it is lost. */
export async function listen(
  template: Driver,
  channel: string,
  { heard, ready }: { heard: (payload: string) => void; ready?: () => void },
): Promise<{ unlisten(): Promise<void> }> {
  let stopped = false
  let reopening = false
  let close: () => Promise<void> = async () => {}

  async function open(): Promise<void> {
    const connection = openConnection(template, {
      timeoutMs: 5_000,
      onClose: () => void reopen(),
      onNotify: (_, payload) => heard(payload),
    })
    close = connection.close
    const query = template.unsafe(`listen "${channel.replaceAll('"', '""')}"`) as unknown as Query
    query.handler = connection.execute
    await query
    ready?.()
  }

  async function reopen(): Promise<void> {
    // A connection that is closed while it is opened says so, too: each would begin a row of tries of its own.
    if (reopening) return
    reopening = true
    for (let opened = false; !opened; ) {
      await sleep(retryMs * (0.5 + Math.random()))
      if (stopped) return
      opened = await open().then(
        () => true,
        async () => {
          await close()
          return false
        },
      )
    }
    reopening = false
  }

  await open()
  return {
    async unlisten() {
      stopped = true
      await close()
    },
  }
}
