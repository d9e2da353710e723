import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Line, mergeLines } from '../src/reservation.ts'

const line = fc.record({
  product_id: fc.constantFrom('a', 'A', 'b', 'C', 'c', 'd'),
  quantity: fc.integer({ min: 1, max: 9 }),
})
const units = (lines: readonly Line[], id: string) =>
  lines.reduce((n, l) => n + (l.product_id.toLowerCase() === id ? l.quantity : 0), 0)

test('merged lines keep every unit, name each product once, and lock in one order whatever order they came in', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.infiniteStream(fc.nat(1000)), (lines, stream) => {
      const merged = mergeLines(lines)
      const ids = merged.map(l => l.product_id)
      assert.deepEqual(ids, [...new Set(ids)].sort())
      for (const id of ['a', 'b', 'c', 'd']) assert.equal(units(merged, id), units(lines, id))
      const shuffled = [...lines]
        .map(l => ({ l, by: stream.next().value as number }))
        .sort((x, y) => x.by - y.by)
        .map(({ l }) => l)
      assert.deepEqual(mergeLines(shuffled), merged)
    }),
    { numRuns: 1000 },
  )
})
