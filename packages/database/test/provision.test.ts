import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connect, errorCode, provision } from '../src/index.ts'
import { startTestServer, type TestServer, urlOf } from './server.ts'

let server: TestServer
const awkward = { database: `cart "${process.pid}"`, role: `cart 'o"${process.pid}`, password: `p'w"$$` }
const plain = { database: `order_${process.pid}`, role: `order_${process.pid}`, password: 'secret' }

before(async () => {
  server = await startTestServer()
})

after(async () => {
  await server?.stop()
})

async function enter(role: typeof plain, database: string): Promise<string> {
  const sql = connect(
    urlOf(server.adminUrl, encodeURIComponent(role.role), encodeURIComponent(role.password), database),
    {
      name: 'test',
    },
  )
  try {
    await sql`create temporary table t (id int)`
    const [row] = await sql`select array_agg(x order by x) as sorted from unnest(array['b', 'B', 'a', 'ä']) x`
    return row?.sorted.join('')
  } catch (error) {
    return errorCode(error) ?? String(error)
  } finally {
    await sql.end()
  }
}

test('each role enters its own database and no other', async () => {
  await Promise.all([provision(server.adminUrl, [plain, awkward]), provision(server.adminUrl, [awkward, plain])])
  await provision(server.adminUrl, [plain, awkward])
  assert.equal(await enter(plain, plain.database), 'Babä')
  assert.equal(await enter(awkward, encodeURIComponent(awkward.database)), 'Babä')
  for (const database of [encodeURIComponent(awkward.database), 'postgres', 'template1']) {
    assert.equal(await enter(plain, database), '42501')
  }
})

test('a new password replaces the old one', async () => {
  await provision(server.adminUrl, [plain])
  await provision(server.adminUrl, [{ ...plain, password: 'new' }])
  assert.equal(await enter({ ...plain, password: 'new' }, plain.database), 'Babä')
  assert.equal(await enter(plain, plain.database), '28P01')
})

test('one role that is there already among many that are not is not mistaken for another', async () => {
  const name = (n: number) => `many_${n}_${process.pid}`
  const many = Array.from({ length: 8 }, (_, n) => ({ database: name(n), role: name(n), password: `secret${n}` }))
  await provision(server.adminUrl, [many[6]!])
  await provision(server.adminUrl, many)
  for (const one of many) assert.equal(await enter(one, one.database), 'Babä')
})

test('a role without a database enters none, and gets its new password', async () => {
  const guest = { role: `guest_${process.pid}`, password: 'secret' }
  await provision(server.adminUrl, [guest, plain])
  await provision(server.adminUrl, [{ ...guest, password: 'new' }])
  const asGuest = { ...guest, database: '', password: 'new' }
  for (const database of [plain.database, 'postgres']) assert.equal(await enter(asGuest, database), '42501')
  assert.equal(await enter({ ...asGuest, ...guest }, plain.database), '28P01')
})
