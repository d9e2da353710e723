import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { services } from '@shopfleet/platform'
import { type Overrides, readConfig } from '@shopfleet/service-kit'
import { freePorts } from '@shopfleet/testing'
import { type Answer, type Arena, inClass, problemOf } from '../attack.ts'
import { bearer, newEmail, password } from '../world.ts'

const limits = inClass('rate limits')

const quota = 5

/** A gateway with small quotas of its own before the same services. */
async function behindLimits(
  a: Arena,
  use: (ask: (path: string, init?: RequestInit) => Promise<Answer>) => Promise<Answer | Answer[]>,
): Promise<Answer | Answer[]> {
  const { config, create } = await services.find(entry => entry.name === 'gateway')!.load()
  const [port, metrics] = await freePorts(2)
  const settings = {
    ...a.platform.env('gateway'),
    PORT: String(port),
    METRICS_PORT: String(metrics),
    LIMIT_ADDRESS: String(quota),
    LIMIT_USER: String(quota),
    LIMIT_SIGN_IN_ADDRESS: String(quota),
    LIMIT_SIGN_IN_ACCOUNT: String(quota),
  }
  const gateway = await create(readConfig(config, 'gateway', settings), {} as Overrides)
  const url = await gateway.start()
  try {
    return await use(async (path, init) => {
      const response = await fetch(url + path, init)
      const text = await response.text()
      const body = text.startsWith('{') ? JSON.parse(text) : null
      return { status: response.status, headers: Object.fromEntries(response.headers), text, body }
    })
  } finally {
    await gateway.stop()
  }
}

const signIn = (email: string, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ email, password }),
})

/** Asks twice as often as the quota, in a way that is to get round it. */
const getsRound = (what: string, request: (i: number, a: Arena) => [string, RequestInit | undefined]) =>
  limits.tries(what, '429 too-many-requests', a =>
    behindLimits(a, async ask => {
      const answers: Answer[] = []
      for (let i = 0; i < 2 * quota; i++) answers.push(await ask(...request(i, a)))
      const let_through = answers.filter(answer => problemOf(answer) !== 'too-many-requests')
      // What comes back while it asks is one or two on a slow machine, never a second quota.
      assert.ok(let_through.length <= quota + 2, `${let_through.length} of ${answers.length} were let through`)
      const refused = answers.find(answer => answer.status === 429)!
      assert.ok(Number(refused.headers['retry-after']) >= 1, 'it does not say when to come back')
      return refused
    }),
  )

const addresses = (i: number): Record<string, string>[] => [
  { 'x-forwarded-for': `10.1.1.${i}` },
  { forwarded: `for=10.1.1.${i}` },
  { 'x-real-ip': `10.1.1.${i}`, 'client-ip': `10.1.1.${i}`, 'true-client-ip': `10.1.1.${i}` },
]
const spellings = ['/api/auth/login', '/api/users/login', '/api/login', '/api/v1/auth/login', '/api/auth/login/']

export const limitAttacks = [
  getsRound('guessing with a new account each time', () => ['/api/auth/login', signIn(newEmail())]),
  getsRound('guessing under every address of the same operation', i => [
    spellings[i % spellings.length]!,
    signIn(newEmail()),
  ]),
  getsRound('guessing with a query that differs', i => [`/api/auth/login?x=${i}`, signIn(newEmail())]),
  ...[0, 1, 2].map(which =>
    getsRound(`guessing with a new ${Object.keys(addresses(0)[which]!)[0]} each time`, i => [
      '/api/auth/login',
      signIn(newEmail(), addresses(i)[which]),
    ]),
  ),
  getsRound('asking with made-up tokens, each another user', i => [
    '/api/orders',
    { headers: { authorization: `Bearer ${randomUUID()}.x.${i}` } },
  ]),
  getsRound("asking with a token of another's key, each another user", (i, a) => [
    '/api/orders',
    { headers: { authorization: `${bearer(a.other).authorization}${i}` } },
  ]),
  getsRound('filling carts without end', (_i, a) => [
    '/api/cart/items',
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ product_id: a.product.id }),
    },
  ]),
  getsRound('a signed-in user without end', (_i, a) => ['/api/orders', { headers: bearer(a.other) }]),
  getsRound('flooding people with mails', () => [
    '/api/auth/forgot-password',
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: newEmail() }),
    },
  ]),
  limits.tries('who reads the catalogue is not held up by it', '200', a =>
    behindLimits(a, async ask => {
      const answers: Answer[] = []
      for (let i = 0; i < 2 * quota; i++) answers.push(await ask('/api/products?limit=1'))
      return answers
    }),
  ),
]
