import { setTimeout as sleep } from 'node:timers/promises'
import { LauncherError } from '@shopfleet/database'
import { findRunningCopy, type RunningCopy } from './running-copy.ts'

const patience_ms = 30_000

/** Stops the Shopfleet that works on a data folder and waits until it is gone. Undefined when there is none. */
export async function stopCopy(dataDir: string): Promise<RunningCopy | undefined> {
  const copy = findRunningCopy(dataDir)
  if (!copy) return undefined
  try {
    process.kill(copy.pid, 'SIGTERM')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return copy
    throw new LauncherError(
      `Shopfleet (process ${copy.pid}) belongs to another user`,
      'Stop it as that user, or as root.',
      { cause: error },
    )
  }
  const until_ms = performance.now() + patience_ms
  while (findRunningCopy(dataDir)?.pid === copy.pid) {
    if (performance.now() > until_ms) {
      throw new LauncherError(
        `Shopfleet (process ${copy.pid}) did not stop within ${patience_ms / 1000} s`,
        `End it with kill -9 ${copy.pid}; no data is lost by that.`,
      )
    }
    await sleep(20)
  }
  return copy
}
