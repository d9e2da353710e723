import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type EmbeddedPostgres, LauncherError, startEmbeddedPostgres } from '@shopfleet/database'
import { makeBackup } from '@shopfleet/platform/backup'
import { listBackups, verifyBackup } from '@shopfleet/platform/backup-folder'
import { databaseNames, openDatabases, roleNames } from '@shopfleet/platform/databases'
import { migrateAll } from '@shopfleet/platform/migrations'
import { createProgress } from '@shopfleet/platform/progress'
import { parseTarget, restoreAll, undoRestore } from '@shopfleet/platform/restore'
import { restoreServices } from '@shopfleet/platform/restore-service'
import { keepSecrets, type Secrets } from '@shopfleet/platform/secrets'
import { startWalKeeper } from '@shopfleet/platform/wal-keeper'

/* Real servers, real backups, real files; what is restored is read back. */

const folder = mkdtempSync(join(tmpdir(), 'shopfleet-recovery-'))
// As root, PostgreSQL runs as somebody else, who must be able to enter it.
chmodSync(folder, 0o711)
const dataDir = join(folder, 'data')
const backupDir = join(folder, 'backups')
const progress = createProgress({ quiet: true })
let server: EmbeddedPostgres
let secrets: Secrets
let stop = async () => {}

async function open() {
  const opened = await openDatabases({ dataDir, databaseUrl: undefined, secrets, env: {}, say() {} })
  server = opened.embedded!
  stop = opened.stop
  return opened
}

before(async () => {
  mkdirSync(dataDir)
  secrets = keepSecrets(dataDir, roleNames, {})
  const { urls } = await open()
  await migrateAll(urls)
})
after(async () => {
  await stop()
  rmSync(folder, { recursive: true, force: true })
})

