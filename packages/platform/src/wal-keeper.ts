// While the shop runs, its database's log is kept beside the backups as it is written: a restore can go to any time.

import { setTimeout as sleep } from 'node:timers/promises'
import { isUnavailable } from '@shopfleet/database'
import { openReplication, receiveWal } from '@shopfleet/database/backup'
import { listBackups, walFolderOf } from './backup-folder.ts'

export interface WalKeeper {
  stop(): Promise<void>
}

/** How soon the first backup is noticed. */
const look_ms = 2000
const most_ms = 15_000

/** Keeps the log once there is a backup it can follow. What goes wrong is told once, and tried again. */
export function startWalKeeper({
  adminUrl,
  backupDir,
  say,
}: {
  adminUrl: string
  backupDir: string
  say: (line: string) => void
}): WalKeeper {
  const cancel = new AbortController()
  const { signal } = cancel
  let told = ''

  async function identify(): Promise<string> {
    const replication = openReplication(adminUrl)
    try {
      return (await replication.identify()).system
    } finally {
      await replication.close()
    }
  }

  function tell(error: unknown) {
    const text = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    // A server that restarts, and another process (npm run backup) that reads the log just now, are no trouble.
    if (isUnavailable(error) || /is active for PID/.test(text) || text === told) return
    told = text
    say(
      `The log of the databases is not kept for backups: ${text}. Until it is, a restore only reaches the last backup.`,
    )
  }

  async function run() {
    let wait_ms = look_ms
    while (!signal.aborted) {
      try {
        if (listBackups(backupDir).length > 0) {
          const system = await identify()
          if (listBackups(backupDir).some(backup => backup.manifest.system === system)) {
            await receiveWal({ url: adminUrl, folder: walFolderOf(backupDir, system), signal })
            told = ''
            wait_ms = look_ms
          }
        }
      } catch (error) {
        tell(error)
        wait_ms = Math.min(most_ms, wait_ms * 2)
      }
      await sleep(wait_ms, undefined, { signal }).catch(() => {})
    }
  }
  const running = run()
  return {
    async stop() {
      cancel.abort()
      await running
    },
  }
}
