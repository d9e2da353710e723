import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { environmentOf } from '@shopfleet/platform/environment'
import { readOptions } from '@shopfleet/platform/options'
import { planPorts } from '@shopfleet/platform/ports'
import { claimDataDir, findRunningCopy } from '@shopfleet/platform/running-copy'
import { keepSecrets, secretNames } from '@shopfleet/platform/secrets'
import { services } from '@shopfleet/platform/services'
import { stopCopy } from '@shopfleet/platform/stop'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shopfleet-folder-'))
  await chmod(folder, 0o711)
})
after(() => rm(folder, { recursive: true, force: true }))

test('secrets are made once, long, and readable by their owner only', () => {
  const first = keepSecrets(folder, ['user', 'bus'], {})
  for (const name of secretNames) assert.ok(first.values[name].length >= 40)
  assert.equal(
    new Set([...Object.values(first.values), ...Object.values(first.databasePasswords)]).size,
    secretNames.length + 2,
  )
  assert.equal(statSync(join(folder, 'secrets.json')).mode & 0o777, 0o600)
  assert.deepEqual(keepSecrets(folder, ['user', 'bus'], {}), first)

  const more = keepSecrets(folder, ['user', 'bus', 'review'], {})
  assert.equal(more.databasePasswords.user, first.databasePasswords.user)
  assert.ok(more.databasePasswords.review)
})

test('a secret of the environment wins and is not written down', () => {
  const given = 'x'.repeat(40)
  writeFileSync(join(folder, 'mounted'), `${given}\n`)
  assert.equal(keepSecrets(folder, [], { SERVICE_SECRET: given }).values.SERVICE_SECRET, given)
  assert.equal(keepSecrets(folder, [], { SERVICE_SECRET_FILE: join(folder, 'mounted') }).values.SERVICE_SECRET, given)
  assert.ok(!readFileSync(join(folder, 'secrets.json'), 'utf8').includes(given))
})

test('damaged secrets are not silently replaced', () => {
  const file = join(folder, 'secrets.json')
  const before = readFileSync(file, 'utf8')
  writeFileSync(file, before.slice(0, 40))
  assert.throws(() => keepSecrets(folder, [], {}), /secrets\.json is damaged/)
  writeFileSync(file, before)
})

test('a service is given its own secrets and database, and nobody else’s', () => {
  const env = { PATH: '/bin', DATABASE_URL: 'postgres://admin:root@h/postgres', ORDER_DATABASE_URL: 'postgres://o@h/o' }
  const options = readOptions([], { ...env, DATA_DIR: folder })
  const plan = { env, options, ports: planPorts(env), secrets: keepSecrets(folder, ['cart'], env) }
  const urls = { cart: 'postgres://cart@h/cart', order: 'postgres://o@h/o', bus: 'postgres://bus@h/bus' }
  const of = (name: string) => environmentOf(services.find(entry => entry.name === name)!, plan, urls)

  assert.deepEqual([of('cart').DATABASE_URL, of('cart').BUS_DATABASE_URL], [urls.cart, urls.bus])
  assert.equal(of('order').DATABASE_URL, urls.order)
  assert.equal(of('cart').ORDER_DATABASE_URL, undefined)
  assert.equal(of('cart').PROVIDER_KEY, undefined)
  assert.ok(of('payment').PROVIDER_KEY)
  const { gateway } = Object.fromEntries(services.map(({ name }) => [name, of(name)]))
  const values = [...Object.values(plan.secrets.values), ...Object.values(urls), env.DATABASE_URL]
  assert.deepEqual(
    Object.values(gateway!).filter(value => values.includes(value!)),
    [],
  )
  assert.equal(gateway!.PATH, '/bin')
})

test('one copy at a time works on a folder; a dead one and a recycled number are no copy', async () => {
  assert.equal(findRunningCopy(folder), undefined)
  const claim = claimDataDir(folder, 'http://127.0.0.1:1')
  assert.equal(claim.wasKilled, false)
  assert.deepEqual(findRunningCopy(folder), { pid: process.pid, url: 'http://127.0.0.1:1' })
  assert.throws(() => claimDataDir(folder, 'x'), /already running[\s\S]*npm stop/)
  claim.release()
  assert.ok(!existsSync(join(folder, 'shopfleet.pid')))

  // The number of a process that lives, born at another time.
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(stranger, 'spawn')
  writeFileSync(join(folder, 'shopfleet.pid'), `${stranger.pid}\nlong ago\nhttp://127.0.0.1:1\n`)
  assert.equal(findRunningCopy(folder), undefined)
  assert.equal(await stopCopy(folder), undefined)
  assert.equal(stranger.exitCode, null)
  const second = claimDataDir(folder, 'http://127.0.0.1:2')
  assert.equal(second.wasKilled, true)
  second.release()
  stranger.kill()
})
