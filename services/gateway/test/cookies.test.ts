import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { problemOf, startObserved } from './observed.ts'

/* Web apps: tokens in httpOnly cookies, and only our own pages may use them to change anything. */

let observed: Awaited<ReturnType<typeof startObserved>>
before(async () => {
  observed = await startObserved()
})
after(() => observed.stop())
beforeEach(() => observed.answer())

const origin = 'http://localhost:3000'
const json = { 'content-type': 'application/json' }
const app = { origin, 'x-session-mode': 'cookie' }
const session = {
  access_token: 'a.b.c',
  refresh_token: 'r'.repeat(43),
  token_type: 'Bearer',
  expires_in: 900,
  user: { id: '1' },
}
const cookie = `other=1; __Host-access=a.b.c; __Host-refresh=${session.refresh_token}`
const answerSession = () =>
  observed.answer((_seen, response) => {
    response.writeHead(200, json).end(JSON.stringify(session))
  })

test('signing in from a web app puts the tokens into httpOnly cookies and keeps them out of the body', async () => {
  answerSession()
  const answer = await observed.ask(
    'POST',
    '/api/auth/login',
    { ...app, ...json },
    '{"email":"a@example.com","password":"x"}',
  )
  assert.equal(answer.status, 200)
  assert.deepEqual(JSON.parse(answer.body.toString()), { token_type: 'Bearer', expires_in: 900, user: { id: '1' } })
  const [access, refresh] = answer.headers['set-cookie'] ?? []
  assert.equal(access, '__Host-access=a.b.c; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=900')
  assert.equal(
    refresh,
    `__Host-refresh=${session.refresh_token}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=604800`,
  )
  assert.equal(observed.seen[0]!.headers['x-session-mode'], undefined)
})

test('an API client gets its tokens in the body and no cookie', async () => {
  answerSession()
  const answer = await observed.ask('POST', '/api/auth/login', json, '{"email":"a@example.com","password":"x"}')
  assert.equal(answer.headers['set-cookie'], undefined)
  assert.equal(JSON.parse(answer.body.toString()).access_token, 'a.b.c')
})

test('an answer without tokens, such as the challenge for a second factor, sets none', async () => {
  observed.answer((_seen, response) => {
    response.writeHead(200, json).end('{"mfa_required":true,"mfa_token":"m"}')
  })
  const answer = await observed.ask('POST', '/api/auth/login', { ...app, ...json }, '{}')
  assert.equal(answer.headers['set-cookie'], undefined)
  assert.equal(answer.body.toString(), '{"mfa_required":true,"mfa_token":"m"}')
})

test('a read with the cookie reaches the service as a bearer token, and no cookie goes along', async () => {
  await observed.ask('GET', '/api/orders', { cookie })
  const { headers } = observed.seen[0]!
  assert.equal(headers.authorization, 'Bearer a.b.c')
  assert.equal(headers.cookie, undefined)
})

test('a token shown openly wins over a cookie', async () => {
  await observed.ask('POST', '/api/orders', { cookie, authorization: 'Bearer mine', ...json }, '{}')
  assert.equal(observed.seen[0]!.headers.authorization, 'Bearer mine')
})

test('a change with the cookie needs the origin of one of our pages', async () => {
  const own = { origin: 'http://127.0.0.1:1' }
  const refused: Record<string, string>[] = [
    {},
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:3000.evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    own,
  ]
  for (const headers of refused) {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const path = method === 'POST' ? '/api/orders' : method === 'PUT' ? '/api/users/profile' : '/api/cart'
      const answer = await observed.ask(method, path, { cookie, ...headers }, method === 'DELETE' ? undefined : '{}')
      assert.equal(answer.status, 403, `${method} ${JSON.stringify(headers)}`)
      assert.equal(problemOf(answer), 'forbidden')
    }
  }
  assert.deepEqual(observed.seen, [])
  const { host } = new URL(observed.url)
  const good: Record<string, string>[] = [{ origin }, { 'sec-fetch-site': 'same-origin' }, { origin: `http://${host}` }]
  for (const headers of good) {
    assert.equal((await observed.ask('POST', '/api/orders', { cookie, host, ...headers }, '{}')).status, 200)
  }
})

test('another page cannot sign its visitor in to an account of its own', async () => {
  answerSession()
  const answer = await observed.ask(
    'POST',
    '/api/auth/login',
    { ...json, 'x-session-mode': 'cookie', origin: 'https://evil.example' },
    '{"email":"evil@example.com","password":"x"}',
  )
  assert.equal(answer.status, 403)
  assert.equal(answer.headers['set-cookie'], undefined)
})

test('renewing takes the refresh token from the cookie, and a session that is over loses its cookies', async () => {
  answerSession()
  const renewed = await observed.ask('POST', '/api/auth/refresh', { ...app, cookie })
  assert.equal(renewed.status, 200)
  assert.deepEqual(JSON.parse(observed.seen[0]!.body.toString()), { refresh_token: session.refresh_token })
  assert.equal(observed.seen[0]!.headers.authorization, undefined)
  assert.equal(renewed.headers['set-cookie']?.length, 2)
  observed.answer((_seen, response) => {
    response.writeHead(401, { 'content-type': 'application/problem+json' }).end('{"status":401}')
  })
  const over = await observed.ask('POST', '/api/auth/refresh', { ...app, cookie })
  assert.equal(over.status, 401)
  assert.match(String(over.headers['set-cookie']), /__Host-access=; .*Max-Age=0.*__Host-refresh=; .*Max-Age=0/)
})

test('signing out ends the session of the cookie and takes the cookies away', async () => {
  observed.answer((_seen, response) => {
    response.writeHead(204).end()
  })
  const answer = await observed.ask('POST', '/api/auth/logout', { ...app, cookie })
  assert.equal(answer.status, 204)
  assert.deepEqual(JSON.parse(observed.seen[0]!.body.toString()), { refresh_token: session.refresh_token })
  assert.match(String(answer.headers['set-cookie']), /__Host-access=; .*Max-Age=0/)
})

test('with the access cookie run out the caller is told so, and not taken for a stranger', async () => {
  const only = { cookie: `__Host-refresh=${session.refresh_token}` }
  const cart = await observed.ask('GET', '/api/cart', only)
  assert.equal(cart.status, 401)
  assert.equal(problemOf(cart), 'token-expired')
  assert.equal((await observed.ask('GET', '/api/products', only)).status, 200, 'what anyone may read is read')
})

test('a cookie that is no token is no header either', async () => {
  await observed.ask('GET', '/api/cart', { cookie: '__Host-access=a b; __Host-access=x' })
  assert.equal(observed.seen[0]!.headers.authorization, undefined)
})

test('ending all sessions takes the access token from the cookie, and the cookies away', async () => {
  observed.answer((_seen, response) => {
    response.writeHead(204).end()
  })
  const answer = await observed.ask('POST', '/api/auth/logout-all', { ...app, cookie })
  assert.equal(answer.status, 204)
  assert.equal(observed.seen[0]!.headers.authorization, 'Bearer a.b.c')
  assert.match(String(answer.headers['set-cookie']), /__Host-refresh=; .*Max-Age=0/)
})
