import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { freePorts, startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { createProvider } from '../src/external-sign-in.ts'

/* Against a real provider, run here: its own login pages, keys and tokens. */

let platform: TestPlatform
let client: api.Client
let server: Server
let issuer: string
const password = 'correct horse battery'
const shop = 'http://shop.example'
const newEmail = () => `${randomUUID()}@example.com`
const problemOf = ({ status, body }: api.Answer<any>) => [status, String(body?.type).split('/').at(-1)]
/** Who has an account at the provider, by subject. */
const people = new Map<string, { email?: string; email_verified?: boolean; name?: string }>()

before(async () => {
  // It has no types of its own.
  const { default: Provider } = (await import('oidc-provider' as string)) as { default: any }
  const [port] = await freePorts(1)
  issuer = `http://127.0.0.1:${port}`
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'shop', client_secret: 'hush', redirect_uris: [`${shop}/sign-in/callback`] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['a key of this test'] },
    findAccount: async (_: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, ...people.get(id) }),
    }),
  })
  server = createServer(provider.callback())
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  platform = await startTestPlatform({
    services: ['user'],
    env: { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: 'shop', OIDC_CLIENT_SECRET: 'hush', SHOP_URL: shop },
  })
  client = platform.client('user')
})
after(async () => {
  await platform?.stop()
  server?.closeAllConnections()
  server?.close()
})

/** What a browser does at the provider: signs in, agrees, and is sent back with the answer. */
async function atProvider(authorization_url: string, subject: string) {
  const cookies = new Map<string, string>()
  let next = authorization_url
  let form: URLSearchParams | undefined
  for (let i = 0; i < 15; i++) {
    if (next.startsWith(shop)) return Object.fromEntries(new URL(next).searchParams) as { code: string; state: string }
    const cookie = [...cookies].map(pair => pair.join('=')).join('; ')
    const answer = await fetch(next, {
      redirect: 'manual',
      headers: { cookie },
      ...(form ? { method: 'POST', body: form } : {}),
    })
    form = undefined
    for (const set of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set)!
      cookies.set(name!, value!)
    }
    const location = answer.headers.get('location')
    if (location) {
      next = new URL(location, next).href
      continue
    }
    const page = await answer.text()
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1]
    assert.ok(prompt, `no form at ${next}: ${page.slice(0, 300)}`)
    form = new URLSearchParams(prompt === 'login' ? { prompt, login: subject, password: 'any' } : { prompt })
  }
  throw new Error('the provider sent us round in circles')
}

async function signIn(subject: string) {
  const { authorization_url, login_token } = await client.call(api.beginExternal, {})
  const answer = await atProvider(authorization_url, subject)
  return client.send(api.finishExternal, { body: { login_token, ...answer } })
}
function person(claims: { email?: string; email_verified?: boolean; name?: string }) {
  const subject = randomUUID()
  people.set(subject, claims)
  return subject
}

test('somebody new gets an account with a confirmed address and no password, and the same one the next time', async () => {
  const email = newEmail()
  const subject = person({ email, email_verified: true, name: 'Ada King' })
  const first = await signIn(subject)
  assert.equal(first.status, 200, JSON.stringify(first.body))
  assert.deepEqual([first.body.user.email, first.body.user.name], [email, 'Ada King'])
  assert.ok(first.body.user.email_verified_at)
  assert.equal((await client.send(api.login, { body: { email, password } })).status, 401)
  // The address is another one over there: it is the person that counts.
  people.set(subject, { email: newEmail(), email_verified: true })
  assert.equal((await signIn(subject)).body.user.id, first.body.user.id)
})

