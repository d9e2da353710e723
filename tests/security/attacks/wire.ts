import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type Answer, type Arena, inClass, type Request, statusesIn } from '../attack.ts'
import { bearer, newEmail, password } from '../world.ts'

const json = inClass('content types and JSON')
const smuggling = inClass('request smuggling')
const exhaustion = inClass('exhaustion')

/** A sign-in that would be right, as some other kind of body. */
const login = (body: string | Buffer, type = 'application/json'): Request => ({
  method: 'POST',
  path: '/api/auth/login',
  headers: { 'content-type': type },
  body,
})
const good = () => JSON.stringify({ email: newEmail(), password })
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')

const bodies: [string, string, () => string | Buffer][] = [
  ['half an object', '400 malformed-json', () => '{"email":'],
  ['something behind the object', '400 malformed-json', () => `${good()} {}`],
  ['two objects', '400 malformed-json', () => `${good()}${good()}`],
  ['a NUL behind the object', '400 malformed-json', () => `${good()}\0`],
  ['a comment', '400 malformed-json', () => `/* x */${good()}`],
  ['a comma at the end', '400 malformed-json', () => good().replace('}', ',}')],
  ['single quotes', '400 malformed-json', () => good().replaceAll('"', "'")],
  ['NaN', '400 malformed-json', () => '{"email":NaN,"password":"x"}'],
  ['Infinity', '400 malformed-json', () => '{"email":Infinity,"password":"x"}'],
  ['a number in hexadecimal', '400 malformed-json', () => '{"email":0x10,"password":"x"}'],
  ['__proto__', '400', () => good().replace('{', '{"__proto__":{"role":"admin"},')],
  ['__proto__ spelt with an escape', '400', () => good().replace('{', '{"\\u005f_proto__":{"role":"admin"},')],
  ['constructor.prototype', '400', () => good().replace('{', '{"constructor":{"prototype":{"role":"admin"}},')],
  ['a list', '400 validation-failed', () => `[${good()}]`],
  ['text', '400 validation-failed', () => JSON.stringify(good())],
  ['null', '400 validation-failed', () => 'null'],
  ['nothing', '400 validation-failed', () => ''],
  ['a number', '400 validation-failed', () => '1e999'],
  ['a number beyond all', '400 validation-failed', () => '{"email":1e999,"password":"x"}'],
  ['a NUL in a string', '400 validation-failed', () => good().replace('@', '\\u0000@')],
  ['half a character', '400 validation-failed', () => good().replace('@', '\\ud800@')],
  ['a hundred thousand lists in one another', '400', () => `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['a thousand objects in one another', '400', () => `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`],
  [
    'ten thousand fields',
    '400 validation-failed',
    () => JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`f${i}`, i]))),
  ],
  ['an array of a hundred thousand', '400 validation-failed', () => `[${'1,'.repeat(100_000)}1]`],
  ['UTF-16', '400', () => utf16(good())],
  [
    'letters that are no UTF-8',
    '400 | 401 invalid-credentials',
    () =>
      Buffer.concat([
        Buffer.from('{"email":"a'),
        Buffer.from([0xff, 0xfe, 0xc0, 0xaf]),
        Buffer.from('@example.com","password":"12345678"}'),
      ]),
  ],
  ['a byte order mark', '400 malformed-json | 401 invalid-credentials', () => `\ufeff${good()}`],
  [
    'the same key twice, the first one right',
    '400 | 401 invalid-credentials',
    () => good().replace('}', ',"password":"something else entirely"}'),
  ],
  ['a very long key', '400 validation-failed', () => good().replace('{', `{"${'k'.repeat(100_000)}":1,`)],
  ['a very long number', '400', () => `{"email":${'9'.repeat(100_000)},"password":"x"}`],
]

const types: [string, string][] = [
  ['text/plain', '415'],
  ['application/x-www-form-urlencoded', '415'],
  ['multipart/form-data; boundary=x', '415'],
  ['text/html', '415'],
  ['application/xml', '415'],
  ['text/json', '415'],
  ['application/json5', '415'],
  ['application/jsonx', '415'],
  ['image/png, application/json', '415'],
  ['x', '415'],
  ['application/json; charset=utf-16', '401 invalid-credentials | 415 | 400'],
  ['application/json; charset=utf-7', '401 invalid-credentials | 415 | 400'],
  ['application/json;;;', '401 invalid-credentials | 415 | 400'],
  ['APPLICATION/JSON', '401 invalid-credentials | 415'],
]

const tricks = [
  ...bodies.map(([what, expected, body]) => json.asks(what, expected, () => login(body()))),
  ...types.map(([type, expected]) => json.asks(`as ${type}`, expected, () => login(good(), type))),
  json.asks('packed as gzip that is none, and as something nobody knows', '400 | 415', () =>
    ['gzip', 'br', 'x'].map(encoding => ({
      ...login(good()),
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      body: Buffer.from([0x1f, 0x8b, 1, 2, 3]),
    })),
  ),
  json.tries('nothing of a body becomes a property of everything', '400', async a => {
    const answer = await a.http(login('{"__proto__":{"polluted":true},"email":"a@b.cd","password":"x"}'))
    assert.equal(({} as Record<string, unknown>).polluted, undefined)
    return answer
  }),
  json.asks('a body where none is taken', '400 validation-failed', a => ({
    method: 'POST',
    path: '/api/auth/logout-all',
    headers: bearer(a.other),
    body: { all: true },
  })),
  json.tries('an address in another spelling is no second account', '409 email-taken', async a => {
    const email = newEmail()
    await a.http({ method: 'POST', path: '/api/auth/register', body: { email, password } })
    return a.http({ method: 'POST', path: '/api/auth/register', body: { email: email.toUpperCase(), password } })
  }),
]

/** A second request hidden behind the first: it must not be answered, above all not as somebody else's. */
const hidden = 'GET /api/users HTTP/1.1\r\nHost: shop\r\nX-Smuggled: 1\r\n\r\n'
const body = '{"email":"a@example.com","password":"12345678"}'
const head = (lines: string[]) =>
  `POST /api/auth/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n${lines.join('\r\n')}\r\n\r\n`

const ambiguous: [string, string][] = [
  ['CL.TE', `${head([`Content-Length: ${5 + hidden.length}`, 'Transfer-Encoding: chunked'])}0\r\n\r\n${hidden}`],
  ['TE.CL', `${head(['Transfer-Encoding: chunked', 'Content-Length: 4'])}5c\r\n${hidden}\r\n0\r\n\r\n`],
  ['two lengths', `${head(['Content-Length: 0', `Content-Length: ${body.length}`])}${body}`],
  ['a length with a sign', `${head([`Content-Length: +${body.length}`])}${body}`],
  ['a length in hexadecimal', `${head(['Content-Length: 0x10'])}${body}`],
  ['a length of less than nothing', `${head(['Content-Length: -1'])}${body}`],
  ['a list of lengths', `${head([`Content-Length: ${body.length}, ${body.length}`])}${body}`],
  ['TE of something else', `${head(['Transfer-Encoding: xchunked', `Content-Length: ${body.length}`])}${body}`],
  ['TE twice', `${head(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'])}0\r\n\r\n${hidden}`],
  ['TE with a space before the colon', `${head(['Transfer-Encoding : chunked'])}0\r\n\r\n${hidden}`],
  ['TE with a tab', `${head(['Transfer-Encoding:\tchunked', 'Content-Length: 5'])}0\r\n\r\n${hidden}`],
  [
    'a header folded over two lines',
    `GET /api/users/profile HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer\r\n x\r\n\r\n`,
  ],
  ['a header name with a space', `GET /api/users HTTP/1.1\r\nHost: shop\r\nX Service-Token: x\r\n\r\n`],
  ['a line feed alone', `GET /api/users HTTP/1.1\nHost: shop\n\n`],
  ['a carriage return in a header', `GET /api/users HTTP/1.1\r\nHost: shop\r\nX: a\rX-Service-Token: x\r\n\r\n`],
  ['a NUL in a header', `GET /api/users HTTP/1.1\r\nHost: shop\r\nX: a\0b\r\n\r\n`],
  ['no host', `GET /api/users HTTP/1.1\r\n\r\n`],
  ['two hosts', `GET /api/users HTTP/1.1\r\nHost: shop\r\nHost: evil.example\r\n\r\n`],
  ['a chunk with a wrong size', `${head(['Transfer-Encoding: chunked'])}zz\r\n${body}\r\n0\r\n\r\n`],
  ['a chunk larger than the world', `${head(['Transfer-Encoding: chunked'])}fffffffffffffffff\r\nx`],
  ['an unknown version', `GET /api/users HTTP/3.7\r\nHost: shop\r\n\r\n`],
  ['an unknown method', `STEAL /api/users HTTP/1.1\r\nHost: shop\r\n\r\n`],
  ['HTTP/2 without having agreed on it', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['something that is no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello'],
]

const smuggled = [
  ...ambiguous.map(([what, bytes]) =>
    smuggling.tries(what, '400', async a => {
      const heard = await a.raw(bytes)
      const statuses = statusesIn(heard)
      // Refused as a whole, or (what is not ambiguous) answered once, as the request of nobody.
      assert.match(statuses, /^(|4\d\d|501|505)$/, `answered ${statuses}`)
      assert.ok(!/"email":/.test(heard))
      return []
    }),
  ),
  smuggling.tries('an upgrade nobody offered', '400', async a => {
    const heard = await a.raw(
      'GET /api/users HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n',
    )
    assert.ok(!/^HTTP\/1\.1 101/.test(heard), heard.slice(0, 100))
    return []
  }),
  smuggling.tries('a header named in Connection is not taken away from the next hop', '401', async a => {
    const heard = await a.raw(
      'GET /api/users/profile HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer x.y.z\r\nConnection: close, X-Forwarded-For, X-Deadline-Ms\r\n\r\n',
    )
    assert.match(heard, /^HTTP\/1\.1 401 /)
    return []
  }),
  smuggling.tries('CONNECT and TRACE', '400', async a => {
    for (const line of [
      'CONNECT 127.0.0.1:5432 HTTP/1.1',
      'TRACE /api/users HTTP/1.1',
      'GET http://127.0.0.1:1/ HTTP/1.1',
    ]) {
      const heard = await a.raw(`${line}\r\nHost: shop\r\nX-Secret: do-not-echo\r\nConnection: close\r\n\r\n`)
      assert.match(statusesIn(heard), /^(|4\d\d|501)$/, `${line}: ${heard.slice(0, 80)}`)
      assert.ok(!heard.includes('do-not-echo'))
    }
    return []
  }),
]

/** Milliseconds until somebody else is served, while something is going on. */
async function othersWait(a: Arena): Promise<number> {
  const started_ms = performance.now()
  const answer = await a.http({ path: '/health' })
  assert.equal(answer.status, 200)
  return performance.now() - started_ms
}

const patient_ms = 5000
/** Patterns of the contracts against texts made to keep a backtracking engine busy. */
const slow = [
  'a'.repeat(200),
  `${'a-'.repeat(99)}!`,
  `${'0'.repeat(199)}!`,
  `a@${'a.'.repeat(120)}`,
  `${' '.repeat(199)}x`,
]

const exhausting = [
  exhaustion.asks('a body over the limit', '413 body-too-large', () => login(`{"email":"${'x'.repeat(300_000)}"}`)),
  exhaustion.tries('a body that says it is over the limit', '413', async a => {
    const heard = await a.raw(head(['Content-Length: 999999999']), { quiet_ms: 3000 })
    assert.match(heard, /^HTTP\/1\.1 413 /, heard.slice(0, 80))
    return []
  }),
  exhaustion.tries('a body without an end', '413', async a => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    const heard = await a.raw(head(['Transfer-Encoding: chunked']) + chunk.repeat(6), { quiet_ms: 4000 })
    assert.match(heard, /^HTTP\/1\.1 413 /, heard.slice(0, 80))
    return []
  }),
  exhaustion.tries('headers over the limit', '431', async a => {
    const heard = await a.raw(`GET /health HTTP/1.1\r\nHost: shop\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`)
    assert.match(heard, /^HTTP\/1\.1 431 /, heard.slice(0, 80))
    return []
  }),
  exhaustion.tries('ten thousand headers', '431', async a => {
    const heard = await a.raw(`GET /health HTTP/1.1\r\nHost: shop\r\n${'a: b\r\n'.repeat(10_000)}\r\n`)
    assert.match(statusesIn(heard), /^(|431|400)$/)
    return []
  }),
  exhaustion.tries('an address of ten thousand letters', '404 not-found | 400 | 414 | 431', a =>
    a.http({ path: `/api/products/${'x'.repeat(10_000)}` }),
  ),
  exhaustion.asks('a thousand filters', '400 validation-failed', () => ({
    path: `/api/products?${Array.from({ length: 900 }, (_, i) => `attribute.a${i}=x`).join('&')}`,
  })),
  exhaustion.asks('a page of everything, of nothing and of less', '400 validation-failed', () =>
    ['101', '1e9', '0', '-1', '1.5', 'x', '', '9'.repeat(400)].map(limit => ({ path: `/api/products?limit=${limit}` })),
  ),
  exhaustion.asks('made-up cursors', '400 invalid-cursor', () =>
    [
      'x',
      Buffer.from('[]').toString('base64url'),
      Buffer.from('["orders","x"]').toString('base64url'),
      'A'.repeat(500),
      '%00',
    ]
      .map(cursor => ({ path: `/api/products?cursor=${cursor}` }))
      .filter(one => !one.path.includes('%00')),
  ),
  exhaustion.asks("another list's cursor", '400 invalid-cursor', async a => {
    const { body: list } = await a.http({ path: '/api/users?limit=1', headers: bearer(a.staff.get('admin')!) })
    return { path: `/api/products?cursor=${list.next_cursor}` }
  }),
  exhaustion.tries('texts that keep a pattern busy', '400 | 401 | 404 not-found | 200 | 422', async a => {
    const answers: Answer[] = []
    for (const text of slow) {
      const started_ms = performance.now()
      answers.push(await a.http({ path: `/api/images/${encodeURIComponent(text)}` }))
      answers.push(await a.http({ path: `/api/products/search?q=${encodeURIComponent(text)}` }))
      answers.push(
        await a
          .http({ method: 'POST', path: '/api/auth/forgot-password', body: { email: text } })
          .then(got => (got.status === 202 ? { ...got, status: 200 } : got)),
      )
      answers.push(
        await a.http({
          method: 'POST',
          path: '/api/products',
          headers: bearer(a.staff.get('admin')!),
          body: { name: text, price: 1, slug: text, image_url: text, sku: text },
        }),
      )
      assert.ok(performance.now() - started_ms < 4 * patient_ms, `${text.slice(0, 20)} took long`)
    }
    return answers
  }),
  exhaustion.tries('a body of a hundred thousand wrong lines', '400 validation-failed | 413', async a => {
    const wrong = { items: Array.from({ length: 9000 }, () => ({ product_id: 'x', quantity: -1 })) }
    const asked = a.http({ method: 'POST', path: '/api/orders', body: wrong })
    assert.ok((await othersWait(a)) < patient_ms)
    const answer = await asked
    assert.ok(answer.text.length < 20_000, `an answer of ${answer.text.length}`)
    return answer
  }),
  exhaustion.tries('a search of very many words', '200 | 400', a =>
    a.http({ path: `/api/products/search?q=${encodeURIComponent('a '.repeat(100))}` }),
  ),
  exhaustion.tries('forty sign-ins at once leave the rest working', '401 | 429 | 503', async a => {
    const all = Promise.all(
      Array.from({ length: 40 }, () => a.http(login(JSON.stringify({ email: newEmail(), password })))),
    )
    assert.ok((await othersWait(a)) < patient_ms)
    return all
  }),
  exhaustion.tries('fifty connections that say nothing leave the rest working', '200', async a => {
    const silent = Promise.all(Array.from({ length: 50 }, () => a.raw('GET /health HT', { quiet_ms: 2000 })))
    assert.ok((await othersWait(a)) < patient_ms)
    await silent
    return []
  }),
  exhaustion.tries(
    'a request that arrives a letter at a time is cut off',
    '408',
    async a => {
      const started_ms = performance.now()
      const heard = await a.raw(`${head(['Content-Length: 50'])}{`, { quiet_ms: 100_000 })
      assert.match(heard, /^HTTP\/1\.1 408 /, heard.slice(0, 80))
      assert.ok(performance.now() - started_ms < 90_000)
      return []
    },
    { slow: true },
  ),
  exhaustion.asks('more addresses than a person has', '409 too-many', async a => {
    const me = await a.join()
    const kept = { line1: 'x', city: 'y', postal_code: 'z', country: 'GB' }
    const add = { method: 'POST', path: '/api/users/addresses', headers: bearer(me), body: { address: kept } }
    for (let i = 0; i < 200; i++) if ((await a.http(add)).status !== 201) break
    return add
  }),
  exhaustion.asks('more lines than a cart has', '400 validation-failed | 422 unknown-product', a => ({
    method: 'POST',
    path: '/api/cart/items',
    headers: bearer(a.other),
    body: { product_id: randomUUID(), quantity: 1000 },
  })),
]

export const wireAttacks = [...tricks, ...smuggled, ...exhausting]
