import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answer, type Arena, inClass, type Request } from '../attack.ts'
import { bearer, newEmail, password } from '../world.ts'

const injection = inClass('injection')
const ssrf = inClass('server-side requests')
const uploads = inClass('uploads and file names')

/** What template languages would fill in; this one is not to. */
const dollar = (inside: string) => `$\{${inside}}`

const payloads: Record<string, string[]> = {
  SQL: [
    "' or '1'='1",
    "'; drop table users; --",
    '1; select pg_sleep(20) --',
    "' union select null, password_hash from users --",
    "\\'; select pg_sleep(20); --",
    "%' and (select 1 from pg_sleep(20)) is not null --",
    '$1',
    dollar('1'),
  ],
  'operators of document databases': ['{"$gt":""}', '[$ne]=1', "'; return true; var x='"],
  templates: ['{{7*7}}', dollar('7*7'), '<%= 7*7 %>', '#{7*7}', '{{constructor.constructor("return process")()}}'],
  scripts: [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    'javascript:alert(1)',
    '</textarea><svg/onload=alert(1)>',
  ],
  'lines of logs and headers': ['a\r\nset-cookie: x=1', 'a\nlevel=error msg=forged', 'a\u2028b', 'a\u001b[31mred'],
  'commands and paths': [
    '; cat /etc/passwd',
    '$(touch /tmp/x)',
    '`id`',
    '../../../../etc/passwd',
    '..\\..\\windows',
    '/dev/null',
  ],
  'LDAP, XML and formats': [
    '*)(uid=*))(|(uid=*',
    '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
    '%s%s%s%n',
    '=cmd|calc!A1',
  ],
  'odd letters': ['\u202egnp.exe', 'A\u0300'.repeat(30), 'ﷺ'.repeat(20), '🏴‍☠️', '\ufeff', 'ａｄｍｉｎ', 'i̇'],
}

const address = { line1: '12 St James Square', city: 'London', postal_code: 'SW1Y 4JH', country: 'GB' }

/** Where text goes in, and comes out again as it was: what is kept is kept as text, and answered as data. */
const echoes: Record<string, (a: Arena, text: string) => Promise<[Answer, (answer: Answer) => unknown]>> = {
  'the name of a person': async (a, text) => [
    await a.http({ method: 'PUT', path: '/api/users/profile', headers: bearer(a.other), body: { first_name: text } }),
    // Spaces of every kind are one space in a name, and none at its ends.
    answer => ((answer.body.first_name ?? '') === text.trim().replace(/\s+/g, ' ') ? text : answer.body.first_name),
  ],
  'an address': async (a, text) => {
    const me = await a.join()
    const body = { label: text.slice(0, 50), address: { ...address, line1: text, line2: text } }
    return [
      await a.http({ method: 'POST', path: '/api/users/addresses', headers: bearer(me), body }),
      answer => answer.body.address.line1,
    ]
  },
  'a product': async (a, text) => {
    const body = { name: `${text} ${randomUUID()}`, price: 1, description: text, attributes: { colour: text } }
    const headers = bearer(a.staff.get('admin')!)
    return [await a.http({ method: 'POST', path: '/api/products', headers, body }), answer => answer.body.description]
  },
  'why an order is cancelled': async (a, text) => {
    const order = await a.http({
      method: 'POST',
      path: '/api/orders',
      headers: bearer(a.other),
      body: { items: [{ product_id: a.product.id, quantity: 1 }] },
    })
    const path = `/api/orders/${order.body.id}/cancel`
    return [
      await a.http({ method: 'PUT', path, headers: bearer(a.other), body: { reason: text } }),
      answer => answer.body.cancel_reason,
    ]
  },
}

const kept = Object.entries(payloads).flatMap(([kind, texts]) =>
  Object.entries(echoes).map(([where, put]) =>
    injection.tries(`${kind} in ${where}`, '200 | 201 | 400 validation-failed', async a => {
      const answers: Answer[] = []
      for (const text of texts) {
        const started_ms = performance.now()
        const [answer, read] = await put(a, text)
        assert.ok(performance.now() - started_ms < 15_000, 'something slept')
        if (answer.status < 300) {
          assert.equal(read(answer), text, 'it came back as something else')
          assert.match(String(answer.headers['content-type']), /^application\/json/)
          assert.equal(answer.headers['x-content-type-options'], 'nosniff')
        }
        answers.push(answer)
      }
      return answers
    }),
  ),
)

