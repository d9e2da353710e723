import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageHeaders } from '@shopfleet/web-server'
import { createPageCache } from '../src/server/pages.ts'

const page = (html: string, status = 200) => ({ status, html })

test('several who ask for a page at once wait for one making; later it is made anew', async () => {
  let now = 0
  let made = 0
  const cached = createPageCache(5000, () => now)
  const ask = () => cached('en /', async () => page(`made ${++made}`))
  const all = await Promise.all([ask(), ask(), ask()])
  assert.deepEqual(new Set(all.map(one => one.html)), new Set(['made 1']))
  now = 4999
  assert.equal((await ask()).html, 'made 1')
  now = 5001
  assert.equal((await ask()).html, 'made 2')
})

test('what failed is not kept, and neither is the page of another language', async () => {
  const cached = createPageCache(5000, () => 0)
  await assert.rejects(cached('en /', async () => Promise.reject(new Error('no'))))
  assert.equal((await cached('en /', async () => page('away', 503))).status, 503)
  assert.equal((await cached('en /', async () => page('here'))).html, 'here')
  assert.equal((await cached('de /', async () => page('hier'))).html, 'hier')
})

test('a page may run only what has its nonce, and nobody may frame it', () => {
  const policy = pageHeaders('abc', false)['content-security-policy']!
  assert.match(policy, /script-src 'self' 'nonce-abc';/)
  assert.doesNotMatch(policy, /script-src[^;]*unsafe/)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.equal(pageHeaders('abc', false)['strict-transport-security'], undefined)
  assert.ok(pageHeaders('abc', true)['strict-transport-security'])
})
