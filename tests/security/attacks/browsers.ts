import assert from 'node:assert/strict'
import { type Answer, type Arena, inClass } from '../attack.ts'
import { newEmail, password } from '../world.ts'

const csrf = inClass('requests forged by other pages')
const cors = inClass('reading by other pages')
const headers = inClass('header spoofing')

const ours = 'http://localhost:3000'

/** A person signed in by cookies, as the web apps do it. */
async function inBrowser(a: Arena): Promise<{ cookie: string; email: string; set: string[] }> {
  const email = newEmail()
  const answer = await a.http({
    method: 'POST',
    path: '/api/auth/register',
    headers: { 'x-session-mode': 'cookie', origin: ours },
    body: { email, password },
  })
  assert.equal(answer.status, 201, answer.text)
  assert.equal(answer.body.access_token, undefined, 'the token is in reach of scripts')
  const set = answer.headers['set-cookie'] as string[]
  a.keep('tokens of people', ...set.map(one => one.split(';')[0]!.split('=').slice(1).join('=')))
  return { cookie: set.map(one => one.split(';')[0]).join('; '), email, set }
}

const pages: [string, Record<string, string>][] = [
  ['of another site', { origin: 'https://evil.example' }],
  ['without an origin', {}],
  ['of an opaque origin', { origin: 'null' }],
  ['of a name that begins alike', { origin: 'http://localhost:3000.evil.example' }],
  ['of another port', { origin: 'http://localhost:3002' }],
  ['of another scheme', { origin: 'https://localhost:3000' }],
  ['of an origin with a path', { origin: `${ours}/` }],
  ['of an origin in capitals', { origin: 'HTTP://LOCALHOST:3000' }],
  ['of the same site, another origin', { 'sec-fetch-site': 'same-site' }],
  ['of another site, by fetch metadata', { 'sec-fetch-site': 'cross-site' }],
  ['with only a Referer of ours', { referer: `${ours}/` }],
]

