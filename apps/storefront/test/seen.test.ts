import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seenAfter, seenOf } from '../src/product/seen.ts'

test('what was seen is kept once, the newest first, and not for ever', () => {
  assert.equal(seenAfter(undefined, 'lamp'), 'lamp')
  assert.equal(seenAfter('chair lamp vase', 'lamp'), 'lamp chair vase')
  const many = Array.from({ length: 30 }, (_, i) => `p${i}`).reduce<string>((text, slug) => seenAfter(text, slug), '')
  assert.deepEqual(seenOf(many).slice(0, 2), ['p29', 'p28'])
  assert.equal(seenOf(many).length, 9)
  assert.deepEqual(seenOf('ok <script> ../x'), ['ok'])
})
