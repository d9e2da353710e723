/**
 * The provider's memory: one append-only file of JSON lines. Effects are numbered (`n`, without gaps) and are on disk
 * before anyone hears of them; notes (`delivered`, `held`) carry no number and are written without waiting.
 */
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Line, readLines } from './lines.ts'
import type { Effect, EffectType } from './payments.ts'

export type Note = { type: 'delivered'; of: number; at: string } | { type: 'held'; key: string; at: string }
export type Journal = Awaited<ReturnType<typeof openJournal>>

const PAGE = 1000
const effectTypes = new Set<string>(['authorised', 'declined', 'captured', 'voided', 'refunded'] satisfies EffectType[])

/**
 * Opens (or creates) the journal at `path`, hands every entry in it to `onEffect` and `onNote` in order, and cuts off
 * a torn last line. Throws when the damage is anywhere else: that is no crash, and guessing would invent money.
 */
export async function openJournal(
  path: string,
  { fsync, onEffect, onNote }: { fsync: boolean; onEffect: (effect: Effect) => void; onNote: (note: Note) => void },
) {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'a+')
  /** Where each page of effects begins, so that a page is read from the file and nothing is kept in memory. */
  const pageOffsets: number[] = []
  let lastN = 0
  let size = 0

  let pending = ''
  let pendingHasEffect = false
  let group = newGroup()
  let writing: Promise<void> | undefined
  let failure: Error | undefined

  try {
    await replay()
    if (fsync) await syncDirectory(dirname(path))
  } catch (error) {
    await file.close()
    throw error
  }

  async function replay() {
    let bad: Line | undefined
    for await (const line of readLines(file, 0)) {
      if (bad) throw new Error(`${path} is damaged at byte ${bad.start}`)
      const entry = line.complete ? parse(line.text) : undefined
      if (!entry) {
        bad = line
        continue
      }
      if (effectTypes.has(entry.type)) {
        const effect = entry as Effect
        if (effect.n !== lastN + 1) throw new Error(`${path} has entry ${effect.n} after ${lastN}`)
        mark(effect.n)
        onEffect(effect)
      } else onNote(entry as Note)
      size = line.end
    }
    if (bad) await file.truncate(bad.start)
  }

  function mark(n: number) {
    if (n % PAGE === 1) pageOffsets.push(size)
    lastN = n
  }

  function write(entry: Effect | Note) {
    if (failure) throw failure
    const line = `${JSON.stringify(entry)}\n`
    size += Buffer.byteLength(line)
    pending += line
    // Starting only after the current round of sockets lets requests that arrived together share one fsync.
    writing ??= new Promise(resolve => setImmediate(resolve)).then(drain)
  }

  async function drain() {
    while (pending) {
      const text = pending
      const { promise, resolve, reject } = group
      const sync = fsync && pendingHasEffect
      writing = promise
      pending = ''
      pendingHasEffect = false
      group = newGroup()
      try {
        await file.appendFile(text)
        if (sync) await file.datasync()
        resolve()
      } catch (error) {
        // What is on disk is unknown now, so no later entry may be acknowledged either: only a restart tells.
        failure = error as Error
        pending = ''
        reject(failure)
        group.reject(failure)
      }
    }
    writing = undefined
  }

  return {
    /** Adds an effect; whoever answers for it awaits `durable()` first. */
    append(effect: Effect) {
      mark(effect.n)
      write(effect)
      pendingHasEffect = true
    },

    /** Adds a note; it may be lost in a power cut or a failed journal, which costs a repetition and nothing else. */
    note(note: Note) {
      if (!failure) write(note)
    },

    /** Resolves when everything appended so far is on disk; rejects for ever once a write has failed. */
    durable(): Promise<void> | undefined {
      if (failure) return Promise.reject(failure)
      return pending ? group.promise : writing
    },

    /** The effects after `after`, at most 1000, as the JSON text of `{ items, next_after }`. */
    async page(after: number): Promise<string> {
      const items: string[] = []
      const offset = pageOffsets[Math.floor(after / PAGE)]
      if (offset !== undefined && after < lastN) {
        for await (const line of readLines(file, offset)) {
          if (!line.complete || items.length === PAGE) break
          if (line.text.startsWith('{"n":') && Number.parseInt(line.text.slice(5), 10) > after) items.push(line.text)
        }
      }
      const last = after + items.length
      return `{"items":[${items.join(',')}],"next_after":${items.length === PAGE && last < lastN ? last : null}}`
    },

    async close() {
      while (writing) await writing.catch(ignore)
      await file.close()
    },
  }
}

function parse(text: string): { type: string } | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function syncDirectory(path: string) {
  try {
    const directory = await open(path)
    await directory.sync().finally(() => directory.close())
  } catch (error) {
    // Windows cannot open a directory; there a new file's name needs no separate sync.
    if (process.platform !== 'win32') throw error
  }
}

/** The promise of everybody who waits for the same fsync. Nobody may be waiting when it fails. */
function newGroup() {
  const group = Promise.withResolvers<void>()
  group.promise.catch(ignore)
  return group
}

function ignore() {}
