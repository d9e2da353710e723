// What a shop is besides its databases: secrets, the first administrator, pictures, the journals of the simulators.

import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { filesBelow } from './backup-folder.ts'

/** PostgreSQL's own (they are in the base backup), what one run leaves, and what can be had again. */
const left =
  /^(postgres|postgres-(?!password$).*|postgres\.log.*|.*\.pid(\..*)?|.*\.log(\.\d+)?|logs|backups|aside|installing|cache)$/

/** Journals of the world outside: it is not set back with the shop. */
const outside = /^(payment-simulator|mail-catcher)([/\\]|$)/

function makePrivate(folder: string): void {
  chmodSync(folder, 0o700)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600)
  }
}

/** Copies the shop's files into a backup, readable by the owner only. */
export function saveShopFiles(dataDir: string, folder: string, backupDir: string): void {
  mkdirSync(folder, { mode: 0o700 })
  for (const name of readdirSync(dataDir)) {
    const path = join(dataDir, name)
    if (left.test(name) || backupDir.startsWith(path) || lstatSync(path).isSymbolicLink()) continue
    cpSync(path, join(folder, name), { recursive: true, filter: source => !lstatSync(source).isSocket() })
  }
  makePrivate(folder)
}

/**
 * Puts back those files that are not there. What is there stays: secrets are the same as ever, pictures are only ever
 * added, and the world outside has gone on. Answers what was put back.
 */
export function restoreShopFiles(folder: string, dataDir: string): string[] {
  const missing = filesBelow(folder).filter(name => {
    const top = name.split(/[/\\]/)[0]!
    // A journal is one piece: of a provider that is there, nothing is put back.
    return outside.test(name) ? !existsSync(join(dataDir, top)) : !existsSync(join(dataDir, name))
  })
  for (const name of missing) {
    mkdirSync(dirname(join(dataDir, name)), { recursive: true, mode: 0o700 })
    cpSync(join(folder, name), join(dataDir, name))
    chmodSync(join(dataDir, name), 0o600)
  }
  return missing
}
