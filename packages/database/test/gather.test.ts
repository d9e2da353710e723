import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { after, before, beforeEach, test } from 'node:test'
import { alone, connect, errorCode, isUniqueViolation, type RunMany, type Sql } from '../src/index.ts'
import { startTestServer, type TestServer } from './server.ts'

let server: TestServer
let url: string
let sql: Sql

before(async () => {
  server = await startTestServer()
  url = await server.createDatabase()
  sql = connect(url, { name: 'test', max: 4 })
  await sql`create table things (id int primary key, n int not null check (n < 100))`
})
after(async () => {
  await sql?.end()
  await server?.stop()
})
let statements: number[][]
beforeEach(async () => {
  statements = []
  await sql`delete from things`
})

const insert: RunMany<number, string> = async (on, ids) => {
  statements.push(ids)
  const rows = await on<{ id: number }[]>`
    insert into things (id, n) select id, id from unnest(${ids}::int[]) as t(id) returning id`
  return rows.map(row => `made ${row.id}`)
}
const add = (id: number) => sql.gather('insert', id, insert)
const settled = async (all: Promise<unknown>[]) =>
  (await Promise.allSettled(all)).map(one => (one.status === 'fulfilled' ? one.value : errorCode(one.reason)))

test('who calls at the same time shares a statement, and each is told its own result', async () => {
  assert.deepEqual(await Promise.all([add(1), add(2), add(3)]), ['made 1', 'made 2', 'made 3'])
  assert.deepEqual(statements, [[1, 2, 3]])
})

test('who calls while a statement is out goes together in the next', async () => {
  const first = add(1)
  await new Promise(setImmediate)
  const rest = [add(2), add(3)]
  assert.deepEqual(await Promise.all([first, ...rest]), ['made 1', 'made 2', 'made 3'])
  assert.deepEqual(statements, [[1], [2, 3]])
})

test('one that is refused fails alone', async () => {
  await add(2)
  statements = []
  const results = await settled([add(1), add(2), add(3), add(100)])
  assert.deepEqual(results, ['made 1', '23505', 'made 3', '23514'])
  assert.deepEqual(statements, [[1, 2, 3, 100], [1], [2], [3], [100]])
  await assert.rejects(add(2), error => isUniqueViolation(error, 'things_pkey'))
})

test('one that cannot be decided with others is run by itself', async () => {
  const seen: number[][] = []
  const run: RunMany<number, string> = async (_on, ids) => {
    seen.push(ids)
    return ids.map(id => (ids.length > 1 && id % 2 === 0 ? alone : `done ${id}`))
  }
  const results = await Promise.all([1, 2, 3].map(id => sql.gather('odd', id, run)))
  assert.deepEqual(results, ['done 1', 'done 2', 'done 3'])
  assert.deepEqual(seen, [[1, 2, 3], [2]])
})

test('kinds do not mix', async () => {
  await Promise.all([add(1), sql.gather('another', 2, insert)])
  assert.deepEqual(statements, [[1], [2]])
})

test('kinds that change something take turns, and what most wait for goes first', async () => {
  const seen: string[] = []
  const run: RunMany<string, number> = async (_on, items) => {
    seen.push(items.join())
    await new Promise(setImmediate)
    return items.map(() => items.length)
  }
  const first = sql.gather('first', 'a', run)
  await new Promise(setImmediate)
  const rest = ['b', 'c', 'd', 'c', 'd', 'd'].map(kind => sql.gather(kind, kind, run))
  assert.deepEqual(await Promise.all([first, ...rest]), [1, 1, 2, 3, 2, 3, 3])
  assert.deepEqual(seen, ['a', 'd,d,d', 'c,c', 'b'])
})

