// The replication protocol: how PostgreSQL itself hands out a copy of its files and its write-ahead log, over an
// ordinary connection. Embedded or elsewhere, it is the same, and no program needs to be installed for it.

import type { Duplex, Readable } from 'node:stream'
import postgres from 'postgres'
import { errorCode } from './errors.ts'
import { LauncherError } from './launcher-error.ts'

export interface SystemIdentity {
  system: string
  timeline: number
  /** Where the log has been written to. */
  position: bigint
}

/** What a base backup is made of, in the order in which it arrives. */
export type BasePart =
  | { kind: 'archive'; name: string }
  | { kind: 'manifest' }
  | { kind: 'data'; bytes: Buffer }
  | { kind: 'progress'; bytes: number }

export interface WalPart {
  start: bigint
  bytes: Buffer
}

export interface WalStream {
  parts: AsyncIterable<WalPart | undefined>
  /** Tells the server that everything before this place is kept here: it may forget it. */
  kept(position: bigint): void
  stop(): void
}

export interface Replication {
  identify(): Promise<SystemIdentity>
  /** Bytes of a segment of the log: a power of two. */
  segmentSize(): Promise<number>
  /** A place in the log the server keeps for us; undefined when there is no such slot, or it was given up. */
  slot(name: string): Promise<{ position: bigint; active: boolean } | undefined>
  createSlot(name: string): Promise<void>
  dropSlot(name: string): Promise<void>
  base(label: string): AsyncIterable<BasePart>
  /** The log from a place on, for ever, or to the end of the timeline. `undefined` among the parts: nothing new. */
  wal(options: { slot: string; from: bigint; timeline: number }): Promise<WalStream>
  /** The file that says where a timeline branched off; the first has none. */
  history(timeline: number): Promise<{ name: string; text: string } | undefined>
  close(): Promise<void>
}