/** Where text is looked for: nothing but what has that text is found. */
const searched: Record<string, (text: string) => string> = {
  'a search': text => `/api/products/search?q=${encodeURIComponent(text)}`,
  'a suggestion': text => `/api/products/suggest?q=${encodeURIComponent(text)}`,
  'a filter by attribute': text => `/api/products?attribute.colour=${encodeURIComponent(text)}`,
  'a filter by category': text => `/api/products?category=${encodeURIComponent(text)}`,
  'the id of a product': text => `/api/products/${encodeURIComponent(text)}`,
  'the id of an order': text => `/api/orders/${encodeURIComponent(text)}`,
  'the name of a filter': text => `/api/products?attribute.${encodeURIComponent(text)}=x`,
  'the order of a list': text => `/api/products?sort=${encodeURIComponent(text)}`,
  'a cursor': text => `/api/products?cursor=${encodeURIComponent(Buffer.from(text).toString('base64url'))}`,
}

const looked = Object.entries(payloads).flatMap(([kind, texts]) =>
  Object.entries(searched).map(([where, path]) =>
    injection.tries(`${kind} in ${where}`, '200 | 400 | 404 not-found', async a => {
      const answers: Answer[] = []
      for (const text of texts) {
        const started_ms = performance.now()
        const answer = await a.http({ path: path(text) })
        assert.ok(performance.now() - started_ms < 15_000, 'something slept')
        assert.ok(!/\$2[aby]\$\d|root:x:0/.test(answer.text))
        assert.equal(answer.headers['set-cookie']?.length ?? 0, 0)
        assert.match(String(answer.headers['content-type']), /json/)
        answers.push(answer)
      }
      return answers
    }),
  ),
)

const operators = [
  ...[{ $gt: '' }, { $ne: null }, ['a', 'b'], true, 1, null].map(value =>
    injection.asks(`${JSON.stringify(value)} instead of a password`, '400 validation-failed', a => ({
      method: 'POST',
      path: '/api/auth/login',
      body: JSON.stringify({ email: a.owner.user.email, password: value }),
    })),
  ),
  injection.asks('an object instead of an address', '400 validation-failed', () => [
    { method: 'POST', path: '/api/auth/forgot-password', body: { email: { $gt: '' } } },
    { method: 'POST', path: '/api/auth/login', body: JSON.stringify({ email: ['a@b.c'], password }) },
  ]),
  injection.asks('a query that becomes an object or a list', '400 validation-failed', a => [
    { path: '/api/orders?status[$ne]=x', headers: bearer(a.other) },
    { path: '/api/orders?status=pending&status=shipped', headers: bearer(a.other) },
    { path: '/api/products?limit[]=5' },
    { path: '/api/products?__proto__[x]=1' },
    { path: '/api/products?constructor=1' },
  ]),
  injection.asks('two addresses in one, and header lines in an address', '400 validation-failed', () =>
    [
      'a@example.com,b@example.com',
      'a@example.com\r\nBcc: b@example.com',
      '"a\r\nb"@example.com',
      'a@example.com\0',
    ].map(email => ({ method: 'POST', path: '/api/auth/forgot-password', body: { email } })),
  ),
  injection.asks('header lines in the subject of a letter', '400 validation-failed', a => ({
    method: 'POST',
    path: '/api/notifications/send',
    headers: bearer(a.staff.get('support')!),
    body: { email: newEmail(), subject: 'Hello\r\nBcc: everybody@example.com', text: 'x' },
  })),
  injection.tries('scripts in a letter come out as text', '201', async a => {
    const email = newEmail()
    const text = `<script>alert(1)</script><img src=x onerror=alert(1)> {{7*7}} ${dollar('7*7')}`
    const answer = await a.http({
      method: 'POST',
      path: '/api/notifications/send',
      headers: bearer(a.staff.get('support')!),
      body: { email, subject: 'Your <b>question</b>', text },
    })
    await a.settle('user', 'notification', 'product')
    const [mail] = await a.platform.mail.sent(email)
    assert.ok(mail, 'it was not sent')
    assert.ok(!/<script|<img src=x/i.test(mail.html), mail.html)
    assert.ok(mail.text.includes(dollar('7*7')) && !mail.text.includes('49'))
    return answer
  }),
  injection.tries('a name that is a header does not become one in the mail', '201', async a => {
    const email = newEmail()
    const body = { email, password, first_name: 'Ada\r\nBcc: everybody@example.com' }
    const answer = await a.http({ method: 'POST', path: '/api/auth/register', body })
    await a.settle('user', 'notification', 'product')
    for (const mail of await a.platform.mail.sent(email)) {
      assert.equal(mail.headers.bcc, undefined)
      assert.deepEqual(mail.to.map(String).join().includes('everybody'), false)
    }
    assert.deepEqual(await a.platform.mail.sent('everybody@example.com'), [])
    return answer
  }),
  injection.tries('lines in what is logged stay one line of JSON', '404 not-found | 400', async a => {
    const answer = await a.http({
      path: `/api/products/${encodeURIComponent('x\n{"level":"fatal","message":"forged"}')}`,
      headers: { 'user-agent': 'x","level":"fatal","y":"' },
    })
    for (const line of a.logged().split('\n').filter(Boolean)) assert.notEqual(JSON.parse(line).level, 'fatal')
    return answer
  }),
]

