import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  connect,
  errorCode,
  isCheckViolation,
  isUnavailable,
  isUniqueViolation,
  type Queryable,
  type Sql,
  transaction,
  unhurried,
} from '../src/index.ts'
import { startTestServer, type TestServer } from './server.ts'

let server: TestServer
let url: string
let sql: Sql
let admin: Sql

before(async () => {
  server = await startTestServer()
  url = await server.createDatabase()
  sql = connect(url, { name: 'test', max: 4 })
  admin = connect(server.adminUrl, { name: 'test admin', max: 1 })
  await sql`create table items (id int primary key, quantity bigint not null check (quantity >= 0))`
  await sql`insert into items select i, 100 from generate_series(1, 10) i`
})

after(async () => {
  await sql?.end()
  await admin?.end()
  await server?.stop()
})

function fails(code: string) {
  return (error: unknown) => errorCode(error) === code
}

test('values arrive as the wire wants them', async () => {
  const [row] = await sql`select 9007199254740991::int8 as big, 1.50::numeric as exact, '2026-02-03'::date as day,
    '2026-02-03 04:05:06.789123+02'::timestamptz as at, '2026-02-03 04:05:06+00'::timestamptz as whole,
    '2026-02-03 04:05:06.7+00'::timestamptz as tenth, 'infinity'::timestamptz as never,
    '{"a": [1, null]}'::jsonb as document, array['x', 'y'] as words, array[1, 2]::int8[] as numbers, true as yes`
  assert.deepEqual(
    { ...row },
    {
      ...{ big: 9007199254740991, exact: '1.50', day: '2026-02-03', at: '2026-02-03T02:05:06.789Z' },
      ...{ whole: '2026-02-03T04:05:06.000Z', tenth: '2026-02-03T04:05:06.700Z', never: 'infinity' },
      ...{ document: { a: [1, null] }, words: ['x', 'y'], numbers: [1, 2], yes: true },
    },
  )
})

test('values leave as they are', async () => {
  const at = new Date('2026-02-03T04:05:06.789Z')
  const [row] = await sql`select ${at}::timestamptz as date, ${at.toISOString()}::timestamptz as text,
    ${sql.json({ a: 'ü' })}::jsonb as document, ${['a,"b', 'c']}::text[] as words, ${[]}::text[] as none, ${null}::int as nothing`
  assert.deepEqual(
    { ...row },
    {
      ...{ date: at.toISOString(), text: at.toISOString(), document: { a: 'ü' } },
      ...{ words: ['a,"b', 'c'], none: [], nothing: null },
    },
  )
})

test('a bigint that does not fit a number is an error, and the connection stays in step', async () => {
  await assert.rejects(sql`select 9007199254740992::int8 as big`, /does not fit/)
  assert.equal((await sql`select 1 as one`)[0]?.one, 1)
})

test('an undefined parameter fails its own statement and no other', async () => {
  const one = connect(url, { name: 'test', max: 1 })
  const slow = one`select pg_sleep(0.05), 'slow' as v`
  const wrong = one`select ${undefined as unknown as string} as v`
  const next = one`select 'next' as v`
  const [a, b, c] = await Promise.allSettled([slow, wrong, next])
  assert.equal(a.status === 'fulfilled' && a.value[0]?.v, 'slow')
  assert.equal(b.status === 'rejected' && errorCode(b.reason), 'UNDEFINED_VALUE')
  assert.equal(c.status === 'fulfilled' && c.value[0]?.v, 'next')
  await one.end()
})

test('a statement that fails after some rows leaves nothing in the next result', async () => {
  const one = connect(url, { name: 'test', max: 1 })
  await assert.rejects(one`select 1 / (4 - i) from generate_series(1, 9) i`, fails('22012'))
  assert.deepEqual([...(await one`select i from generate_series(1, 2) i`)], [{ i: 1 }, { i: 2 }])
  await one.end()
})

test('each connection has its name and its limits', async () => {
  const rows = await sql`select name, setting from pg_settings where name in ('application_name', 'statement_timeout',
    'lock_timeout', 'idle_in_transaction_session_timeout', 'TimeZone')`
  assert.deepEqual(Object.fromEntries(rows.map(row => [row.name, row.setting])), {
    ...{ application_name: 'test', statement_timeout: '10000', lock_timeout: '5000', TimeZone: 'UTC' },
    idle_in_transaction_session_timeout: '15000',
  })
})

