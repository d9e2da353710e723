/**
 * The mailbox on disk: one append-only file, a JSON line per message that was taken, numbered `n` without gaps. A line
 * is on disk before the sender hears that the message was taken, and before anyone can read it.
 */
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { readLines, type TextLine } from './lines.ts'

/** A message that was taken. `from` and `to` are the envelope's. */
export type Message = {
  n: number
  at: string
  message_id: string
  from: string
  to: string[]
  subject: string
  /** By lower-case name, unfolded; several of one name joined by a line feed. */
  headers: Record<string, string>
  text: string
  html_bytes: number
  /** The `n` of the message with this Message-ID that was taken first: the sender repeated it. */
  repeats?: number
  html?: string
}

/** One line of the journal: a message whose body is still as it came, or was read on arrival. */
export type Line = (Omit<Message, 'text' | 'html_bytes' | 'html'> & { raw: string }) | Message
export type NewLine = Line extends infer One ? (One extends Line ? Omit<One, 'n'> : never) : never

/** A line's place in the file. */
export type Place = { start: number; end: number }
export type Journal = Awaited<ReturnType<typeof openJournal>>

/**
 * Opens (or creates) the journal at `path`, hands every message in it to `onMessage` in order, and cuts off a torn last
 * line: it was never acknowledged. Throws when the damage is anywhere else.
 */
export async function openJournal(
  path: string,
  { fsync, onMessage }: { fsync: boolean; onMessage: (line: Line, place: Place) => void },
) {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'a+')
  let lastN = 0
  let size = 0
  let pending = ''
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
    let bad: TextLine | undefined
    for await (const line of readLines(file, 0)) {
      if (bad) throw new Error(`${path} is damaged at byte ${bad.start}`)
      const message = line.complete ? parse(line.text) : undefined
      if (!message) {
        bad = line
        continue
      }
      if (message.n !== lastN + 1) throw new Error(`${path} has message ${message.n} after ${lastN}`)
      lastN = message.n
      size = line.end
      onMessage(message, { start: line.start, end: line.end })
    }
    if (bad) await file.truncate(bad.start)
  }

  async function drain() {
    while (pending) {
      const text = pending
      const { promise, resolve, reject } = group
      writing = promise
      pending = ''
      group = newGroup()
      try {
        await file.appendFile(text)
        if (fsync) await file.datasync()
        resolve()
      } catch (error) {
        // What is on disk is unknown now, so no later message may be taken either: only a restart tells.
        failure = error as Error
        pending = ''
        reject(failure)
        group.reject(failure)
      }
    }
    writing = undefined
  }

  return {
    /** Numbers the message, writes it, and hands it to `onMessage` and the caller once it is on disk. */
    async append(body: NewLine): Promise<Line> {
      if (failure) throw failure
      const message: Line = { n: ++lastN, ...body }
      const line = `${JSON.stringify(message)}\n`
      const place = { start: size, end: size + Buffer.byteLength(line) }
      size = place.end
      pending += line
      const { promise } = group
      // Starting only after the current round of sockets lets messages that arrived together share one fsync.
      writing ??= new Promise(resolve => setImmediate(resolve)).then(drain)
      await promise
      onMessage(message, place)
      return message
    },

    get lastN() {
      return lastN
    },

    /** The line at a place. */
    async read({ start, end }: Place): Promise<Line> {
      const buffer = Buffer.allocUnsafe(end - start)
      await file.read(buffer, 0, buffer.length, start)
      return JSON.parse(buffer.toString('utf8'))
    },

    /** Rejects once a write has failed. */
    check() {
      if (failure) throw failure
    },

    async close() {
      while (writing) await writing.catch(ignore)
      await file.close()
    },
  }
}

function parse(text: string): Line | undefined {
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
