import { spawn } from 'node:child_process'
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { startEmbeddedPostgres } from '@shopfleet/database'

/*
 * `npm test [-- pattern …]`: one embedded PostgreSQL for all files, each file with databases of its own, then the check
 * that every declared answer was seen. A pattern is a part of a path, for instance `services/order`.
 *
 * `--twice`, for CI: of up to three files in which something failed each is run again, alone, and must pass then. Tests
 * that wait for a browser or a deadline fail now and then where other machines take the processor away; what passed
 * only alone is named at the end. What proves the guarantees has no second try: it must never fail.
 */

const root = join(import.meta.dirname, '..')
const patterns = process.argv.slice(2).filter(arg => !arg.startsWith('--'))
const twice = process.argv.includes('--twice')
const flags = process.argv.slice(2).filter(arg => arg.startsWith('--') && arg !== '--twice')
/** The long ones first: the short ones fill the gaps. */
const places = [
  'tests/**',
  'packages/platform/test',
  'packages/*/test',
  'services/*/test',
  'apps/*/test',
  'simulators/*/test',
  'data/catalogue',
  'infrastructure/**',
  'scripts',
]
const found = places.flatMap(place => globSync(`${place}/*.test.ts`, { cwd: root }).sort())
const files = [...new Set(found)].filter(
  file => patterns.length === 0 || patterns.some(pattern => file.includes(pattern)),
)
if (files.length === 0) {
  console.error(`no test file has ${patterns.join(' or ')} in its path`)
  process.exit(1)
}

const folder = mkdtempSync(join(tmpdir(), 'shopfleet-test-'))
// PostgreSQL may have to run as another user than root, who must reach the folder.
chmodSync(folder, 0o711)
const started_ms = Date.now()
const server = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), durable: false, maxConnections: 400 })
const coverage = join(folder, 'coverage')
const env = { ...process.env, TEST_DATABASE_URL: server.adminUrl, CONTRACT_COVERAGE: coverage }

function run(args: string[]): Promise<number> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' })
    child.on('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1)))
  })
}

/** Those in a browser come last, one by one: a browser takes what the others count on, and the other way round. */
const isInBrowser = (file: string) => /^tests\/(storefront|admin)\//.test(file)
const failures = join(folder, 'failures')
const reporters = ['spec', join(root, 'scripts/failed-files.ts')].flatMap((reporter, n) => [
  `--test-reporter=${reporter}`,
  `--test-reporter-destination=${n === 0 ? 'stdout' : failures}`,
])
/** Answers the files in which something failed. */
async function runTests(some: string[], atOnce: number): Promise<string[]> {
  if (some.length === 0) return []
  const code = await run([
    '--test',
    '--test-timeout=180000',
    `--test-concurrency=${atOnce}`,
    ...reporters,
    ...flags,
    ...some,
  ])
  const lines = readFileSync(failures, 'utf8').split('\n').filter(Boolean)
  const failed = [...new Set(lines.map(file => relative(root, file)))]
  return code !== 0 && failed.length === 0 ? some : failed
}
const isProof = (file: string) => /^tests\/(crash|chaos|simulation|recovery)\//.test(file)

let isGood = false
const onlyAlone: string[] = []
try {
  let failed = await runTests(
    files.filter(file => !isInBrowser(file)),
    Math.max(2, availableParallelism()),
  )
  failed.push(...(await runTests(files.filter(isInBrowser), 1)))
  if (twice && failed.length > 0 && failed.length <= 3 && !failed.some(isProof)) {
    console.log(`once more, alone: ${failed.join(', ')}`)
    const again: string[] = []
    for (const file of failed) again.push(...(await runTests([file], 1)))
    onlyAlone.push(...failed.filter(file => !again.includes(file)))
    failed = again
  }
  isGood = failed.length === 0
  if (isGood && patterns.length === 0) isGood = (await run(['--test', 'scripts/contract-coverage.ts'])) === 0
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
for (const file of onlyAlone) console.log(`! ${file} failed beside the others and passed alone`)
console.log(`${files.length} test files in ${Math.round((Date.now() - started_ms) / 1000)} s`)
process.exit(isGood ? 0 : 1)
