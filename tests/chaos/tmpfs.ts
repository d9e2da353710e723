import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChaosOptions } from './options.ts'

/**
 * Where PostgreSQL keeps its data. A small tmpfs where this user may mount one, so that the disk can be filled without
 * harm to anybody else; else an ordinary folder, and no disk is filled.
 */
export interface DataDisk {
  dataDir: string
  /** Undefined on an ordinary folder. */
  fill: (() => Promise<void>) | undefined
  /** Gives the room back. */
  free(): void
  close(): void
}

export async function openDataDisk(
  folder: string,
  { faults, keep, minutes }: Pick<ChaosOptions, 'faults' | 'keep' | 'minutes'>,
): Promise<DataDisk> {
  const ordinary = (): DataDisk => {
    // A folder of the system's: as root, PostgreSQL runs as somebody else, who must be able to enter it.
    const dataDir = keep ? folder : mkdtempSync(join(tmpdir(), 'shopfleet-chaos-'))
    mkdirSync(dataDir, { recursive: true })
    const close = onceAtTheEnd(() => {
      if (!keep) rmSync(dataDir, { recursive: true, force: true })
    })
    return { dataDir, fill: undefined, free() {}, close }
  }
  if (!faults.includes('disk-full') || process.platform !== 'linux' || process.getuid?.() !== 0 || keep)
    return ordinary()
  const dataDir = mkdtempSync(join(tmpdir(), 'shopfleet-chaos-'))
  const size_mb = Math.round(1200 + 80 * minutes)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size_mb}m,mode=755`, 'shopfleet-chaos', dataDir])
  if (mounted.status !== 0) {
    rmSync(dataDir, { recursive: true })
    return ordinary()
  }
  const ballast = join(dataDir, 'ballast')
  const free = () => {
    // Truncated before it is deleted: also where somebody holds it open.
    try {
      truncateSync(ballast)
    } catch {
      // There is none.
    }
    rmSync(ballast, { force: true })
  }
  return {
    dataDir,
    async fill() {
      const { bavail, bsize } = statfsSync(dataDir)
      writeFileSync(ballast, '')
      // It takes what there is; that PostgreSQL wrote meanwhile is no reason to stop before the end.
      const filling = spawn('fallocate', ['-l', String(bavail * bsize), ballast], { stdio: 'ignore' })
      await new Promise(done => filling.once('close', done).once('error', done))
    },
    free,
    close: onceAtTheEnd(() => {
      free()
      spawnSync('umount', ['-l', dataDir])
      rmSync(dataDir, { recursive: true, force: true })
    }),
  }
}

/** Whatever ends the harness, nothing of it is left behind. */
function onceAtTheEnd(close: () => void): () => void {
  let isDone = false
  const once = () => {
    if (!isDone) close()
    isDone = true
  }
  process.once('exit', once)
  return once
}
