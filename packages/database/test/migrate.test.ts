import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect, migrate, type Sql } from '../src/index.ts'
import { startTestServer, type TestServer, temporaryFolder } from './server.ts'

let server: TestServer
const root = temporaryFolder()
const open: Sql[] = []

before(async () => {
  server = await startTestServer()
})

after(async () => {
  await Promise.all(open.map(sql => sql.end()))
  await server?.stop()
  rmSync(root, { recursive: true })
})

function folder(name: string, files: Record<string, string>): string {
  const path = join(root, name, 'migrations')
  mkdirSync(path, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text)
  return path
}

function openPool(url: string): Sql {
  const sql = connect(url, { name: 'test', max: 2 })
  open.push(sql)
  return sql
}

test('files are applied in order, once, folder after folder', async () => {
  const sql = openPool(await server.createDatabase())
  const first = folder('outbox', { '0001_outbox.sql': 'create table outbox (id int)' })
  const second = folder('order', {
    '0002_more.sql': 'alter table orders add column more int; create index on orders (more);',
    '0001_orders.sql': 'create table orders (id int references outbox_ids); ',
    '0000_ids.sql': 'create table outbox_ids (id int primary key)',
  })
  const names = ['outbox/0001_outbox.sql', 'order/0000_ids.sql', 'order/0001_orders.sql', 'order/0002_more.sql']
  assert.deepEqual(await migrate(sql, [first, second]), names)
  assert.deepEqual(await migrate(sql, [first, second]), [])
})

test('processes that start together apply each file once', async () => {
  const url = await server.createDatabase()
  const path = folder('together', {
    '0001_a.sql': 'create table a (); select pg_sleep(0.1)',
    '0002_b.sql': 'create table b ()',
  })
  const lists = await Promise.all(Array.from({ length: 5 }, () => migrate(openPool(url), path)))
  assert.deepEqual(lists.flat().sort(), ['together/0001_a.sql', 'together/0002_b.sql'])
})

test('a changed file is refused by name', async () => {
  const sql = openPool(await server.createDatabase())
  const path = folder('changed', { '0001_a.sql': 'create table a ()' })
  await migrate(sql, path)
  folder('changed', { '0001_a.sql': 'create table a (id int)' })
  await assert.rejects(migrate(sql, path), /changed\/migrations\/0001_a\.sql was changed/)
})

test('a file that fails leaves no trace, is named, and can be corrected', async () => {
  const sql = openPool(await server.createDatabase())
  const path = folder('failing', { '0001_a.sql': 'create table a ()', '0002_b.sql': 'create table b (); select 1 / 0' })
  await assert.rejects(migrate(sql, path), /0002_b\.sql: division by zero/)
  folder('failing', { '0002_b.sql': 'create table b ()' })
  assert.deepEqual(await migrate(sql, path), ['failing/0002_b.sql'])
  assert.equal((await sql`show statement_timeout`)[0]?.statement_timeout, '10s')
})
