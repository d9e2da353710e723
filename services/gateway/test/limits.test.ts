import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { createIdentity, freePorts, type Identity } from '@shopfleet/testing'
import fc from 'fast-check'
import { addressKey } from '../src/callers.ts'
import { createLocalCounters, createRateLimiter } from '../src/counters.ts'
import { decide, type Limit } from '../src/rate-limit.ts'
import { connectSharedCounters } from '../src/shared-counters.ts'
import { problemOf, startObserved } from './observed.ts'

const limit: Limit = { name: 'test', quota: 5, window_s: 10 }

test('a quota is there at once and comes back evenly', () => {
  let tat: number | undefined
  const ask = (now: number) => {
    const { tat: after, verdict } = decide(limit, tat, now)
    tat = after
    return verdict
  }
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => ask(1000).remaining),
    [4, 3, 2, 1, 0],
  )
  const refused = ask(1000)
  assert.deepEqual([refused.allowed, refused.retry_after_s, refused.reset_s], [false, 2, 10])
  assert.equal(ask(2999).allowed, false)
  assert.equal(ask(3000).allowed, true)
  assert.equal(ask(3000).allowed, false)
  assert.equal(ask(100_000).remaining, 4)
})

test('whatever the rhythm, never more than the quota and what came back since', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 1, max: 20 }),
      (gaps, quota) => {
        const rule = { name: 'p', quota, window_s: 7 }
        let now = 1_000_000
        const began = now
        let tat: number | undefined
        let allowed = 0
        for (const gap of gaps) {
          now += gap
          const { tat: after, verdict } = decide(rule, tat, now)
          tat = after
          if (verdict.allowed) allowed++
          else assert.ok(decide(rule, tat, now + verdict.retry_after_s * 1000).verdict.allowed, 'allowed when it says')
        }
        assert.ok(allowed <= quota + ((now - began) / 7000) * quota + 1e-6)
      },
    ),
  )
})

test('addresses are counted as their owners have them: IPv6 by /64, mapped IPv4 as IPv4', () => {
  assert.equal(addressKey('::ffff:10.0.0.1'), '10.0.0.1')
  assert.equal(addressKey('2001:db8:1:2:3:4:5:6'), addressKey('2001:DB8:1:2::1'))
  assert.notEqual(addressKey('2001:db8:1:2::1'), addressKey('2001:db8:1:3::1'))
  assert.equal(addressKey('::1'), '0:0:0:0::/64')
  assert.equal(addressKey('fe80::1%eth0'), 'fe80:0:0:0::/64')
})

test('many callers do not fill the memory, and the busy ones are not forgotten for it', () => {
  const counters = createLocalCounters(() => 0)
  for (let i = 0; i < 5; i++) counters.take('busy', limit)
  for (let i = 0; i < 99_000; i++) counters.take(`once ${i}`, limit)
  assert.equal(counters.take('busy', limit).allowed, false)
})

let identity: Identity
before(async () => {
  identity = await createIdentity()
})
after(() => identity.stop())

const tight = {
  LIMIT_ADDRESS: '3',
  LIMIT_USER: '5',
  LIMIT_SIGN_IN_ADDRESS: '4',
  LIMIT_SIGN_IN_ACCOUNT: '2',
  LIMIT_WINDOW_S: '600',
  TRUSTED_PROXIES: '127.0.0.1',
}
const from = (ip: string, more: Record<string, string> = {}) => ({ 'x-forwarded-for': ip, ...more })

test('an address has its quota, is told what is left, and is refused with 429 and when to come back', async () => {
  const own = await startObserved({ env: tight })
  try {
    for (const left of [2, 1, 0]) {
      const answer = await own.ask('GET', '/api/cart', from('10.0.0.1'))
      assert.equal(answer.status, 200)
      assert.equal(answer.headers['ratelimit-policy'], '"address";q=3;w=600')
      assert.match(String(answer.headers.ratelimit), new RegExp(`^"address";r=${left};t=\\d+$`))
    }
    const refused = await own.ask('POST', '/api/orders', from('10.0.0.1'), '{}')
    assert.equal(refused.status, 429)
    assert.equal(problemOf(refused), 'too-many-requests')
    assert.ok(Number(refused.headers['retry-after']) >= 1)
    assert.equal(own.seen.length, 3, 'the refused one reached nobody')
    assert.equal((await own.ask('GET', '/api/cart', from('10.0.0.2'))).status, 200, 'another address')
    for (let i = 0; i < 20; i++)
      assert.equal(
        (await own.ask('GET', '/api/products', from('10.0.0.1'))).status,
        200,
        'public reads are not counted',
      )
  } finally {
    await own.stop()
  }
})

test('a caller who names addresses of their own is counted by the one they have', async () => {
  const own = await startObserved({ env: { ...tight, TRUSTED_PROXIES: '' } })
  try {
    const statuses: number[] = []
    for (let i = 0; i < 4; i++) statuses.push((await own.ask('GET', '/api/cart', from(`10.9.9.${i}`))).status)
    assert.deepEqual(statuses, [200, 200, 200, 429])
  } finally {
    await own.stop()
  }
})

