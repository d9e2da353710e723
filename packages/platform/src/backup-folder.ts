// The folder backups are kept in: `base/<time>/` holds one backup each, `wal/<server>/` the log between them.

import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { errorCode, explainFileError, LauncherError } from '@shopfleet/database'
import { pruneWal, segmentName, verifyBase } from '@shopfleet/database/backup'

export interface BackupFile {
  bytes: number
  sha256: string
}

/** What `manifest.json` of a backup says. It is written last: a backup without it was never finished. */
export interface BackupManifest {
  format: 1
  /** Of the server: its files and its log know each other by it. */
  system: string
  timeline: number
  /** Places in the log, in decimal: it is needed from here on, and the backup itself holds it until `end`. */
  start: string
  end: string
  segment_bytes: number
  postgres_version: string
  /** By the server's clock. */
  started_at: string
  /** Any time from here on can be restored from this backup, as far as the log goes. */
  finished_at: string
  /** Of the server's files before compression. */
  database_bytes: number
  embedded: boolean
  /** Everything in the folder but this file. */
  files: Record<string, BackupFile>
}

export interface Backup {
  name: string
  folder: string
  manifest: BackupManifest
}

export const manifestName = 'manifest.json'
export const unfinished = '.unfinished-'
const abandoned_ms = 3_600_000

export const baseFolderOf = (backupDir: string) => join(backupDir, 'base')
export const walFolderOf = (backupDir: string, system: string) => join(backupDir, 'wal', system)

/** Makes the folder, for its owner's eyes only: backups hold the secrets of the shop. */
export function openBackupDir(backupDir: string): void {
  try {
    for (const folder of [backupDir, baseFolderOf(backupDir), join(backupDir, 'wal')])
      mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw explainFileError(error, backupDir)
  }
}

/** The finished backups, oldest first. */
export function listBackups(backupDir: string): Backup[] {
  const base = baseFolderOf(backupDir)
  let names: string[]
  try {
    names = readdirSync(base)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw explainFileError(error, base)
  }
  return names
    .filter(name => !name.startsWith('.') && existsSync(join(base, name, manifestName)))
    .map(name => {
      const folder = join(base, name)
      try {
        return {
          name,
          folder,
          manifest: JSON.parse(readFileSync(join(folder, manifestName), 'utf8')) as BackupManifest,
        }
      } catch (error) {
        throw new LauncherError(`The backup ${folder} is damaged`, 'Delete it, or move it away.', { cause: error })
      }
    })
    .sort((a, b) => (a.manifest.finished_at < b.manifest.finished_at ? -1 : 1))
}

/** Every file below a folder, as a path from there. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

export async function checksumOf(path: string): Promise<BackupFile> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return { bytes: statSync(path).size, sha256: hash.digest('hex') }
}

/** Reads a backup from beginning to end and compares it with its checksums, and those of PostgreSQL's own. */
export async function verifyBackup({ folder, manifest }: Backup): Promise<{ files: number }> {
  for (const [name, wanted] of Object.entries(manifest.files)) {
    const path = join(folder, name)
    const found = existsSync(path) ? await checksumOf(path) : undefined
    if (found?.sha256 === wanted.sha256) continue
    throw new LauncherError(
      `The backup is damaged: ${path} is ${found ? 'not what it was' : 'missing'}`,
      'Use another one (npm run backup -- --list), and make a new one.',
    )
  }
  return verifyBase(folder)
}

/** Deletes all but the newest backups of a server, and the log that only the deleted ones needed. */
export function pruneBackups(backupDir: string, system: string, keep: number): { backups: string[]; segments: number } {
  const base = baseFolderOf(backupDir)
  for (const name of readdirSync(base)) {
    // Left behind by one that was killed, and not just being made by another.
    const isOld = name.startsWith(unfinished) && statSync(join(base, name)).mtimeMs < Date.now() - abandoned_ms
    if (isOld) rmSync(join(base, name), { recursive: true, force: true })
  }
  const own = listBackups(backupDir).filter(backup => backup.manifest.system === system)
  const old = own.slice(0, Math.max(0, own.length - keep))
  // The manifest first: one that is half deleted is none.
  for (const { folder } of old) {
    rmSync(join(folder, manifestName), { force: true })
    rmSync(folder, { recursive: true, force: true })
  }
  const oldest = own.at(-keep) ?? own[0]
  if (!oldest) return { backups: [], segments: 0 }
  const { timeline, start, segment_bytes } = oldest.manifest
  const segments = pruneWal(walFolderOf(backupDir, system), segmentName(timeline, BigInt(start), segment_bytes))
  return { backups: old.map(backup => backup.name), segments }
}
