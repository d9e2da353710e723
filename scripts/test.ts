import { spawn } from 'node:child_process'
import { chmodSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@shopfleet/database'

/*
 * `npm test [-- pattern …]`: one embedded PostgreSQL for all files, each file with databases of its own, then the check
 * that every declared answer was seen. A pattern is a part of a path, for instance `services/order`.
 */

const root = join(import.meta.dirname, '..')
const patterns = process.argv.slice(2).filter(arg => !arg.startsWith('--'))
const flags = process.argv.slice(2).filter(arg => arg.startsWith('--'))
/** The long ones first: the short ones fill the gaps. */
const places = [
  'tests/**',
  'packages/platform/test',
  'packages/*/test',
  'services/*/test',
  'apps/*/test',
  'simulators/*/test',
  'data/catalogue',
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
const runTests = (some: string[], atOnce: number) =>
  some.length === 0 ? 0 : run(['--test', '--test-timeout=180000', `--test-concurrency=${atOnce}`, ...flags, ...some])

let failed = 1
try {
  const others = await runTests(
    files.filter(file => !isInBrowser(file)),
    Math.max(2, availableParallelism()),
  )
  failed = (await runTests(files.filter(isInBrowser), 1)) || others
  if (failed === 0 && patterns.length === 0) failed = await run(['--test', 'scripts/contract-coverage.ts'])
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${files.length} test files in ${Math.round((Date.now() - started_ms) / 1000)} s`)
process.exit(failed)
