import { execFileSync } from 'node:child_process'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode, explainFileError, LauncherError } from '@shopfleet/database'

/** A Shopfleet that works on a data folder, as its `shopfleet.pid` says. */
export interface RunningCopy {
  pid: number
  /** Where its gateway answers. */
  url: string
}

interface Record extends RunningCopy {
  born: string
}

const fileOf = (dataDir: string) => join(dataDir, 'shopfleet.pid')

/**
 * When a process was born: a number is given to another process sooner or later, this is not. Undefined when there is
 * no such process.
 */
function birthOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      const isDead = fields[0] === 'Z' || fields[0] === 'X'
      return isDead ? undefined : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
    }
    const [program, ...args] =
      process.platform === 'win32'
        ? ['powershell', '-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.Ticks`]
        : ['ps', '-o', 'lstart=', '-p', String(pid)]
    return execFileSync(program!, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || undefined
  } catch {
    return undefined
  }
}

function read(dataDir: string): Record | undefined {
  try {
    const [pid, born = '', url = ''] = readFileSync(fileOf(dataDir), 'utf8').split('\n')
    return { pid: Number(pid), born, url }
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
    throw explainFileError(error, fileOf(dataDir))
  }
}

/** The copy that works on the folder now; undefined when there is none, or the one there was has been killed. */
export function findRunningCopy(dataDir: string): RunningCopy | undefined {
  const found = read(dataDir)
  return found && birthOf(found.pid) === found.born ? { pid: found.pid, url: found.url } : undefined
}

export interface Claim {
  /** A copy was here before and was killed, rather than stopped. */
  wasKilled: boolean
  release(): void
}

/** Makes this process the copy that works on the folder. Throws a `LauncherError` when there is another. */
export function claimDataDir(dataDir: string, url: string): Claim {
  const file = fileOf(dataDir)
  const draft = `${file}.${process.pid}`
  let wasKilled = false
  try {
    writeFileSync(draft, `${process.pid}\n${birthOf(process.pid)}\n${url}\n`)
    for (;;) {
      const other = findRunningCopy(dataDir)
      if (other) {
        throw new LauncherError(
          `Shopfleet is already running on ${dataDir} (process ${other.pid}, ${other.url})`,
          'Stop it with npm stop, or start another one beside it: npm start -- --port-base 9000 --data-dir .data-9000',
        )
      }
      try {
        // A link is made by one of several only, and the file is never seen half written.
        linkSync(draft, file)
        break
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error
        wasKilled = true
        rmSync(file, { force: true })
      }
    }
  } catch (error) {
    throw explainFileError(error, file)
  } finally {
    rmSync(draft, { force: true })
  }
  return {
    wasKilled,
    release() {
      if (read(dataDir)?.pid === process.pid) rmSync(file, { force: true })
    },
  }
}