const push = (endpoint: string) => ({
  endpoint,
  keys: { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: Buffer.alloc(16, 7).toString('base64url') },
})
const inner = [
  'http://127.0.0.1:4001/internal/revocations',
  'https://127.0.0.1/',
  'https://localhost/',
  'https://[::1]/',
  'https://169.254.169.254/latest/meta-data/',
  'https://0.0.0.0/',
  'https://2130706433/',
  'https://10.0.0.1/',
  'https://fcm.googleapis.com.evil.example/',
  'https://fcm.googleapis.com@127.0.0.1/',
  'https://fcm.googleapis.com:8443/fcm/send/x',
  'https://evil.example/#fcm.googleapis.com',
  'http://fcm.googleapis.com/fcm/send/x',
  'file:///etc/passwd',
  'gopher://127.0.0.1:5432/',
  'javascript:alert(1)',
]

const requests = [
  ...inner.map(endpoint =>
    ssrf.asks(`a push service at ${endpoint}`, '400 validation-failed', a => ({
      method: 'POST',
      path: '/api/notifications/push-subscriptions',
      headers: bearer(a.other),
      body: push(endpoint),
    })),
  ),
  ...[
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'ftp://x/y.png',
    ' http://x',
    'vbscript:x',
  ].map(url =>
    ssrf.asks(`a picture at ${url}`, '400 validation-failed', a => ({
      method: 'POST',
      path: '/api/products',
      headers: bearer(a.staff.get('admin')!),
      body: { name: `Pictured ${randomUUID()}`, price: 1, image_url: url },
    })),
  ),
  ssrf.tries('the address of a picture is kept, and nobody here asks for it', '201 | 200', async a => {
    let asked = 0
    const server = createServer((_request, response) => {
      asked++
      response.end()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.png`
      const body = { name: `Pictured ${randomUUID()}`, price: 1, image_url: url, images: undefined }
      const made = await a.http({ method: 'POST', path: '/api/products', headers: bearer(a.staff.get('admin')!), body })
      await a.settle('user', 'notification', 'product')
      const read = await a.http({ path: `/api/products/${made.body.id}` })
      assert.equal(asked, 0)
      return [made, read]
    } finally {
      server.close()
    }
  }),
]

const names = [
  '../../package.json',
  '..%2f..%2fpackage.json',
  '%2e%2e%2f%2e%2e%2fpackage.json',
  '..%5c..%5cpackage.json',
  '/etc/passwd',
  '%2fetc%2fpasswd',
  'lamp.svg%00.png',
  'lamp.svg/../../x.svg',
  '.env',
  'lamp.html',
  'LAMP.SVG',
  'con.svg',
  `${'a'.repeat(300)}.svg`,
  '%c0%ae%c0%ae%2fx.svg',
]
const files = [
  ...names.map(name =>
    uploads.tries(`a picture called ${name.slice(0, 40)}`, '400 | 404 not-found | 414', async a => {
      const heard = await a.raw(`GET /api/images/${name} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n`)
      assert.match(heard, /^HTTP\/1\.1 (400|404|414) /, heard.slice(0, 120))
      assert.ok(!/"dependencies"|root:x:/.test(heard))
      return []
    }),
  ),
  ...['multipart/form-data; boundary=x', 'image/svg+xml', 'application/octet-stream', 'application/zip'].map(type =>
    uploads.tries(`a file where none is taken, as ${type}`, '415 unsupported-media-type', a => {
      const request: Request = {
        method: 'POST',
        path: '/api/products',
        headers: { ...bearer(a.staff.get('admin')!), 'content-type': type },
        body: '--x\r\ncontent-disposition: form-data; name="f"; filename="x.php"\r\n\r\n<?php\r\n--x--',
      }
      return a.http(request)
    }),
  ),
]

export const injectionAttacks = [...kept, ...looked, ...operators, ...requests, ...files]
