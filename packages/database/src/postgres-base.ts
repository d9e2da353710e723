// A base backup: all files of a server as one compressed archive, with PostgreSQL's own list of their checksums.

import { createHash, type Hash } from 'node:crypto'
import {
  chownSync,
  closeSync,
  createReadStream,
  createWriteStream,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createZstdCompress, createZstdDecompress } from 'node:zlib'
import { LauncherError } from './launcher-error.ts'
import type { Account } from './postgres-account.ts'
import { parsePosition, type Replication } from './postgres-replication.ts'
import { readTar } from './tar.ts'

export const archiveName = 'base.tar.zst'
export const fileListName = 'backup_manifest'

export interface BaseBackup {
  timeline: number
  /** The log is needed from here on … */
  start: bigint
  /** … and at least until here, which the archive holds itself. */
  end: bigint
  /** Of the server's files. */
  bytes: number
}

interface FileList {
  'System-Identifier'?: number
  Files: { Path?: string; 'Encoded-Path'?: string; Size: number; Checksum?: string }[]
  'WAL-Ranges': { Timeline: number; 'Start-LSN': string; 'End-LSN': string }[]
}

/** Waits until a file, or the list of a folder's files, is on the disk. */
export function syncPath(path: string): void {
  const isWindows = process.platform === 'win32'
  if (isWindows && statSync(path).isDirectory()) return
  const fd = openSync(path, isWindows ? 'r+' : 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Copies the files of a running server into a folder: the archive, and the list of what is in it. */
export async function takeBase(
  replication: Replication,
  folder: string,
  { label, tell }: { label: string; tell: (bytes: number) => void },
): Promise<BaseBackup> {
  const manifest: Buffer[] = []
  let bytes = 0
  async function* archive(): AsyncIterable<Buffer> {
    let inManifest = false
    for await (const part of replication.base(label)) {
      if (part.kind === 'archive' && part.name !== 'base.tar') {
        throw new LauncherError(
          `The server has a tablespace beside its main folder (${part.name})`,
          'Backups of such servers are made with the tools of PostgreSQL (pg_basebackup).',
        )
      }
      if (part.kind === 'manifest') inManifest = true
      else if (part.kind === 'progress') tell(part.bytes)
      else if (part.kind === 'data' && inManifest) manifest.push(part.bytes)
      else if (part.kind === 'data') {
        bytes += part.bytes.length
        yield part.bytes
      }
    }
  }
  const path = join(folder, archiveName)
  await pipeline(archive(), createZstdCompress(), createWriteStream(path, { mode: 0o600 }))
  syncPath(path)
  const text = Buffer.concat(manifest)
  writeFileSync(join(folder, fileListName), text, { mode: 0o600, flush: true })
  const list = JSON.parse(text.toString()) as FileList
  const range = list['WAL-Ranges'].at(-1)!
  return {
    timeline: range.Timeline,
    start: parsePosition(range['Start-LSN']),
    end: parsePosition(range['End-LSN']),
    bytes,
  }
}

/** The log that came along: PostgreSQL checks it itself, record by record. */
const isLog = (path: string) => path.startsWith('pg_wal/')

/** Reads the archive and compares every file in it with the list. Throws at what is missing, wrong or too much. */
export async function verifyBase(folder: string): Promise<{ files: number }> {
  const list = JSON.parse(readFileSync(join(folder, fileListName), 'utf8')) as FileList
  const wanted = new Map(
    list.Files.map(file => [file.Path ?? Buffer.from(file['Encoded-Path']!, 'hex').toString(), file] as const),
  )
  let hash: Hash | undefined
  let name = ''
  let size = 0
  const damaged = (what: string) =>
    new LauncherError(`The backup is damaged: ${what}`, 'Use another one, and make a new one.')
  await readTar(createReadStream(join(folder, archiveName)).pipe(createZstdDecompress()), {
    entry(entry) {
      hash = entry.kind === 'file' ? createHash('sha256') : undefined
      name = entry.name
      size = entry.size
    },
    data: bytes => hash!.update(bytes),
    end() {
      const checksum = hash!.digest('hex')
      const file = wanted.get(name)
      if (isLog(name)) return
      if (!file) throw damaged(`${name} is not on its list`)
      if (file.Size !== size || (file.Checksum && file.Checksum !== checksum))
        throw damaged(`${name} is not what it was`)
      wanted.delete(name)
    },
  })
  const missing = [...wanted.keys()].find(path => !isLog(path))
  if (missing) throw damaged(`${missing} is missing`)
  return { files: list.Files.length }
}

/** Unpacks the archive into an empty folder that belongs to the account. */
export async function unpackBase(
  from: string,
  folder: string,
  { account, tell }: { account: Account | undefined; tell: (bytes: number) => void },
): Promise<void> {
  let fd: number | undefined
  let bytes = 0
  let told = 0
  const own = (path: string) => account && chownSync(path, account.uid, account.gid)
  mkdirSync(folder, { mode: 0o700 })
  own(folder)
  await readTar(createReadStream(join(from, archiveName)).pipe(createZstdDecompress()), {
    entry({ name, kind }) {
      const path = join(folder, name)
      if (kind === 'link') throw new Error(`the archive holds a link: ${name}`)
      if (kind === 'folder') mkdirSync(path, { recursive: true, mode: 0o700 })
      else fd = openSync(path, 'wx', 0o600)
      own(path)
    },
    data(piece) {
      for (let done = 0; done < piece.length; ) done += writeSync(fd!, piece, done)
      bytes += piece.length
      if (bytes - told < 10_000_000) return
      told = bytes
      tell(bytes)
    },
    end() {
      closeSync(fd!)
      fd = undefined
    },
  })
}
