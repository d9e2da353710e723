import { fork } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Builds } from './builds.ts'

/** Making a build, once for each state of the sources, and waiting for one that another process makes. */

const keptBuilds = 3
/** A build that is not done by then never will be. */
const draftsLast_ms = 3_600_000
const compressible = /\.(js|css|svg|json|webmanifest|txt)$/

async function compress(folder: string): Promise<void> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && compressible.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
  for (const file of files) {
    const bytes = readFileSync(file)
    const [br, gz] = await Promise.all([
      promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
      promisify(gzip)(bytes, { level: 9 }),
    ])
    writeFileSync(`${file}.br`, br)
    writeFileSync(`${file}.gz`, gz)
  }
}

/** The oldest go, and what was left half made; those a running server may still read stay. */
function removeOld({ appFolder }: Builds): void {
  const dist = join(appFolder, 'dist')
  const found = readdirSync(dist)
    .map(name => ({ name, path: join(dist, name), made_ms: statSync(join(dist, name)).mtimeMs }))
    .sort((a, b) => b.made_ms - a.made_ms)
  const isDraft = ({ name }: { name: string }) => name.includes('.')
  const old = found.filter(one => !isDraft(one)).slice(keptBuilds)
  const leftOver = found.filter(one => isDraft(one) && one.made_ms < Date.now() - draftsLast_ms)
  for (const { path } of [...old, ...leftOver]) rmSync(path, { recursive: true, force: true })
}

/**
 * Makes the build of the sources as they are, unless there is one. `make` fills a folder that is nobody's yet and says
 * how far it is by `tell`; what it puts into `client/` is compressed beforehand for browsers. Rejects as `make` does, and
 * leaves nothing then.
 */
export async function makeBuild(
  builds: Builds,
  make: (draft: string, tell: (detail: string) => void) => Promise<void>,
): Promise<void> {
  const tell = (detail: string) => (process.send ? process.send({ detail: `building ${detail}` }) : console.log(detail))
  const folder = builds.buildFolder()
  if (builds.isBuilt(folder)) {
    utimesSync(folder, new Date(), new Date())
    return
  }
  // Built aside and put in place as a whole: nobody sees half of it, also when two build at once.
  const draft = `${folder}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  try {
    await make(draft, tell)
    tell('its compressed files')
    await compress(join(draft, 'client'))
    try {
      renameSync(draft, folder)
      utimesSync(folder, new Date(), new Date())
    } catch (error) {
      if (!builds.isBuilt(folder)) throw error
    }
    removeOld(builds)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/**
 * Has a build made by `program`, in a process that takes its memory along when it is done. Nothing to do where the
 * environment names another build (`BUILD_DIR`), asks for the sources (`DEVELOPMENT`), or there is one already.
 */
export async function buildFirst(builds: Builds, program: string): Promise<void> {
  if (process.env.BUILD_DIR || process.env.DEVELOPMENT === 'true' || builds.isBuilt()) return
  await new Promise<void>((done, fail) => {
    const child = fork(program)
    // The launcher that waits for us is told how far it is.
    child.on('message', message => (process.send ? process.send(message) : console.log(message)))
    child.once('error', fail)
    child.once('exit', code => (code === 0 ? done() : fail(new Error(`the build failed (exit code ${code})`))))
    process.once('disconnect', () => child.kill())
  })
}