async function on<T>(database: string, work: (sql: ReturnType<typeof connect>) => Promise<T>, url = server.adminUrl) {
  const own = new URL(url)
  own.pathname = `/${database}`
  const sql = connect(own.href, { name: 'test', max: 1 })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

const addCart = () =>
  on('shopfleet_cart', async sql => {
    const [row] = await sql<[{ id: string }]>`insert into carts (user_id) values (uuidv7()) returning id`
    return row.id
  })
const carts = () =>
  on('shopfleet_cart', async sql => (await sql<{ id: string }[]>`select id from carts order by id`).map(row => row.id))
const backUp = (isFollowed = true, to = backupDir) =>
  makeBackup({
    dataDir,
    databaseUrl: undefined,
    backupDir: to,
    adminUrl: server.adminUrl,
    keep: 2,
    isFollowed,
    progress,
  })
const isRefused = (words: RegExp) => (error: unknown) => error instanceof LauncherError && words.test(error.message)

let first: string
let middle: string

test('a backup of a server at work is whole, private, and says what is in it', async () => {
  first = await addCart()
  const { backup } = await backUp()
  assert.deepEqual(
    listBackups(backupDir).map(one => one.name),
    [backup.name],
  )
  assert.ok((await verifyBackup(backup)).files > 1000)
  for (const file of ['base.tar.zst', 'files/secrets.json', 'files/postgres-password', 'manifest.json'])
    assert.equal(statSync(join(backup.folder, file)).mode & 0o077, 0, file)
  assert.equal(
    readFileSync(join(backup.folder, 'files/secrets.json'), 'utf8'),
    readFileSync(join(dataDir, 'secrets.json'), 'utf8'),
  )
})

test('one service is set back to a time while the others live on, and no number is given twice', async () => {
  const keeper = startWalKeeper({ adminUrl: server.adminUrl, backupDir, say: line => assert.fail(line) })
  try {
    await on('shopfleet_order', sql => sql`select nextval('order_numbers') from generate_series(1, 7)`)
    await sleep(50)
    const target = new Date().toISOString()
    await sleep(50)
    const later = await addCart()
    const last = await on('shopfleet_order', sql => sql<[{ n: number }]>`select nextval('order_numbers') as n`)
    assert.deepEqual(await carts(), [first, later])
    const common = { dataDir, backupDir, target, adminUrl: server.adminUrl, secrets, progress, now: new Date() }
    const { aside, rows } = await restoreServices({ ...common, names: ['cart', 'order'] })
    assert.deepEqual(await carts(), [first])
    assert.ok(rows.cart! > 0)
    assert.equal(aside.length, 2)
    const kept = await on(aside[0]!, sql => sql`select id from carts`)
    assert.equal(kept.length, 2, 'what was there is kept beside it')
    const [next] = await on('shopfleet_order', sql => sql<[{ n: number }]>`select nextval('order_numbers') as n`)
    assert.ok(next.n > last[0].n, `${next.n} after ${last[0].n}`)
    const owner = await on(
      'postgres',
      sql => sql`select datdba::regrole::text as role from pg_database where datname = 'shopfleet_cart'`,
    )
    assert.equal(owner[0]!.role, 'shopfleet_cart')
  } finally {
    await keeper.stop()
  }
})

test('everything is set back to a time; what was there is kept, and can be put back', async () => {
  middle = await addCart()
  await sleep(50)
  const target = new Date().toISOString()
  await sleep(50)
  const later = await addCart()
  await assert.rejects(
    restoreAll({ dataDir, backupDir, target: '2001-01-01T00:00:00.000Z', progress, now: new Date() }),
    isRefused(/No backup is as old/),
  )
  await stop()
  const { aside, recovered } = await restoreAll({ dataDir, backupDir, target, progress, now: new Date() })
  assert.ok(existsSync(aside!))
  assert.ok(recovered.lastCommit! <= target)
  await open()
  assert.deepEqual(await carts(), [first, middle])
  await stop()
  await undoRestore(dataDir, new Date())
  await open()
  assert.deepEqual(await carts(), [first, middle, later])
})

test('a copy elsewhere brings the shop to a new machine, with its secrets', async () => {
  const elsewhere = join(folder, 'elsewhere')
  await backUp(false, elsewhere)
  const before = await carts()
  const other = join(folder, 'other-machine')
  const { aside, putBack } = await restoreAll({
    dataDir: other,
    backupDir: elsewhere,
    target: 'latest',
    progress,
    now: new Date(),
  })
  assert.equal(aside, undefined)
  assert.ok(putBack.includes('secrets.json') && putBack.includes('postgres-password'))
  const there = await startEmbeddedPostgres({ dataDir: other })
  try {
    const rows = await on(
      'shopfleet_cart',
      sql => sql<{ id: string }[]>`select id from carts order by id`,
      there.adminUrl,
    )
    assert.deepEqual(
      rows.map(row => row.id),
      before,
    )
  } finally {
    await there.stop()
  }
})

test('a backup that is not what it was is refused before anything is touched', async () => {
  const { backup } = await backUp(false, join(folder, 'damaged'))
  const path = join(backup.folder, 'base.tar.zst')
  const bytes = readFileSync(path)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(path, bytes)
  await assert.rejects(verifyBackup(backup), isRefused(/is damaged/))
  const untouched = join(folder, 'untouched')
  await assert.rejects(
    restoreAll({ dataDir: untouched, backupDir: join(folder, 'damaged'), target: 'latest', progress, now: new Date() }),
    isRefused(/is damaged/),
  )
  assert.equal(existsSync(join(untouched, 'postgres')), false)
})

test('a server known by its URL alone is backed up and set back, all its databases of the shop in one exchange', async () => {
  // Its files are out of reach: only the connection is used.
  const client = join(folder, 'client')
  const backups = join(folder, 'of-a-server')
  mkdirSync(client)
  const adminUrl = server.adminUrl
  const common = { dataDir: client, backupDir: backups, adminUrl, progress }
  const before = await carts()
  const { backup } = await makeBackup({ ...common, databaseUrl: adminUrl, keep: 2, isFollowed: true })
  assert.equal(backup.manifest.embedded, false)
  await sleep(50)
  const target = new Date().toISOString()
  await sleep(50)
  const later = await addCart()
  assert.deepEqual(await carts(), [...before, later])
  await assert.rejects(
    restoreAll({ ...common, dataDir: join(folder, 'wrong'), target, now: new Date() }),
    isRefused(/not the embedded one/),
  )
  const { aside } = await restoreServices({ ...common, names: databaseNames, target, secrets, now: new Date() })
  assert.equal(aside.length, databaseNames.length)
  assert.deepEqual(await carts(), before)
  assert.equal(existsSync(join(client, 'aside')), false, 'nothing of the copy is left')
})

test('after a server had to give up its log a backup starts anew; only so many are kept', async () => {
  // As when nobody had kept the log for longer than the server may wait.
  await on('postgres', async sql => {
    const isUsed = async () => (await sql`select 1 from pg_replication_slots where active`).length > 0
    for (let n = 0; n < 100 && (await isUsed()); n++) await sleep(100)
    await sql`select pg_drop_replication_slot(slot_name) from pg_replication_slots`
    for (let n = 0; n < 3; n++) await sql`select pg_logical_emit_message(false, 'test', 'x'), pg_switch_wal()`
    await sql`checkpoint`
  })
  await backUp()
  // Backups are named by the second.
  await sleep(1000)
  const { backup, deleted } = await backUp()
  assert.ok(deleted.length > 0)
  const names = listBackups(backupDir).map(one => one.name)
  assert.equal(names.length, 2)
  assert.equal(names.at(-1), backup.name)
})

test('a time is one with its zone, and not still to come', () => {
  const now = new Date('2026-01-01T12:00:00Z')
  assert.equal(parseTarget('2026-01-01T11:00:00+01:00', now), '2026-01-01T10:00:00.000Z')
  assert.throws(() => parseTarget('yesterday', now), isRefused(/no|not a time/))
  assert.throws(() => parseTarget('2026-01-01T11:00:00', now), isRefused(/zone/))
  assert.throws(() => parseTarget('2026-01-01T13:00:00Z', now), isRefused(/still to come/))
})
