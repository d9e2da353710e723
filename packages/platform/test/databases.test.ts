import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect } from '@shopfleet/database'
import { superuser } from '@shopfleet/database/backup'
import { databaseNameOf, databaseNames, openDatabases, roleNames } from '@shopfleet/platform/databases'
import { migrateAll } from '@shopfleet/platform/migrations'
import { keepSecrets } from '@shopfleet/platform/secrets'
import { createTestDatabases, type TestDatabases } from '@shopfleet/testing'

let databases: TestDatabases
let serverUrl: string
let ownUrl: string
let folder: string

before(async () => {
  databases = await createTestDatabases()
  ownUrl = await databases.create('named')
  serverUrl = ownUrl.replace(/\/[^/]*$/, '/postgres')
  folder = await mkdtemp(join(tmpdir(), 'shopfleet-databases-'))
})
after(async () => {
  const admin = connect(serverUrl, { name: 'tests', max: 1 })
  for (const name of databaseNames) await admin.unsafe(`drop database if exists ${databaseNameOf(name)} with (force)`)
  for (const name of roleNames) await admin.unsafe(`drop role if exists ${databaseNameOf(name)}`)
  await admin.end({ timeout: 1 })
  await databases.stop()
  await rm(folder, { recursive: true, force: true })
})

const open = (env: Record<string, string> = {}, databaseUrl: string | undefined = serverUrl) =>
  openDatabases({ dataDir: folder, databaseUrl, env, say() {}, secrets: keepSecrets(folder, roleNames, env) })

test('no service is given the name of the administrator of the embedded server', () => {
  assert.ok(!roleNames.map(databaseNameOf).includes(superuser))
  assert.equal(new Set(roleNames.map(databaseNameOf)).size, roleNames.length)
})

test('in an existing PostgreSQL each service gets a database and a role that reaches no other', async () => {
  const opened = await open({ ORDER_DATABASE_URL: ownUrl })
  assert.equal(opened.embedded, undefined)
  assert.equal(opened.urls.order, ownUrl, 'a database named for a service is used as it is')
  const applied = await migrateAll(opened.urls)
  assert.ok(applied.cart!.length > 0 && applied.order!.length > 0)
  assert.deepEqual(Object.values(await migrateAll(opened.urls)).flat(), [])

  const wrong = new URL(opened.urls.cart!)
  wrong.pathname = `/${databaseNameOf('user')}`
  const intruder = connect(wrong.href, { name: 'tests', max: 1 })
  await assert.rejects(Promise.resolve(intruder`select 1`), /permission denied for database/)
  await intruder.end({ timeout: 1 })

  const gateway = connect(opened.urls.gateway!, { name: 'tests', max: 1 })
  assert.deepEqual([...(await gateway`select * from outward_events`)], [], 'the gateway reads what may be told outside')
  await assert.rejects(Promise.resolve(gateway`select * from events`), /permission denied for table events/)
  await gateway.end({ timeout: 1 })

  await assert.rejects(open({ ORDER_DATABASE_URL: ownUrl }), /Another Shopfleet runs on the PostgreSQL/)
  await opened.stop()
  const again = await open({ ORDER_DATABASE_URL: ownUrl })
  await again.stop()
})

test('with a database named for everyone nothing is started or made', async () => {
  const env = Object.fromEntries(
    databaseNames.map(name => [`${name.toUpperCase()}_DATABASE_URL`, `postgres://x/${name}`]),
  )
  const { urls, embedded } = await openDatabases({
    ...{ dataDir: folder, databaseUrl: undefined, env, say() {} },
    secrets: keepSecrets(folder, roleNames, env),
  })
  assert.equal(embedded, undefined)
  assert.equal(urls.bus, 'postgres://x/bus')
})

test('a server that is not there, a wrong password and a role without rights are told in words', async () => {
  await assert.rejects(open({}, 'postgres://a:b@127.0.0.1:9/postgres'), /cannot be reached[\s\S]*DATABASE_URL/)
  const wrong = new URL(serverUrl)
  wrong.password = 'wrong'
  await assert.rejects(open({}, wrong.href), /does not let .* into postgres/)

  const admin = connect(serverUrl, { name: 'tests', max: 1 })
  await admin.unsafe(
    `create role shopfleet_poor login password 'poor'; grant connect on database postgres to shopfleet_poor`,
  )
  const poor = new URL(serverUrl)
  poor.username = 'shopfleet_poor'
  poor.password = 'poor'
  try {
    await assert.rejects(open({}, poor.href), /may not create databases and roles[\s\S]*BUS_DATABASE_URL/)
  } finally {
    await admin.unsafe('revoke connect on database postgres from shopfleet_poor; drop role shopfleet_poor')
    await admin.end({ timeout: 1 })
  }
})
