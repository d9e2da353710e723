import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callerAddress, trustedProxies } from '../src/proxies.ts'

test('trusted proxies are addresses and networks, of both families, and nobody by default', () => {
  const isTrusted = trustedProxies('10.0.0.0/8, 192.0.2.7,2001:db8::/32')
  for (const address of ['10.9.8.7', '192.0.2.7', '::ffff:10.0.0.1', '2001:db8::1'])
    assert.ok(isTrusted(address), address)
  for (const address of ['11.0.0.1', '192.0.2.8', '2001:db9::1', '::1', 'unknown', ''])
    assert.ok(!isTrusted(address), address)
  assert.ok(!trustedProxies('')('127.0.0.1'))
})

test('only the gateway is believed about where a request began, and only what it wrote itself', () => {
  const isGateway = trustedProxies('127.0.0.1,10.0.0.0/8')
  const from = (peer: string, told?: string) => callerAddress(peer, told, isGateway)
  assert.equal(from('127.0.0.1', '203.0.113.9'), '203.0.113.9')
  assert.equal(from('::ffff:127.0.0.1', '::ffff:203.0.113.9'), '203.0.113.9')
  assert.equal(from('198.51.100.1', '203.0.113.9'), '198.51.100.1', 'past the gateway')
  assert.equal(from('127.0.0.1', '6.6.6.6, 203.0.113.9'), '203.0.113.9', 'the rest came from outside')
  assert.equal(from('127.0.0.1', '203.0.113.9, 10.0.0.3'), '203.0.113.9', 'a proxy in front of the gateway')
  assert.equal(from('127.0.0.1', '127.0.0.1'), '127.0.0.1')
  assert.equal(from('127.0.0.1', ' , '), '127.0.0.1')
  assert.equal(from('127.0.0.1'), '127.0.0.1')
})