export function parsePosition(text: string): bigint {
  const [high, low] = text.split('/')
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

export function formatPosition(position: bigint): string {
  return `${(position >> 32n).toString(16)}/${(position & 0xffff_ffffn).toString(16)}`.toUpperCase()
}

/** Name of the segment of the log that holds a place. */
export function segmentName(timeline: number, position: bigint, size: number): string {
  const perLog = 0x1_0000_0000n / BigInt(size)
  const number = position / BigInt(size)
  const hex = (value: bigint) => value.toString(16).toUpperCase().padStart(8, '0')
  return hex(BigInt(timeline)) + hex(number / perLog) + hex(number % perLog)
}

export function segmentStart(name: string, size: number): { timeline: number; position: bigint } {
  const part = (at: number) => BigInt(`0x${name.slice(at, at + 8)}`)
  return {
    timeline: Number(part(0)),
    position: (part(8) * (0x1_0000_0000n / BigInt(size)) + part(16)) * BigInt(size),
  }
}

/** PostgreSQL counts microseconds from the year 2000. */
const postgresEpoch_ms = 946_684_800_000

function statusUpdate(kept: bigint): Buffer {
  const message = Buffer.alloc(34)
  message.write('r')
  message.writeBigUInt64BE(kept, 1)
  message.writeBigUInt64BE(kept, 9)
  message.writeBigUInt64BE(kept, 17)
  message.writeBigInt64BE(BigInt(Date.now() - postgresEpoch_ms) * 1000n, 25)
  return message
}

function explain(error: unknown, url: string): unknown {
  const { host, username } = new URL(url)
  const code = errorCode(error)
  const message = error instanceof Error ? error.message : String(error)
  if (code === '42501') {
    return new LauncherError(
      `The role ${username} may not copy the server at ${host}: ${message}`,
      `Let it: alter role ${username} replication. A managed server that refuses this has backups of its own: use those.`,
      { cause: error },
    )
  }
  if (code === '28000' || code === '28P01') {
    return new LauncherError(
      `PostgreSQL at ${host} does not let ${username} in for a backup: ${message}`,
      'Correct user and password of DATABASE_URL.',
      { cause: error },
    )
  }
  if (code === '53300' || /max_wal_senders|replication slots are in use|max_replication_slots/.test(message)) {
    return new LauncherError(
      `PostgreSQL at ${host} has no room for a backup: ${message}`,
      'Raise max_wal_senders and max_replication_slots, or drop slots that are not used.',
      { cause: error },
    )
  }
  return error
}

/** Opens a replication connection. Its role needs the right REPLICATION (a superuser has it). */
export function openReplication(url: string): Replication {
  const sql = postgres(url, {
    max: 1,
    fetch_types: false,
    max_lifetime: null,
    connect_timeout: 5,
    onnotice() {},
    // As a connection to a database: pg_hba.conf then needs no line for replication.
    connection: { application_name: 'shopfleet backup', replication: 'database' } as Record<string, string>,
  })
  async function run(command: string): Promise<readonly Record<string, string>[]> {
    try {
      return await sql.unsafe(command)
    } catch (error) {
      throw explain(error, url)
    }
  }

  return {
    async identify() {
      const [row] = await run('IDENTIFY_SYSTEM')
      return { system: row!.systemid!, timeline: Number(row!.timeline), position: parsePosition(row!.xlogpos!) }
    },
    async segmentSize() {
      const [row] = await run('SHOW wal_segment_size')
      const [, count, unit] = row!.wal_segment_size!.match(/^(\d+)(MB|GB)$/)!
      return Number(count) * (unit === 'GB' ? 2 ** 30 : 2 ** 20)
    },
    async slot(name) {
      const [row] = await run(
        `select restart_lsn::text as position, active::text, wal_status from pg_replication_slots where slot_name = '${name}'`,
      )
      if (!row?.position || row.wal_status === 'lost') return undefined
      return { position: parsePosition(row.position), active: row.active === 'true' }
    },
    async createSlot(name) {
      await run(`CREATE_REPLICATION_SLOT ${name} PHYSICAL (RESERVE_WAL)`)
    },
    async dropSlot(name) {
      await run(`select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '${name}'`)
    },
    async *base(label) {
      let stream: Readable
      try {
        stream = await sql
          .unsafe(
            `BASE_BACKUP (LABEL '${label}', WAL true, CHECKPOINT 'fast', PROGRESS true, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256')`,
          )
          .readable()
      } catch (error) {
        throw explain(error, url)
      }
      let whole = false
      for await (const message of stream as AsyncIterable<Buffer>) {
        const kind = String.fromCharCode(message[0]!)
        if (kind === 'n') yield { kind: 'archive', name: message.toString('utf8', 1, message.indexOf(0, 1)) }
        else if (kind === 'm') {
          whole = true
          yield { kind: 'manifest' }
        } else if (kind === 'p') yield { kind: 'progress', bytes: Number(message.readBigInt64BE(1)) }
        else if (kind === 'd') yield { kind: 'data', bytes: message.subarray(1) }
      }
      if (!whole) throw new Error('the server ended the base backup before its end')
    },
    async wal({ slot, from, timeline }) {
      const stream = (await sql
        .unsafe(`START_REPLICATION SLOT ${slot} PHYSICAL ${formatPosition(from)} TIMELINE ${timeline}`)
        .writable()) as Duplex
      let kept = from
      const kick = () => {
        if (stream.writable) stream.write(statusUpdate(kept))
      }
      const timer = setInterval(kick, 5000).unref()
      // A stream that is cut is told by the iteration; nothing may fall through when nobody iterates any more.
      stream.on('error', () => {})
      stream.once('close', () => clearInterval(timer))
      async function* parts(): AsyncIterable<WalPart | undefined> {
        try {
          for await (const message of stream as AsyncIterable<Buffer>) {
            if (message[0] === 0x77) yield { start: message.readBigUInt64BE(1), bytes: message.subarray(25) }
            else {
              if (message[17] === 1) kick()
              yield undefined
            }
          }
        } finally {
          clearInterval(timer)
        }
      }
      return {
        parts: parts(),
        kept(position) {
          kept = position
          kick()
        },
        stop: () => stream.destroy(),
      }
    },
    async history(timeline) {
      if (timeline < 2) return undefined
      const [row] = await run(`TIMELINE_HISTORY ${timeline}`)
      return { name: row!.filename!, text: String(row!.content) }
    },
    async close() {
      await sql.end({ timeout: 0 }).catch(() => {})
    },
  }
}