test('an account is linked only where both sides have confirmed the address', async () => {
  const email = newEmail()
  const { user } = await client.call(api.register, { body: { email, password } })
  const unverified = await signIn(person({ email, email_verified: false }))
  assert.deepEqual(problemOf(unverified), [403, 'email-not-verified'])
  assert.deepEqual(problemOf(await signIn(person({ email }))), [403, 'email-not-verified'])
  assert.deepEqual(problemOf(await signIn(person({}))), [403, 'email-not-verified'])
  const subject = person({ email, email_verified: true })
  assert.deepEqual(problemOf(await signIn(subject)), [409, 'email-taken'], 'whoever registered it may be somebody else')
  await platform.sql('user')`update users set email_verified_at = now() where id = ${user.id}`
  assert.equal((await signIn(subject)).body.user.id, user.id)
  assert.deepEqual(problemOf(await signIn(person({ email, email_verified: false }))), [403, 'email-not-verified'])
})

test('an answer is taken once, from the browser that began, with its own state', async () => {
  const subject = person({ email: newEmail(), email_verified: true })
  const [mine, theirs] = [await client.call(api.beginExternal, {}), await client.call(api.beginExternal, {})]
  const answer = await atProvider(mine.authorization_url, subject)
  const finish = (body: object) => client.send(api.finishExternal, { body })
  // Brought to another browser, it signs nobody in there.
  assert.equal((await finish({ login_token: theirs.login_token, ...answer })).status, 401)
  assert.equal((await finish({ login_token: 'x'.repeat(43), ...answer })).status, 401)
  const next = await client.call(api.beginExternal, {})
  const good = await atProvider(next.authorization_url, subject)
  assert.equal((await finish({ login_token: next.login_token, ...good })).status, 200)
  assert.equal((await finish({ login_token: next.login_token, ...good })).status, 401)
  const other = await client.call(api.beginExternal, {})
  const forged = await finish({
    login_token: other.login_token,
    ...good,
    code: 'made-up',
    state: new URL(other.authorization_url).searchParams.get('state'),
  })
  assert.equal(forged.status, 401)
})

test('a request to the provider carries PKCE, state and nonce, and none of their secrets is kept open', async () => {
  const { authorization_url } = await client.call(api.beginExternal, {})
  const query = new URL(authorization_url).searchParams
  assert.equal(query.get('code_challenge_method'), 'S256')
  for (const name of ['state', 'nonce', 'code_challenge']) assert.ok((query.get(name)?.length ?? 0) >= 20, name)
  const rows = await platform.sql('user')`select to_jsonb(e) as e from external_sign_ins e`
  assert.ok(!JSON.stringify(rows).includes(query.get('nonce')!))
})

test('a disabled account is not got into by the provider', async () => {
  const subject = person({ email: newEmail(), email_verified: true })
  const { body } = await signIn(subject)
  await platform.sql('user')`update users set is_active = false where id = ${body.user.id}`
  assert.equal((await signIn(subject)).status, 401)
})

test('who wants to sign in is told how it can be done', async () => {
  const { ctx } = platform.service('user')
  const { OIDC_ISSUER } = ctx.config
  const methods = () => client.call(api.getSignInMethods, {})
  try {
    assert.deepEqual(await methods(), { open_registration: true, external: { name: '127.0.0.1' } })
    ctx.config.OIDC_NAME = 'Example'
    assert.deepEqual(await methods(), { open_registration: true, external: { name: 'Example' } })
    ctx.config.OIDC_ISSUER = undefined
    ctx.config.OPEN_REGISTRATION = false
    assert.deepEqual(await methods(), { open_registration: false, external: null })
  } finally {
    Object.assign(ctx.config, { OIDC_ISSUER, OIDC_NAME: undefined, OPEN_REGISTRATION: true })
  }
})

test('where no provider is configured there is none, and one that is away is unavailable', async () => {
  const { ctx } = platform.service('user')
  const { OIDC_ISSUER } = ctx.config
  ctx.config.OIDC_ISSUER = undefined
  try {
    assert.equal((await client.send(api.beginExternal)).status, 404)
    const body = { login_token: 'x'.repeat(43), code: 'c', state: 's' }
    assert.equal((await client.send(api.finishExternal, { body })).status, 404)
  } finally {
    ctx.config.OIDC_ISSUER = OIDC_ISSUER
  }
  const away = { config: { ...ctx.config, OIDC_ISSUER: 'http://127.0.0.1:1' } }
  await assert.rejects(createProvider().get(away), api.Unavailable)
})
