import assert from 'node:assert/strict'
import { createServer, connect as dial } from 'node:net'
import { after, before, test } from 'node:test'
import { parseArray, serializeArray } from '../src/arrays.ts'
import { connect, errorCode, isUnavailable, type Sql } from '../src/index.ts'
import { startTestServer, type TestServer } from './server.ts'

let server: TestServer
let url: string
let sql: Sql

before(async () => {
  server = await startTestServer()
  url = await server.createDatabase()
  sql = connect(url, { name: 'test', max: 2 })
})
after(async () => {
  await sql?.end()
  await server?.stop()
})

test('arrays go there and come back as they were, whatever is in them', async () => {
  const words = ['', 'null', 'NULL', '{a,b}', 'say "hi"', 'back\\slash', ' ', ',', 'ü\n', null]
  const ids = ['01a223e0-1adf-7067-8277-4821ec5f3cf7']
  const nested = [
    [1, 2],
    [3, 4],
  ]
  const [row] = await sql`
    select ${words}::text[] as words, ${ids}::uuid[] as ids, ${[1, -2]}::bigint[] as numbers,
      ${['1.50']}::numeric[] as amounts, ${[] as string[]}::text[] as none, ${null}::text[] as nothing,
      ${nested as never}::int[] as nested,
      array['{"a": ["x", "\\""]}']::jsonb[] as documents, '[0:1]={7,8}'::int[] as shifted, array['2026-02-03 04:05:06+00']::timestamptz[] as times`
  assert.deepEqual(
    { ...row },
    {
      ...{ words, ids, numbers: [1, -2], amounts: ['1.50'], none: [], nothing: null },
      ...{ nested, documents: [{ a: ['x', '"'] }], shifted: [7, 8], times: ['2026-02-03T04:05:06.000Z'] },
    },
  )
})

test('what is no array is refused, not guessed', () => {
  for (const text of ['{', '{a', '{"a', '{a,']) assert.throws(() => parseArray(text, String), SyntaxError)
  assert.throws(() => serializeArray(['a', undefined], String), TypeError)
})

test('a connection that breaks at any moment of its opening fails its statement, and nothing else', async () => {
  const target = new URL(url)
  const { hostname, port } = target
  let most = 0
  const proxy = createServer(client => {
    const upstream = dial(Number(port), hostname)
    let passed = 0
    const pass = (to: typeof client) => (chunk: Buffer) => {
      passed += chunk.length
      if (passed <= most) to.write(chunk)
      else {
        client.resetAndDestroy()
        upstream.destroy()
      }
    }
    client.on('data', pass(upstream)).on('error', () => upstream.destroy())
    upstream.on('data', pass(client)).on('error', () => client.destroy())
    client.on('close', () => upstream.destroy())
  })
  await new Promise<void>(done => proxy.listen(0, '127.0.0.1', done))
  target.port = String((proxy.address() as { port: number }).port)
  // An error nobody hears would end the process; the test runner counts it as a failure of this file.
  let answered = 0
  for (most = 0; answered === 0; most += 40) {
    const cut = connect(target.href, { name: 'test', max: 1 })
    try {
      await cut`select ${['a']}::text[] as list`
      answered = most
    } catch (error) {
      assert.ok(isUnavailable(error), `after ${most} bytes: ${errorCode(error)} ${error}`)
    }
    await cut.end({ timeout: 1 })
  }
  assert.ok(answered > 500, `it was cut within the opening, up to ${answered} bytes`)
  await new Promise(done => proxy.close(done))
})
