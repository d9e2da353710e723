import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { connect, type Sql } from '../src/index.ts'
import { startTestServer, type TestServer } from './server.ts'

setFlagsFromString('--expose-gc')
const collect: (options: { type: 'minor' | 'major' }) => void = runInNewContext('gc')

let server: TestServer
let sql: Sql

before(async () => {
  server = await startTestServer()
  sql = connect(await server.createDatabase(), { name: 'test', max: 2 })
})
after(async () => {
  await sql?.end()
  await server?.stop()
})

test('what a statement sent and what it found are gone with the next small collections, and do not wait for a large one', async () => {
  const seen: WeakRef<object>[] = []
  async function ask(n: number, on: (...args: any[]) => any) {
    const sent = { n, text: 'x'.repeat(100) }
    const [row] = await on`select ${sent}::jsonb as sent, ${[n]}::int[] as list`
    assert.equal(row.sent.n, n)
    seen.push(new WeakRef(sent), new WeakRef(row), new WeakRef(row.sent))
  }
  for (let n = 0; n < 20; n++) await ask(n, sql)
  await sql.begin(async tx => {
    for (let n = 0; n < 20; n++) await ask(n, tx)
  })
  // A turn of the event loop, in which nothing is held for the sake of a `WeakRef`.
  await sleep(5)
  for (let n = 0; n < 4; n++) collect({ type: 'minor' })
  const left = seen.filter(ref => ref.deref() !== undefined).length
  // The last of each connection may hang on what the driver holds.
  assert.ok(left <= 12, `${left} of ${seen.length} are still there`)
})

test('a statement is sent once however often it is awaited, and may be part of several others before', async () => {
  const once = sql`select nextval(pg_get_serial_sequence('counted', 'n')) as n`
  await sql`create table counted (n bigint generated always as identity)`
  const [first, second] = await Promise.all([once, once])
  assert.equal(first, second)
  const part = sql`n = ${7}`
  assert.equal((await sql`select 1 from (values (7)) v(n) where ${part}`).length, 1)
  assert.equal((await sql`select 1 from (values (8)) v(n) where ${part} or ${[part, sql`and n > ${8}`]}`).length, 0)
})
