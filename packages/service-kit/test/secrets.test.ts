import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { openSecrets, passwordOf } from '../src/secrets.ts'
import { createVault, VaultError } from '../src/vault.ts'

/* Vault is outside of the shop: here stands a server that speaks its HTTP API (KV version 2, tokens, Kubernetes). */

interface Asked {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: any
}
const vault = {
  asked: [] as Asked[],
  members: {} as Record<string, unknown>,
  /** Tokens that are good just now. */
  tokens: new Set<string>(),
  signedIn: 0,
  broken: false,
}
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  const one = { method: request.method!, path: request.url!, headers: request.headers, body: text && JSON.parse(text) }
  vault.asked.push(one)
  const answer = (status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  if (vault.broken) return answer(503, { errors: ['sealed'] })
  if (one.path === '/v1/auth/kubernetes/login') {
    if (one.body.role !== 'shopfleet' || one.body.jwt !== 'pod-token') return answer(403, { errors: [] })
    const client_token = `k8s-${++vault.signedIn}`
    vault.tokens.add(client_token)
    return answer(200, { auth: { client_token, renewable: true, lease_duration: 1 } })
  }
  const token = String(request.headers['x-vault-token'])
  if (!vault.tokens.has(token)) return answer(403, { errors: ['permission denied'] })
  if (one.path === '/v1/auth/token/lookup-self') return answer(200, { data: { renewable: true, ttl: 1 } })
  if (one.path === '/v1/auth/token/renew-self')
    return answer(200, { auth: { client_token: token, renewable: true, lease_duration: 1 } })
  if (one.path === '/v1/secret/data/shopfleet/order')
    return answer(200, { data: { data: vault.members, metadata: { version: 1 } } })
  answer(404, { errors: [] })
})
let address: string
let folder: string
before(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  folder = mkdtempSync(join(tmpdir(), 'shopfleet-secrets-'))
  writeFileSync(join(folder, 'pod-token'), 'pod-token\n')
})
after(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  Object.assign(vault, {
    asked: [],
    members: { SERVICE_KEY: 'from vault' },
    tokens: new Set(['root']),
    signedIn: 0,
    broken: false,
  })
})
const until = async (done: () => boolean) => {
  for (let i = 0; i < 400 && !done(); i++) await new Promise(resolve => setTimeout(resolve, 10))
  assert.ok(done())
}

test('members of a secret in Vault become settings; what the environment says itself wins', async () => {
  vault.members = { SERVICE_KEY: 'from vault', ORDER_TOKEN_SECRET: 'from vault', DATABASE_URL: 'from vault' }
  const env = { VAULT_ADDR: address, VAULT_TOKEN: 'root', SERVICE_KEY: 'mine', DATABASE_URL_FILE: '/somewhere' }
  const secrets = await openSecrets(env, 'order')
  assert.equal(secrets.env.ORDER_TOKEN_SECRET, 'from vault')
  assert.equal(secrets.env.SERVICE_KEY, 'mine')
  assert.equal(secrets.env.DATABASE_URL, undefined, 'the file is asked')
  assert.equal(vault.asked.at(-1)!.path, '/v1/secret/data/shopfleet/order')
  secrets.close()
})

test('a pod signs in with its own token and role, and renews before its token runs out', async () => {
  const env = {
    VAULT_ADDR: `${address}/`,
    VAULT_KUBERNETES_ROLE: 'shopfleet',
    VAULT_KUBERNETES_TOKEN_PATH: join(folder, 'pod-token'),
    VAULT_POLL_S: '3600',
  }
  const secrets = await openSecrets(env, 'order')
  assert.equal(secrets.env.SERVICE_KEY, 'from vault')
  await until(() => vault.asked.filter(one => one.path === '/v1/auth/token/renew-self').length >= 2)
  assert.equal(vault.signedIn, 1)
  secrets.close()
})

test('a token that was taken back is replaced by signing in again', async () => {
  const client = createVault({
    address,
    path: 'secret/data/shopfleet/order',
    kubernetesRole: 'shopfleet',
    kubernetesTokenPath: join(folder, 'pod-token'),
  })
  await client.read()
  vault.tokens.clear()
  assert.equal((await client.read()).SERVICE_KEY, 'from vault')
  assert.equal(vault.signedIn, 2)
  vault.tokens.clear()
  await client.renew()
  assert.equal((await client.read()).SERVICE_KEY, 'from vault')
})

test('a changed secret is seen, and while Vault is away the last one stays good', async () => {
  const errors: unknown[] = []
  const env = { VAULT_ADDR: address, VAULT_TOKEN: 'root', VAULT_POLL_S: '0.02' }
  vault.members = { DATABASE_URL: 'postgres://order:one@db/order' }
  const secrets = await openSecrets(env, 'order', error => errors.push(error))
  const password = passwordOf(secrets, 'DATABASE_URL', secrets.env.DATABASE_URL!)
  assert.equal(password(), 'one')
  vault.members = { DATABASE_URL: 'postgres://order:t%40o@db/order' }
  await until(() => password() === 't@o')
  vault.broken = true
  await until(() => errors.length > 0)
  assert.equal(password(), 't@o')
  assert.doesNotMatch(String(errors[0]), /t@o|root/)
  vault.broken = false
  vault.members = { DATABASE_URL: 'postgres://order:three@db/order' }
  await until(() => password() === 'three')
  secrets.close()
})

test('a mounted file that is replaced is read anew, and one that is gone for a moment changes nothing', async () => {
  const file = join(folder, 'database-url')
  writeFileSync(file, 'postgres://order:one@db/order\n')
  const secrets = await openSecrets({ ORDER_DATABASE_URL_FILE: file }, 'order')
  const password = passwordOf(secrets, 'DATABASE_URL', 'postgres://order:one@db/order')
  assert.equal(password(), 'one')
  writeFileSync(`${file}.new`, 'postgres://order:two@db/order\n')
  renameSync(`${file}.new`, file)
  assert.equal(password(), 'two')
  rmSync(file)
  assert.equal(password(), 'two')
})

test('what Vault does not give is said in words, without the token', async () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ VAULT_TOKEN: 'wrong-token' }, /refuses .*policy/],
    [{}, /VAULT_TOKEN or VAULT_KUBERNETES_ROLE/],
    [{ VAULT_TOKEN: 'root', VAULT_PATH: 'secret/data/none' }, /nothing at secret\/data\/none/],
    [{ VAULT_KUBERNETES_ROLE: 'shopfleet', VAULT_KUBERNETES_TOKEN_PATH: '/nowhere' }, /cannot be read/],
    [{ VAULT_ADDR: 'http://127.0.0.1:1', VAULT_TOKEN: 'root' }, /does not answer/],
  ]
  for (const [env, words] of cases) {
    await assert.rejects(openSecrets({ VAULT_ADDR: address, ...env }, 'order'), error => {
      assert.ok(error instanceof VaultError)
      assert.match(error.message, words)
      assert.doesNotMatch(error.message, /wrong-token|root/)
      return true
    })
  }
})