const forged = [
  ...pages.map(([what, sent]) =>
    csrf.tries(`changing something, ${what}`, '403 forbidden', async a => {
      const { cookie } = await inBrowser(a)
      const answers: Answer[] = []
      for (const [method, path, body] of [
        ['PUT', '/api/users/profile', { first_name: 'Mallory' }],
        ['POST', '/api/cart/items', { product_id: a.product.id }],
        ['DELETE', '/api/users/account', undefined],
        ['POST', '/api/auth/logout-all', undefined],
      ] as const)
        answers.push(await a.http({ method, path, body, headers: { cookie, ...sent } }))
      return answers
    }),
  ),
  ...['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'].map(type =>
    csrf.tries(`a form of another page, as ${type}`, '403 forbidden', async a => {
      const { cookie } = await inBrowser(a)
      return a.http({
        method: 'PUT',
        path: '/api/users/profile',
        headers: { cookie, origin: 'https://evil.example', 'content-type': type },
        body: '{"first_name":"Mallory"}',
      })
    }),
  ),
  csrf.tries('a session of cookies begun by another page', '403 forbidden', async a => {
    const body = { email: a.other.user.email, password }
    const sent = { 'x-session-mode': 'cookie', origin: 'https://evil.example' }
    return a.http({ method: 'POST', path: '/api/auth/login', headers: sent, body })
  }),
  csrf.tries('renewing and ending the session from another page', '403 forbidden', async a => {
    const { cookie } = await inBrowser(a)
    const sent = { cookie, 'x-session-mode': 'cookie', origin: 'https://evil.example' }
    return [
      await a.http({ method: 'POST', path: '/api/auth/refresh', headers: sent }),
      await a.http({ method: 'POST', path: '/api/auth/logout', headers: sent }),
    ]
  }),
  csrf.tries('cookies no script reads, no other host sets and no plain connection carries', '200', async a => {
    const { cookie, set } = await inBrowser(a)
    assert.equal(set.length, 2)
    for (const one of set) {
      assert.match(one, /^__Host-/)
      for (const flag of [/; HttpOnly/, /; Secure/, /; SameSite=(Lax|Strict)/, /; Path=\//]) assert.match(one, flag)
      assert.doesNotMatch(one, /Domain=/i)
    }
    return a.http({ path: '/api/users/profile', headers: { cookie } })
  }),
  csrf.tries('a cookie with a line break or another header in it', '401 | 400', async a =>
    a.http({ path: '/api/users/profile', headers: { cookie: '__Host-access=x%0d%0aX-Service-Token: y; a="b' } }),
  ),
  csrf.tries('the same cookie twice: the first counts, and it must be good', '401 invalid-token', async a => {
    const { cookie } = await inBrowser(a)
    return a.http({ path: '/api/users/profile', headers: { cookie: `__Host-access=bad; ${cookie}` } })
  }),
]

const strangers = [
  'https://evil.example',
  'null',
  'http://localhost:3000.evil.example',
  'http://evil.localhost:3000',
  'http://localhost:30000',
  'https://localhost:3000',
  'file://',
  'http://localhost:3000@evil.example',
]

const reading = [
  ...strangers.map(origin =>
    cors.tries(`of the origin ${origin}`, '200 | 204 | 404 | 400', async a => {
      const read = await a.http({ path: '/api/products?limit=1', headers: { origin } })
      const asked = await a.http({
        method: 'OPTIONS',
        path: '/api/orders',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      })
      for (const { headers: got } of [read, asked]) {
        const allowed = got['access-control-allow-origin']
        assert.ok(allowed === undefined || allowed === ours, `allows ${allowed}`)
        assert.notEqual(got['access-control-allow-credentials'], 'true')
      }
      assert.match(String(read.headers.vary), /origin/i)
      return [read, asked]
    }),
  ),
  cors.tries('an origin that is a pattern, or two', '200', async a => {
    const answers: Answer[] = []
    for (const origin of ['*', `${ours}, https://evil.example`, `${ours} https://evil.example`]) {
      const answer = await a.http({ path: '/api/products?limit=1', headers: { origin } })
      assert.equal(answer.headers['access-control-allow-origin'], undefined)
      answers.push(answer)
    }
    return answers
  }),
  cors.tries('refusals have no more than answers', '404 not-found', async a => {
    const answer = await a.http({ path: '/api/nothing', headers: { origin: 'https://evil.example' } })
    assert.equal(answer.headers['access-control-allow-origin'], undefined)
    return answer
  }),
  cors.tries('every answer forbids framing, sniffing and scripts', '200 | 401 | 404', async a => {
    const answers: Answer[] = []
    for (const path of ['/api/products?limit=1', '/api/orders', '/api/nothing', '/health', '/docs']) {
      const answer = await a.http({ path })
      assert.equal(answer.headers['x-content-type-options'], 'nosniff', path)
      assert.match(String(answer.headers['content-security-policy']), /frame-ancestors 'none'/, path)
      assert.doesNotMatch(String(answer.headers['content-security-policy']), /script-src[^;]*unsafe/, path)
      assert.match(String(answer.headers['strict-transport-security']), /max-age=\d{7,}/, path)
      assert.equal(answer.headers['x-powered-by'], undefined)
      assert.equal(answer.headers.server, undefined)
      answers.push(answer)
    }
    return answers
  }),
]

const spoofed: Record<string, string>[] = [
  { 'x-user-id': 'admin' },
  { 'x-internal-user': 'admin', 'x-internal-role': 'admin' },
  { 'x-forwarded-user': 'admin', 'x-remote-user': 'admin', 'remote-user': 'admin' },
  { 'x-role': 'admin', 'x-permissions': 'admin,users' },
  { 'x-service-token': 'order' },
  { 'x-service': 'order', 'x-internal-token': 'x' },
  { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', 'client-ip': '127.0.0.1' },
  { forwarded: 'for=127.0.0.1;host=localhost;proto=https' },
  { 'x-auth-request-email': 'admin@example.com', 'x-amzn-oidc-identity': 'admin' },
  { 'x-original-url': '/api/users', 'x-forwarded-prefix': '/internal' },
]

const spoofing = [
  ...spoofed.map(sent =>
    headers.asks(`${Object.keys(sent).join(', ')}`, '401 unauthenticated', () => ({
      path: '/api/users',
      headers: sent,
    })),
  ),
  ...spoofed.slice(0, 5).map(sent =>
    headers.asks(`${Object.keys(sent).join(', ')} at the service itself`, '401', () => ({
      path: '/api/users',
      service: 'user',
      headers: sent,
    })),
  ),
  headers.tries('the address of a session is not what X-Forwarded-For says', '200', async a => {
    const body = { email: newEmail(), password }
    const spoof = { 'x-forwarded-for': '6.6.6.6', 'x-real-ip': '6.6.6.6', forwarded: 'for=6.6.6.6' }
    const { body: me } = await a.http({ method: 'POST', path: '/api/auth/register', headers: spoof, body })
    const answer = await a.http({
      path: '/api/auth/sessions',
      headers: { authorization: `Bearer ${me.access_token}` },
    })
    assert.ok(!answer.text.includes('6.6.6.6'), answer.text)
    return answer
  }),
  headers.tries('a deadline of nothing from outside does not stop anything', '200', a =>
    a.http({ path: '/api/products?limit=1', headers: { 'x-deadline-ms': '0' } }),
  ),
  headers.tries('a correlation id with a line break or a script is not taken up', '200', async a => {
    const answers: Answer[] = []
    for (const id of ['<script>alert(1)</script>', 'x'.repeat(500), 'a b', '{"level":"error"}']) {
      const answer = await a.http({ path: '/api/products?limit=1', headers: { 'x-correlation-id': id } })
      assert.notEqual(answer.headers['x-correlation-id'], id)
      answers.push(answer)
    }
    return answers
  }),
]

export const browserAttacks = [...forged, ...reading, ...spoofing]