for (const moment of ['between two statements', 'during a statement']) {
  test(`a connection lost ${moment}: the transaction has no effect and none of it runs elsewhere`, async () => {
    const one = connect(url, { name: 'test', max: 1 })
    const broken = one.begin(async tx => {
      const [row] = await tx`select pg_backend_pid() as pid`
      await tx`update items set quantity = 0 where id = 1`
      const kill = admin`select pg_terminate_backend(${row?.pid})`
      if (moment === 'between two statements') {
        await kill
        await sleep(20)
      } else {
        kill.execute()
        await tx`select pg_sleep(2)`.catch(() => {})
      }
      await tx`update items set quantity = 0 where id = 2`
    })
    const other = one.begin(async tx => {
      await tx`update items set quantity = quantity + 1 where id = 3`
    })
    await assert.rejects(broken, isUnavailable)
    await other
    const rows = await sql`select quantity from items where id in (1, 2) order by id`
    assert.deepEqual([...rows], [{ quantity: 100 }, { quantity: 100 }])
    await one.end()
  })
}

test('a transaction whose failed statement was ignored does not pretend to have committed', async () => {
  await assert.rejects(
    transaction(sql, async tx => {
      await tx`update items set quantity = 1 where id = 5`
      await tx`select 1 / 0`.catch(() => {})
    }),
    fails('22012'),
  )
  assert.equal((await sql`select quantity from items where id = 5`)[0]?.quantity, 100)
})

test('a savepoint undoes its own part only', async () => {
  await transaction(sql, async tx => {
    await tx`update items set quantity = 7 where id = 6`
    await assert.rejects(
      tx.savepoint(sp => sp`insert into items values (6, 1)`),
      error => isUniqueViolation(error, 'items_pkey'),
    )
  })
  assert.equal((await sql`select quantity from items where id = 6`)[0]?.quantity, 7)
})

test('a deadlock is retried until both transactions have committed', async () => {
  let arrived = 0
  let attempts = 0
  const both = Promise.withResolvers<void>()
  const move = (from: number, to: number) =>
    transaction(sql, async tx => {
      attempts++
      await tx`update items set quantity = quantity - 1 where id = ${from}`
      if (++arrived === 2) both.resolve()
      await both.promise
      await tx`update items set quantity = quantity + 1 where id = ${to}`
    })
  await Promise.all([move(7, 8), move(8, 7)])
  assert.ok(attempts > 2)
  assert.deepEqual(
    [...(await sql`select quantity from items where id in (7, 8)`)],
    [{ quantity: 100 }, { quantity: 100 }],
  )
})

test('errors are told apart', async () => {
  await assert.rejects(sql`insert into items values (1, 1)`, error => isUniqueViolation(error) && !isUnavailable(error))
  await assert.rejects(sql`insert into items values (1, 1)`, error => !isUniqueViolation(error, 'other'))
  await assert.rejects(sql`update items set quantity = -1`, error => isCheckViolation(error, 'items_quantity_check'))
  await assert.rejects(connect('postgres://a@127.0.0.1:1/b', { name: 'x' })`select 1`, isUnavailable)
  const slow = sql`select pg_sleep(5)`
  setTimeout(() => slow.cancel(), 50)
  await assert.rejects(slow, isUnavailable)
})

test('what many ask at once for a moment is answered over few connections; what lasts gets more', async () => {
  const burst = connect(url, { name: 'burst', max: 10 })
  const open = async () =>
    (await admin`select count(*)::int as n from pg_stat_activity where application_name = 'burst'`)[0]!.n
  try {
    await Promise.all(Array.from({ length: 10 }, () => burst`select 1`))
    const few = await open()
    assert.ok(few < 5, `${few} connections`)
    await Promise.all(Array.from({ length: 10 }, () => burst`select pg_sleep(0.5)`))
    assert.equal(await open(), 10)
  } finally {
    await burst.end()
  }
})

test('where no connection can be had, each statement learns why', async () => {
  const { port } = new URL(url)
  const nobody = connect(`postgres://nobody:wrong@127.0.0.1:${port}/postgres`, { name: 'nobody', max: 3 })
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => nobody`select 1`))
  await nobody.end()
  assert.deepEqual(
    outcomes.map(outcome => outcome.status === 'rejected' && errorCode(outcome.reason)),
    Array(5).fill('28P01'),
  )
})

