import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { seededBugOf, seededBugs } from '@shopfleet/database'
import { hunts, namesFrom } from './seeded-bugs.ts'

const root = join(import.meta.dirname, '../..')
const sources = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', 'services', 'packages'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter(file => /\/src\/.*\.ts$/.test(file))

test('each seeded bug has its switch in the file that is listed, and in no other but a second half of it', () => {
  const switches = new Map<string, string[]>()
  for (const file of sources) {
    for (const [, name] of readFileSync(join(root, file), 'utf8').matchAll(/seeded\('([\w-]+)'\)/g))
      switches.set(name!, [...(switches.get(name!) ?? []), file])
  }
  for (const [name, { file, without }] of Object.entries(seededBugs)) {
    const places = switches.get(name) ?? []
    // One whose whole mistake is a missing constraint has no code.
    if (file === 'packages/database/src/seeded-bugs.ts') assert.ok(without && places.length === 0, name)
    else assert.ok(places.includes(file), `${name} is switched in ${places}, not in ${file}`)
    const services = new Set(places.map(place => place.split('/').slice(0, 2).join('/')))
    assert.ok(services.size <= 1, `${name} is made in one place: ${places}`)
  }
  assert.deepEqual(
    [...switches.keys()].filter(name => !Object.hasOwn(seededBugs, name)),
    [],
  )
})

test('there are more than twenty, each with guarantees that are to catch it', () => {
  assert.ok(Object.keys(seededBugs).length >= 22)
  assert.deepEqual(Object.keys(hunts).sort(), Object.keys(seededBugs).sort())
  for (const [name, { guarantees }] of Object.entries(hunts)) {
    assert.ok(guarantees.length > 0 && guarantees.every(n => n >= 1 && n <= 12), name)
  }
})

test('what a seeded bug takes away is there: the protection has not been renamed', () => {
  for (const { without } of Object.values(seededBugs) as { without?: { service: string; sql: string } }[]) {
    if (!without) continue
    const object = /(?:constraint|index|trigger) if exists (\w+)/.exec(without.sql)?.[1]
    assert.ok(object, without.sql)
    const migrations = execFileSync(
      'git',
      ['grep', '-l', `\\b${object}\\b`, '--', `services/${without.service}/migrations`],
      {
        cwd: root,
        encoding: 'utf8',
      },
    )
    assert.ok(migrations.trim(), object)
  }
})

test('production and unknown names are refused', () => {
  assert.equal(seededBugOf({}), undefined)
  assert.equal(seededBugOf({ SEEDED_BUG: '', NODE_ENV: 'production' }), undefined)
  assert.equal(seededBugOf({ SEEDED_BUG: 'key-ignored' }), 'key-ignored')
  assert.throws(() => seededBugOf({ SEEDED_BUG: 'key-ignored', NODE_ENV: 'production' }), /production/)
  assert.throws(() => seededBugOf({ SEEDED_BUG: 'toString' }), /no seeded bug/)
  assert.throws(() => namesFrom(['--seeded-bugs', 'nonsense']), /no seeded bug/)
  assert.deepEqual(namesFrom(['run', '--seeded-bugs', 'no-inbox,key-ignored', '--x']), ['no-inbox', 'key-ignored'])
})

test('no program of ours starts in production with a seeded bug', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'services/order/src/main.ts')], {
    env: { ...process.env, NODE_ENV: 'production', SEEDED_BUG: 'key-ignored' },
    encoding: 'utf8',
  })
  assert.notEqual(status, 0)
  assert.match(stderr, /SEEDED_BUG is set, and this is production/)
})

test('a switch changes what the code does', () => {
  const program = `
    import { totalsOf, mayMove, nextStep } from ${JSON.stringify(join(root, 'services/order/src/order.ts'))}
    const line = { product_id: 'p', sku: 's', product_name: 'n', quantity: 3, price_minor: 10, subtotal_minor: 30 }
    console.log(JSON.stringify([totalsOf([line]).total_minor, mayMove('cancelled', 'shipped'),
      nextStep({ goal: 'pay', stock: 'committed', payment: 'authorised' })]))`
  const withBug = (SEEDED_BUG: string) => {
    const args = ['--input-type=module', '-e', program]
    return JSON.parse(
      execFileSync(process.execPath, args, { cwd: root, env: { ...process.env, SEEDED_BUG }, encoding: 'utf8' }),
    )
  }
  assert.deepEqual(withBug(''), [30, false, 'capture'])
  assert.deepEqual(withBug('total-without-quantity'), [10, false, 'capture'])
  assert.deepEqual(withBug('ship-cancelled'), [30, true, 'capture'])
  assert.deepEqual(withBug('paid-before-capture'), [30, false, 'settle-paid'])
})
