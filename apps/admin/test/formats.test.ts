import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketName } from '../src/analytics/range.ts'
import { ago, money, words } from '../src/formats.ts'

test('times are told as one says them', () => {
  const now = Date.parse('2026-11-29T12:00:00Z')
  const at = (seconds: number) => new Date(now - seconds * 1000).toISOString()
  assert.equal(ago(at(20), now), 'just now')
  assert.equal(ago(at(5 * 60), now), '5m ago')
  assert.equal(ago(at(3 * 3600), now), '3h ago')
  assert.equal(ago(at(86_400), now), 'yesterday')
  assert.equal(ago(at(30 * 86_400), now), 'Oct 30, 2026')
})

test('names of the platform are words, and money is that of its currency', () => {
  assert.equal(words('partially_refunded'), 'Partially refunded')
  assert.equal(words('setOrderStatus'), 'Set order status')
  assert.equal(words('catalogue-manager'), 'Catalogue manager')
  assert.equal(money(1234.5, 'USD'), '$1,234.50')
  assert.equal(money(1234, 'JPY'), '¥1,234')
})

test('a time under a chart is short', () => {
  assert.equal(bucketName('2026-11-29T14:00', 'hour'), '2 PM')
  assert.equal(bucketName('2026-11-01', 'day'), 'Nov 1')
  assert.equal(bucketName('2026-11-01', 'month'), 'Nov 26')
})