test('a server that accepts and hangs up is unavailable, at once', async () => {
  const rude = createServer(socket => socket.destroy()).listen(0, '127.0.0.1')
  await once(rude, 'listening')
  const { port } = rude.address() as { port: number }
  await assert.rejects(connect(`postgres://a:b@127.0.0.1:${port}/c`, { name: 'x' })`select 1`, isUnavailable)
  rude.close()
})

test('a cursor gives its connection back', async () => {
  const one = connect(url, { name: 'test', max: 1 })
  const sizes: number[] = []
  for await (const rows of one`select i from generate_series(1, 5) i`.cursor(2)) sizes.push(rows.length)
  for await (const _ of one`select i from generate_series(1, 5) i`.cursor(2)) break
  assert.deepEqual(sizes, [2, 2, 1])
  assert.equal((await one`select 1 as one`)[0]?.one, 1)
  await one.end()
})

test('a listener hears again after its connection was lost', async () => {
  const heard: string[] = []
  let ready = Promise.withResolvers<void>()
  const { unlisten } = await sql.listen('news', { heard: payload => heard.push(payload), ready: () => ready.resolve() })
  await ready.promise
  ready = Promise.withResolvers()
  await admin`select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen "news"%'`
  await ready.promise
  await sql.notify('news', 'hello')
  while (heard.length === 0) await sleep(5)
  assert.deepEqual(heard, ['hello'])
  await unlisten()
})

test('the boundary sees each write, and nothing else', async () => {
  const seen: string[] = []
  const watched = connect(url, { name: 'test', boundary: name => void seen.push(name) })
  const condition = watched`id = ${9}`
  await watched`select 1`
  await watched`with rows as (select * from items for update) select count(*) from rows`
  await watched`update items set quantity = 5 where ${condition}`
  await watched`with x as (select 1) insert into items values (11, 1)`
  await watched.begin(async tx => {
    await tx`delete from items where id = 11`
    await tx`update items set quantity = 6 where id = 9`
  })
  const reserved = await watched.reserve()
  await reserved`delete from items where id = 12`
  reserved.release()
  await watched`
    with held as (select * from items for update), kept as (insert into items values (12, 6) on conflict (id) do update set quantity = 6)
    update items set quantity = 6 where id = 9`
  const names = ['update items', 'insert items', 'delete items', 'delete items', 'insert items, update items']
  assert.deepEqual(
    seen,
    names.flatMap(name => [`before commit: ${name}`, `after commit: ${name}`]),
  )
  await watched.end()
})

test('a boundary that throws before the commit prevents it', async () => {
  const watched = connect(url, {
    name: 'test',
    boundary: name => {
      if (name.startsWith('before')) throw new Error('crash')
    },
  })
  await assert.rejects(watched`update items set quantity = 0 where id = 10`, /crash/)
  await assert.rejects(
    watched.begin(tx => tx`update items set quantity = 0 where id = 10`),
    /crash/,
  )
  assert.equal((await sql`select quantity from items where id = 10`)[0]?.quantity, 100)
  await watched.end()
})

test('after end() statements are refused, and what was running has finished', async () => {
  const one = connect(url, { name: 'test', max: 1 })
  const running = [one`select pg_sleep(0.05), 1 as n`, one`select 2 as n`]
  const results = Promise.all(running)
  await sleep(1)
  await one.end()
  assert.deepEqual(
    (await results).map(rows => rows[0]?.n),
    [1, 2],
  )
  await assert.rejects(one`select 1`, fails('CONNECTION_ENDED'))
})

test('what need not wait for the disk does not, in its own transaction alone, and has its effect', async () => {
  const one = connect(url, { name: 'test unhurried', max: 1 })
  const waits = async (on: Queryable) =>
    (await on<[{ setting: string }]>`select current_setting('synchronous_commit') as setting`)[0].setting
  // As a server is that keeps what it is told; the one of the tests does not.
  await one`set synchronous_commit = on`
  try {
    await transaction(one, async tx => {
      assert.equal(await waits(tx), 'on')
      const changed = await tx`update items set quantity = 101 where id = 10 and ${unhurried(tx)}`
      assert.equal(changed.count, 1)
      assert.equal(await waits(tx), 'off')
    })
    assert.equal(await waits(one), 'on')
    assert.equal((await one`select 1 from items where id = 10 and quantity = 101`).count, 1)
  } finally {
    await one.end()
  }
})
