import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type EventMessage, stockChanged } from '@shopfleet/contracts'
import { ownBytes } from '../src/own-bytes.ts'
import { noticesOf } from '../src/realtime/notices.ts'

test('what is kept keeps no slab of memory that small buffers share; what has its own is not copied', () => {
  const shared = Buffer.from('a few bytes')
  assert.ok(shared.buffer.byteLength > shared.length)
  const own = ownBytes(shared)
  assert.deepEqual([String(own), own.buffer.byteLength], ['a few bytes', own.length])
  assert.equal(ownBytes(own), own)
})

test('ten thousand notices that are kept for who comes back take the memory they say', () => {
  const payload = { product_id: '0199d2f0-8c1e-7b3a-9f42-5d6c7e8f9a01', available: 3 }
  const [notice] = noticesOf({ name: stockChanged.name, payload } as EventMessage, 'inventory:1')
  assert.equal(notice!.text.buffer.byteLength, notice!.text.length)
})