test('a signed-in user is counted as such wherever they are; a forged token counts as its address', async () => {
  const server = createServer((_request, response) => response.end('{}'))
  const own = await startObserved({ env: { ...tight, USER_URL: identity.url } })
  try {
    const authorization = `Bearer ${await identity.token({ user_id: '0199d2f0-8c1e-7b3a-9f42-5d6c7e8f9a0b' })}`
    const statuses: number[] = []
    for (let i = 0; i < 6; i++)
      statuses.push((await own.ask('GET', '/api/cart', from(`10.1.0.${i}`, { authorization }))).status)
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429])
    const forged = `Bearer ${(await identity.token()).slice(0, -4)}AAAA`
    const others: number[] = []
    for (let i = 0; i < 4; i++)
      others.push((await own.ask('GET', '/api/cart', from('10.2.0.1', { authorization: forged }))).status)
    assert.deepEqual(others, [200, 200, 200, 429])
  } finally {
    await own.stop()
    server.close()
  }
})

test('signing in is counted per address and per account, however the e-mail is spelt', async () => {
  const own = await startObserved({ env: tight })
  const signIn = (ip: string, email: string) =>
    own.ask('POST', '/api/auth/login', from(ip, { 'content-type': 'application/json' }), JSON.stringify({ email }))
  try {
    const account = [
      (await signIn('10.3.0.1', 'ada@example.com')).status,
      (await signIn('10.3.0.2', ' ADA@example.com')).status,
      (await signIn('10.3.0.3', 'ada@example.com')).status,
    ]
    assert.deepEqual(account, [200, 200, 429])
    const address: number[] = []
    for (let i = 0; i < 5; i++) address.push((await signIn('10.3.0.9', `u${i}@example.com`)).status)
    assert.deepEqual(address, [200, 200, 200, 200, 429])
  } finally {
    await own.stop()
  }
})

test('webhooks of the provider have a quota of their own', async () => {
  const own = await startObserved({ env: tight })
  try {
    for (let i = 0; i < 10; i++)
      assert.equal((await own.ask('POST', '/api/payments/webhooks/simulator', from('10.4.0.1'), '{}')).status, 200)
  } finally {
    await own.stop()
  }
})

const hasRedis = spawnSync('redis-server', ['--version']).status === 0
const skip = hasRedis ? false : 'redis-server is not installed (Debian: apt-get install redis-server)'

async function startRedis(port: number): Promise<ChildProcess> {
  const server = spawn('redis-server', [
    '--port',
    String(port),
    '--save',
    '',
    '--appendonly',
    'no',
    '--bind',
    '127.0.0.1',
  ])
  await new Promise<void>((resolve, reject) => {
    server.once('exit', () => reject(new Error('redis-server did not start')))
    server.stdout!.on('data', chunk => /Ready to accept/.test(String(chunk)) && resolve())
  })
  return server
}
const gone = (server: ChildProcess) =>
  new Promise(resolve => {
    server.once('exit', resolve)
    server.kill('SIGKILL')
  })

test('two gateways share one quota through Redis, and each counts by itself while it is away', { skip }, async () => {
  const [port] = await freePorts(1)
  let server = await startRedis(port!)
  const errors: unknown[] = []
  const shared = connectSharedCounters(`redis://127.0.0.1:${port}`, error => errors.push(error))
  const other = connectSharedCounters(`redis://127.0.0.1:${port}`, error => errors.push(error))
  const fallbacks: unknown[] = []
  const limiter = createRateLimiter({ shared, now: Date.now, onFallback: error => fallbacks.push(error) })
  const second = createRateLimiter({ shared: other, now: Date.now, onFallback: error => fallbacks.push(error) })
  const slow: Limit = { name: 'shared', quota: 4, window_s: 1000 }
  const connected = async () => {
    for (let i = 0; i < 200; i++) {
      const before = fallbacks.length
      await limiter.take('probe', { ...slow, quota: 1_000_000 })
      await second.take('probe', { ...slow, quota: 1_000_000 })
      if (fallbacks.length === before) return
      await new Promise(resolve => setTimeout(resolve, 25))
    }
    assert.fail('Redis is not reached')
  }
  try {
    await connected()
    fallbacks.length = 0
    const verdicts = []
    for (let i = 0; i < 6; i++) verdicts.push((await (i % 2 ? limiter : second).take('a', slow)).allowed)
    assert.deepEqual(verdicts, [true, true, true, true, false, false])
    const racing = await Promise.all(Array.from({ length: 40 }, (_, i) => (i % 2 ? limiter : second).take('b', slow)))
    assert.equal(racing.filter(verdict => verdict.allowed).length, 4, 'forty at once: exactly the quota')
    assert.deepEqual(fallbacks, [])
    await gone(server)
    const alone = []
    for (let i = 0; i < 6; i++) alone.push((await limiter.take('c', slow)).allowed)
    assert.deepEqual(alone, [true, true, true, true, false, false], 'still counted, by itself')
    assert.ok(fallbacks.length >= 6)
    server = await startRedis(port!)
    await connected()
  } finally {
    await limiter.close()
    await second.close()
    await gone(server)
  }
})

test('a gateway whose counters are not there answers all the same, and counts', async () => {
  const dead = createServer()
  await new Promise<void>(resolve => dead.listen(0, '127.0.0.1', resolve))
  const { port } = dead.address() as AddressInfo
  await new Promise(resolve => dead.close(resolve))
  const own = await startObserved({ env: { ...tight, REDIS_URL: `redis://127.0.0.1:${port}` } })
  try {
    const statuses: number[] = []
    for (let i = 0; i < 4; i++) statuses.push((await own.ask('GET', '/api/cart', from('10.5.0.1'))).status)
    assert.deepEqual(statuses, [200, 200, 200, 429])
  } finally {
    await own.stop()
  }
})
