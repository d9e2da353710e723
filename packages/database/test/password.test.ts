import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connect, errorCode, type Sql } from '../src/index.ts'
import { startTestServer, type TestServer } from './server.ts'

let server: TestServer
let admin: Sql
before(async () => {
  server = await startTestServer()
  admin = connect(server.adminUrl, { name: 'test admin', max: 1 })
})
after(async () => {
  await admin?.end()
  await server?.stop()
})

async function setPassword(role: string, password: string) {
  await admin.unsafe(`alter role "${role}" password '${password}'`)
}

/** New connections at all times, in and out of transactions, and what became of each. */
async function load(sql: Sql, until: () => boolean): Promise<{ done: number; errors: unknown[] }> {
  const errors: unknown[] = []
  let done = 0
  const worker = async (n: number) => {
    while (!until()) {
      try {
        const [row] = n % 2 ? await sql`select 1 as one` : await sql.begin(tx => tx`select 1 as one`)
        assert.equal(row!.one, 1)
        done++
        // What lived on would not notice a new password.
        await sql`select pg_terminate_backend(pg_backend_pid())`.catch(() => {})
      } catch (error) {
        errors.push(error)
      }
    }
  }
  await Promise.all([0, 1, 2, 3].map(worker))
  return { done, errors }
}

for (const order of ['at the server first', 'where we read it first'] as const) {
  test(`a password is changed under load, ${order}: no statement fails for it`, async () => {
    const url = new URL(await server.createDatabase())
    let current = url.password
    const sql = connect(url.href, { name: 'rotating', max: 4, password: () => current })
    let ended = false
    const running = load(sql, () => ended)
    for (let i = 1; i <= 3; i++) {
      await new Promise(resolve => setTimeout(resolve, 50))
      if (order === 'at the server first') await setPassword(url.username, `new${i}`)
      else current = `new${i}`
      // The gap that must not be noticed.
      await new Promise(resolve => setTimeout(resolve, 150))
      if (order === 'at the server first') current = `new${i}`
      else await setPassword(url.username, `new${i}`)
    }
    ended = true
    const { done, errors } = await running
    await sql.end()
    const refused = errors.filter(error => errorCode(error) === '28P01')
    assert.deepEqual(refused, [])
    assert.ok(done >= 4, `${done} statements on connections of their own`)
  })
}

test('a password that stays wrong is an error in the end', async () => {
  const url = new URL(await server.createDatabase())
  const sql = connect(url.href, { name: 'wrong', max: 1, password: () => 'nonsense' })
  await assert.rejects(sql`select 1`, error => errorCode(error) === '28P01')
  await sql.end()
})
