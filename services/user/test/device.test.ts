import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf, deviceOf } from '../src/device.ts'

test('a device is named as a person would name it', () => {
  const mozilla = 'Mozilla/5.0'
  const webkit = 'AppleWebKit/537.36 (KHTML, like Gecko)'
  for (const [agent, name] of [
    [`${mozilla} (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0`, 'Firefox on Linux'],
    [
      `${mozilla} (Windows NT 10.0; Win64; x64) ${webkit} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0`,
      'Edge on Windows',
    ],
    [`${mozilla} (Windows NT 10.0; Win64; x64) ${webkit} Chrome/142.0.0.0 Safari/537.36`, 'Chrome on Windows'],
    [`${mozilla} (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/26.0 Safari/605.1.15`, 'Safari on macOS'],
    [
      `${mozilla} (iPhone; CPU iPhone OS 19_0 like Mac OS X) ${webkit} Version/26.0 Mobile Safari/604.1`,
      'Safari on iPhone',
    ],
    ['curl/8.11.1', 'curl'],
    ['', 'Unknown device'],
    [null, 'Unknown device'],
  ] as const)
    assert.equal(deviceOf(agent), name)
})

test('an address said by a proxy counts only from the own network, and the nearest outside wins', () => {
  assert.equal(addressOf('203.0.113.9', '1.2.3.4'), '203.0.113.9', 'whoever comes from outside says nothing')
  assert.equal(addressOf('::ffff:10.0.0.5', '203.0.113.9'), '203.0.113.9')
  assert.equal(
    addressOf('127.0.0.1', '1.2.3.4, 203.0.113.9, 10.0.0.7'),
    '203.0.113.9',
    'what is before it may be made up',
  )
  assert.equal(addressOf('127.0.0.1', '192.168.1.20'), '192.168.1.20')
  assert.equal(addressOf('127.0.0.1', undefined), '127.0.0.1')
  assert.equal(addressOf('10.0.0.1', ' , '), '10.0.0.1')
})
