import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { events, operations } from '@shopfleet/contracts'

/* The house keeps its own rules: what can be checked by reading is checked here. */

const root = join(import.meta.dirname, '..')
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter(file => file && existsSync(join(root, file)))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const code = files.filter(file => file.endsWith('.ts') && !file.startsWith('docs/generated/'))
const serviceSources = code.filter(file => /^services\/[^/]+\/src\//.test(file))
const services = readdirSync(join(root, 'services'))
/** Lines that break a rule, as `file:line: text`. */
const linesMatching = (list: string[], rule: RegExp, except: (file: string) => boolean = () => false) =>
  list
    .filter(file => !except(file))
    .flatMap(file =>
      read(file)
        .split('\n')
        .map((line, i) => (rule.test(line) ? `${file}:${i + 1}: ${line.trim()}` : ''))
        .filter(Boolean),
    )

test('no file of code is longer than 500 lines: it is two things', () => {
  const long = code.filter(file => !/\.test\.ts$|^data\//.test(file) && read(file).split('\n').length > 500)
  assert.deepEqual(long, [])
})

test('no file is named for what it is not', () => {
  const vague = files.filter(file => /(^|\/)(utils?|helpers?|common|shared|core|misc|manager)(\/|\.ts$)/.test(file))
  assert.deepEqual(vague, [])
})

test('file names are kebab-case', () => {
  assert.deepEqual(
    code.filter(file => !/^[a-z0-9.-]+$/.test(basename(file))),
    [],
  )
})

test('every service has the rooms a newcomer looks for', () => {
  for (const service of services) {
    const rooms = ['README.md', 'package.json', 'src/main.ts', 'src/service.ts', 'src/config.ts', 'src/routes.ts']
    if (service !== 'gateway') rooms.push('src/store.ts', 'migrations')
    for (const room of rooms)
      assert.ok(existsSync(join(root, 'services', service, room)), `services/${service}/${room}`)
  }
})

test('no service imports another', () => {
  const others = new RegExp(`from '@shopfleet/(${services.join('|')})['/]`)
  assert.deepEqual(linesMatching(serviceSources, others), [])
  assert.deepEqual(linesMatching(serviceSources, /from '(\.\.\/){2,}/), [])
})

test('packages point down only: contracts need nothing of Node, messaging and database know no service kit', () => {
  const contracts = code.filter(file => file.startsWith('packages/contracts/src/'))
  assert.deepEqual(linesMatching(contracts, /from 'node:|process\./), [])
  const low = code.filter(file => /^packages\/(database|messaging)\/src\//.test(file))
  assert.deepEqual(linesMatching(low, /@shopfleet\/(service-kit|platform|testing)/), [])
  assert.deepEqual(
    linesMatching(
      code.filter(f => f.startsWith('packages/database/src/')),
      /@shopfleet\//,
    ),
    [],
  )
})

test('time, chance and settings come from the kit', () => {
  assert.deepEqual(linesMatching(serviceSources, /\bDate\.now\(|Math\.random\(|process\.env/), [])
})

test('SQL lives in store.ts', () => {
  const elsewhere = serviceSources.filter(file => !/\/(store|[a-z-]+-store|bulk-load)\.ts$/.test(file))
  assert.deepEqual(linesMatching(elsewhere, /\b(sql|tx)(\(\))?`/), [])
})

test('every operation is mounted by the service that declares it', () => {
  for (const operation of operations) {
    const routes = serviceSources.filter(
      file => file.startsWith(`services/${operation.service}/`) && file.includes('routes'),
    )
    const mounted = routes.some(file => new RegExp(`\\b${operation.name}\\b`).test(read(file)))
    assert.ok(mounted, `services/${operation.service}/src/routes.ts does not mount ${operation.name}`)
  }
})

test('operations and events have one name each', () => {
  for (const names of [
    operations.map(o => o.name),
    events.map(e => e.name),
    operations.map(o => `${o.method} ${o.path}`),
  ]) {
    assert.deepEqual(
      names.filter((name, i) => names.indexOf(name) !== i),
      [],
    )
  }
})

test('links in the documents lead somewhere', () => {
  const broken = files
    .filter(file => file.endsWith('.md') && !file.startsWith('docs/generated/'))
    .flatMap(file =>
      [...read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
        .map(match => match[1]!)
        .filter(target => !existsSync(join(root, dirname(file), target)))
        .map(target => `${file}: ${target}`),
    )
  assert.deepEqual(broken, [])
})

test('the lock file names no registry and every dependency is exact', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved": "https?:/)
  for (const file of files.filter(f => basename(f) === 'package.json')) {
    const { dependencies = {}, devDependencies = {}, optionalDependencies = {} } = JSON.parse(read(file))
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
      const exact = name.startsWith('@shopfleet/') ? version === '*' : /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version))
      assert.ok(exact, `${file}: ${name} ${version}`)
    }
  }
})

test('no work is left as a note to oneself', () => {
  assert.deepEqual(
    linesMatching(code, /\b(TODO|FIXME|HACK)\b/, file => file === 'scripts/tidy.test.ts'),
    [],
  )
})
