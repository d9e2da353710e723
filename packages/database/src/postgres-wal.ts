// The write-ahead log, kept in a folder as it is written: one file a segment, the last one `.partial` and growing, the
// full ones compressed.

import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompressSync } from 'node:zlib'
import { formatPosition, openReplication, segmentName, segmentStart } from './postgres-replication.ts'

const compress = promisify(zstdCompress)
/** How long something written may wait for the disk. Several small commits share one flush. */
const flush_ms = 500
const segmentFile = /^([0-9A-F]{24})(\.zst|\.partial)?$/

/** The slot by which a server keeps the log until it is kept here. */
export const walSlot = 'shopfleet_backup'

export interface WalFile {
  segment: string
  path: string
  form: 'plain' | 'compressed' | 'partial'
}

/** The segments a folder holds, in order; of one that is there twice, the whole one. */
export function listWal(folder: string): WalFile[] {
  if (!existsSync(folder)) return []
  const found = new Map<string, WalFile>()
  for (const name of readdirSync(folder).sort()) {
    const [, segment, suffix] = name.match(segmentFile) ?? []
    if (!segment) continue
    const form = suffix === '.zst' ? 'compressed' : suffix === '.partial' ? 'partial' : 'plain'
    const known = found.get(segment)
    if (known && form === 'partial') continue
    found.set(segment, { segment, path: join(folder, name), form })
  }
  return [...found.values()].sort((a, b) => (a.segment < b.segment ? -1 : 1))
}

/** Puts a segment where a server will look for it, whole: what was not written yet is zero. */
export function unpackSegment(file: WalFile, to: string, size: number): void {
  const bytes = file.form === 'compressed' ? zstdDecompressSync(readFileSync(file.path)) : readFileSync(file.path)
  if (bytes.length > size) throw new Error(`${file.path} is longer than a segment`)
  writeFileSync(to, bytes, { mode: 0o600 })
  if (bytes.length === size) return
  const fd = openSync(to, 'r+')
  ftruncateSync(fd, size)
  closeSync(fd)
}

/** Deletes the segments of a server's log that come before one that is needed. Answers how many. */
export function pruneWal(folder: string, neededFrom: string): number {
  // A later timeline holds its own; the number of a segment alone, without its timeline, says how old it is.
  const old = listWal(folder).filter(file => file.segment.slice(8) < neededFrom.slice(8))
  for (const { path } of old) rmSync(path, { force: true })
  return old.length
}

export interface WalReceiverOptions {
  url: string
  /** Of this server alone. */
  folder: string
  signal: AbortSignal
  /** Ends by itself once it has come as far as this. */
  until?: bigint
  /** Called when something new is safe on the disk. */
  onKept?: (position: bigint) => void
}

/**
 * Where in the log to go on: behind what is kept. Where that ends before the slot begins there is a hole: the server had to
 * give up an earlier slot, or another folder was kept meanwhile. Asking for what it may have removed would only fail, so
 * the log goes on at the slot, and backups from before reach up to the hole.
 */
function nextPosition(folder: string, timeline: number, size: number, fromSlot: bigint): bigint {
  const floor = fromSlot - (fromSlot % BigInt(size))
  const last = listWal(folder).findLast(file => segmentStart(file.segment, size).timeline === timeline)
  if (!last) return floor
  const { position } = segmentStart(last.segment, size)
  // One that is not full is fetched again from its beginning.
  const behind = last.form === 'partial' ? position : position + BigInt(size)
  return behind < floor ? floor : behind
}

/**
 * Keeps the log of a server in a folder, from where it stopped last time, until told to stop. Throws when the connection
 * is lost: the caller comes back. There must be a slot (`walSlot`).
 */
export async function receiveWal({ url, folder, signal, until, onKept }: WalReceiverOptions): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const replication = openReplication(url)
  const stopNow = () => void replication.close()
  try {
    const [{ timeline, position: written }, size] = [await replication.identify(), await replication.segmentSize()]
    const slot = await replication.slot(walSlot)
    if (!slot) throw new Error(`the server has no replication slot ${walSlot}`)
    const history = await replication.history(timeline)
    if (history) writeFileSync(join(folder, history.name), history.text, { mode: 0o600 })
    const from = nextPosition(folder, timeline, size, slot.position)
    if (until !== undefined && from >= until) return
    if (from > written) {
      // The segment that is full may end where nothing was written yet: the server waits with us for what comes.
      if (from - written > BigInt(size))
        throw new Error(`the log kept here is ahead of the server (${formatPosition(written)})`)
      return
    }
    signal.addEventListener('abort', stopNow, { once: true })
    if (signal.aborted) return
    const stream = await replication.wal({ slot: walSlot, from, timeline })
    await keep(stream.parts, {
      folder,
      timeline,
      size,
      from,
      until,
      signal,
      kept: position => {
        stream.kept(position)
        onKept?.(position)
      },
    })
    stream.stop()
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', stopNow)
    await replication.close()
  }
}

interface Keeping {
  folder: string
  timeline: number
  size: number
  from: bigint
  until: bigint | undefined
  signal: AbortSignal
  kept: (position: bigint) => void
}

async function keep(
  parts: AsyncIterable<{ start: bigint; bytes: Buffer } | undefined>,
  { folder, timeline, size, from, until, signal, kept }: Keeping,
): Promise<void> {
  let at = from
  let flushed = from
  let fd: number | undefined
  let flushed_ms = 0
  const pathOf = (position: bigint) => join(folder, segmentName(timeline, position, size))

  function flush() {
    if (fd === undefined || flushed === at) return
    fdatasyncSync(fd)
    flushed = at
    flushed_ms = performance.now()
    kept(flushed)
  }
  // Commits come in bursts, and after the last one nothing comes: the clock has to do it.
  const timer = setInterval(flush, flush_ms)
  timer.unref()
  try {
    for await (const part of parts) {
      if (signal.aborted) return
      let bytes = part?.bytes
      if (part && part.start !== at)
        throw new Error(`the log goes on at ${formatPosition(part.start)}, not ${formatPosition(at)}`)
      while (bytes && bytes.length > 0) {
        const offset = Number(at % BigInt(size))
        // Written over rather than emptied: what is there already stays safe until it is there again.
        fd ??= openSync(`${pathOf(at)}.partial`, constants.O_RDWR | constants.O_CREAT, 0o600)
        const piece = bytes.subarray(0, size - offset)
        for (let done = 0; done < piece.length; ) done += writeSync(fd, piece, done, piece.length - done, offset + done)
        bytes = bytes.subarray(piece.length)
        const segment = pathOf(at)
        at += BigInt(piece.length)
        if (offset + piece.length === size) {
          fdatasyncSync(fd)
          closeSync(fd)
          fd = undefined
          await pack(segment)
          flushed = at
          kept(at)
        }
      }
      if (performance.now() - flushed_ms > flush_ms) flush()
      if (until !== undefined && at >= until) {
        flush()
        return
      }
    }
  } finally {
    clearInterval(timer)
    if (fd !== undefined) {
      fdatasyncSync(fd)
      closeSync(fd)
    }
  }
}

async function pack(segment: string): Promise<void> {
  const packed = await compress(readFileSync(`${segment}.partial`))
  const draft = `${segment}.zst.new`
  const fd = openSync(draft, 'w', 0o600)
  try {
    writeSync(fd, packed)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(draft, `${segment}.zst`)
  rmSync(`${segment}.partial`, { force: true })
}
