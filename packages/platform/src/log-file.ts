import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { explainFileError } from '@shopfleet/database'

/** Where the services of one process write their log lines, each a JSON text. */
export interface LogFile {
  write(line: string): void
  /** Writes what is still held back. */
  close(): void
}

const held = { bytes: 64 * 1024, ms: 250 }
/** The same warning is shown to the person once in this time. */
const repeat_ms = 10_000
const logBytes = 50_000_000

interface Line {
  level: string
  service: string
  message?: string
  error?: { message?: string }
}

/** Opens a log for appending; one that has grown large is put aside first. */
export function openLog(file: string): number {
  try {
    mkdirSync(dirname(file), { recursive: true })
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > logBytes) renameSync(file, `${file}.1`)
    return openSync(file, 'a', 0o600)
  } catch (error) {
    throw explainFileError(error, file)
  }
}

/** A log file. Warnings and errors are also told to `say`, shortened, and the same one not again and again. */
export function createLogFile(file: string, say: (line: string) => void): LogFile {
  const fd = openLog(file)
  const told = new Map<string, { at_ms: number; times: number }>()
  let waiting: string[] = []
  let length = 0
  let timer: NodeJS.Timeout | undefined

  function flush() {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const text = waiting.join('')
    waiting = []
    length = 0
    try {
      writeSync(fd, text)
    } catch (error) {
      tell('log', `cannot be written: ${(error as Error).message}`)
    }
  }

  function tell(service: string, text: string) {
    const key = `${service}: ${text}`
    const known = told.get(key)
    const now_ms = performance.now()
    if (known && now_ms - known.at_ms < repeat_ms) {
      known.times++
      return
    }
    say(known && known.times > 1 ? `! ${key} (${known.times} times)` : `! ${key}`)
    if (told.size > 200) told.clear()
    told.set(key, { at_ms: now_ms, times: 1 })
  }

  // Whatever ends the process, the last lines are the ones somebody will want to read.
  process.once('exit', flush)
  return {
    write(line) {
      waiting.push(line)
      length += line.length
      if (length > held.bytes) flush()
      // A line a request must not cost a system call a request.
      else timer ??= setTimeout(flush, held.ms).unref()
      if (!/^\{"level":"(warn|error|fatal)"/.test(line)) return
      const { service, message = '', error } = JSON.parse(line) as Line
      tell(service, [message, error?.message].filter(Boolean).join(': '))
    },
    close() {
      flush()
      process.off('exit', flush)
      closeSync(fd)
    },
  }
}
