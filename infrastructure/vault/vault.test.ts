import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { services } from '@shopfleet/platform'
import { parts, policyText } from './vault.ts'

/* Vault is outside of the shop: here stands a server that keeps what it is sent, as KV version 2 does. */

const kept = new Map<string, { data: Record<string, string>; version: number }>()
const policies = new Map<string, string>()
const roles = new Map<string, { bound_service_account_names: string[]; token_policies: string[] }>()
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined
  const answer = (status: number, reply: object) => response.writeHead(status).end(JSON.stringify(reply))
  const path = request.url!.slice('/v1/'.length)
  const name = path.split('/').at(-1)!
  if (path === 'sys/mounts' || path === 'sys/auth') return answer(200, { data: {} })
  if (path.startsWith('sys/policies/acl/')) policies.set(name, body.policy)
  if (path.startsWith('auth/kubernetes/role/')) roles.set(name, body)
  if (!path.startsWith('secret/data/')) return answer(200, {})
  const found = kept.get(path)
  if (request.method === 'GET') {
    if (!found) return answer(404, { errors: [] })
    return answer(200, { data: { data: found.data, metadata: { version: found.version } } })
  }
  const version = found?.version ?? 0
  if (body.options.cas !== version) return answer(400, { errors: ['check-and-set parameter did not match'] })
  kept.set(path, { data: body.data, version: version + 1 })
  answer(200, {})
})
const env = {
  ...process.env,
  VAULT_TOKEN: 'root',
  DATABASE_URL: 'postgres://root:secret@db:5432/postgres?sslmode=require',
}
before(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  Object.assign(env, { VAULT_ADDR: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
})
after(() => server.close())

const run = (script: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, script), ...args], { env })
const membersOf = (part: string) => kept.get(`secret/data/shopfleet/${part}`)?.data ?? {}

test('each part has a role for its service account alone, and a policy for its own secret alone', async () => {
  await run('set-up.ts')
  for (const part of parts) {
    const role = roles.get(`shopfleet-${part}`)!
    assert.deepEqual(role.bound_service_account_names, [`shopfleet-${part}`])
    assert.deepEqual(role.token_policies, [`shopfleet-${part}`])
    const paths = [...policies.get(`shopfleet-${part}`)!.matchAll(/^path "(.+)"/gm)].map(match => match[1])
    assert.deepEqual(paths, [`secret/data/shopfleet/${part}`])
  }
  assert.doesNotMatch(
    policyText('operator', { mount: 'secret', prefix: 'shopfleet' }),
    /[{](mount|prefix)[}]|"(delete|sudo)"/,
  )
})

test('secrets are made once and each part is given its own; what others put beside them stays', async () => {
  await run('write-secrets.ts')
  for (const { name, secrets, hasDatabase } of services) {
    const expected = ['SERVICE_KEY', 'SERVICE_PUBLIC_KEYS', 'BUS_DATABASE_URL', ...secrets]
    if (hasDatabase) expected.push('DATABASE_URL')
    assert.deepEqual(Object.keys(membersOf(name)).sort(), expected.sort(), name)
  }
  assert.match(
    membersOf('order').DATABASE_URL!,
    /^postgres:\/\/shopfleet_order:.+@db:5432\/shopfleet_order\?sslmode=require$/,
  )
  membersOf('notification').SMTP_URL = 'smtp://mail'
  const before = structuredClone([...kept])
  const { stdout } = await run('write-secrets.ts')
  assert.doesNotMatch(stdout, /written/)
  assert.deepEqual([...kept], before)
})

test('a new password changes what names that role and nothing else', async () => {
  const before = structuredClone(Object.fromEntries(parts.map(part => [part, membersOf(part)])))
  await run('write-secrets.ts', '--new-password', 'order')
  const changed = parts.filter(part => JSON.stringify(membersOf(part)) !== JSON.stringify(before[part]))
  assert.deepEqual(changed, ['order', 'provision'])
  assert.notEqual(membersOf('order').DATABASE_URL, before.order!.DATABASE_URL)
  assert.equal(membersOf('order').SERVICE_KEY, before.order!.SERVICE_KEY)
  assert.equal(membersOf('provision').ORDER_DATABASE_URL, membersOf('order').DATABASE_URL)
})