test('who waits long for a turn gets it, however many wait for something else', async () => {
  const run: RunMany<string, string> = async (on, items) => {
    await on`select pg_sleep(0.004)`
    return items
  }
  let isDone = false
  const busy = async (kind: string) => {
    while (!isDone) await sql.gather(kind, kind, run)
  }
  const crowd = ['x', 'y'].flatMap(kind => [busy(kind), busy(kind)])
  await new Promise(setImmediate)
  const giveUp = setTimeout(() => {
    isDone = true
  }, 20_000)
  await sql.gather('alone', 'alone', run)
  assert.equal(isDone, false, 'it had its turn while the others went on')
  clearTimeout(giveUp)
  isDone = true
  await Promise.all(crowd)
})

test('what nobody waits for takes no turn away, shares a statement, and does not wait for one', async () => {
  const seen: string[] = []
  const over = Promise.withResolvers<void>()
  const run: RunMany<string, string> = async (_on, items) => {
    seen.push(items.join())
    if (items[0] === 'held') await over.promise
    return items
  }
  const aside = ['held', 'with it'].map(item => sql.gatherAside('aside', item, run))
  await new Promise(setImmediate)
  assert.equal(await sql.gather('first', 'first', run), 'first')
  const late = sql.gatherAside('late', 'late', run)
  assert.equal(await late, 'late')
  over.resolve()
  assert.deepEqual(await Promise.all(aside), ['held', 'with it'])
  assert.deepEqual(seen, ['held,with it', 'first', 'late'])
})

test('reads wait for nobody else', async () => {
  const free = Promise.withResolvers<void>()
  const slow = sql.gather('slow', 1, async () => {
    await free.promise
    return [1]
  })
  await new Promise(setImmediate)
  assert.equal(await sql.gatherRead('quick', 1, async () => [1]), 1)
  free.resolve()
  await slow
})

test('a statement that waits for a lock does not hold up who comes later', async () => {
  await sql`insert into things values (1, 1), (2, 2)`
  const touch: RunMany<number, number> = async (on, ids) => {
    const rows = await on<{ id: number }[]>`update things set n = n + 1 where id = any(${ids}) returning id`
    return rows.map(row => row.id)
  }
  const holder = connect(url, { name: 'holder', max: 1 })
  const free = Promise.withResolvers<void>()
  const locked = Promise.withResolvers<void>()
  const holding = holder.begin(async tx => {
    await tx`update things set n = n + 1 where id = 1`
    locked.resolve()
    await free.promise
  })
  await locked.promise
  let isFirstDone = false
  const first = sql.gather('touch', 1, touch).then(id => {
    isFirstDone = true
    return id
  })
  await new Promise(setImmediate)
  assert.equal(await sql.gather('touch', 2, touch), 2)
  assert.equal(isFirstDone, false)
  free.resolve()
  assert.equal(await first, 1)
  await holding
  await holder.end()
})

test('a connection that is lost fails all that went along, and nothing is tried again', async () => {
  let runs = 0
  const kill: RunMany<number, number> = async (on, ids) => {
    runs++
    await on`select pg_terminate_backend(pg_backend_pid())`
    return ids
  }
  const results = await Promise.allSettled([1, 2].map(id => sql.gather('kill', id, kill)))
  assert.deepEqual(
    results.map(result => result.status),
    ['rejected', 'rejected'],
  )
  assert.equal(runs, 1)
})

test('each caller passes the boundaries by itself, in a context of its own, and one that is held holds no other', async () => {
  const storage = new AsyncLocalStorage<string>()
  const passed: string[] = []
  const released = Promise.withResolvers<void>()
  const guarded = connect(url, {
    name: 'test',
    max: 2,
    boundary: async name => {
      passed.push(`${storage.getStore()} ${name}`)
      if (storage.getStore() === 'a') await released.promise
    },
  })
  const call = (who: string, id: number) => storage.run(who, () => guarded.gather('insert', id, insert))
  const held = call('a', 1)
  assert.equal(await call('b', 2), 'made 2')
  assert.deepEqual(passed, ['a before commit: insert', 'b before commit: insert', 'b after commit: insert'])
  released.resolve()
  assert.equal(await held, 'made 1')
  assert.equal(passed.at(-1), 'a after commit: insert')
  await guarded.gatherRead('read', 1, async () => [1])
  assert.equal(passed.length, 4, 'a read is no boundary')
  await guarded.end()
})
