import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inMemory } from './evidence.ts'
import { makeUpRun } from './made-up-run.ts'
import { judge } from './verdict.ts'

test('a run in which all is as it should be passes, and every guarantee is exercised', () => {
  const verdict = judge(inMemory(makeUpRun().files))
  assert.deepEqual(verdict.violations, [])
  assert.deepEqual(verdict.reasons, [])
  assert.equal(verdict.outcome, 'pass')
  const idle = verdict.guarantees.flatMap(one => one.checks).filter(check => check.looked === 0)
  assert.deepEqual(idle, [])
})

test('an event that nobody has told the checker of is followed to its listeners, and no more', () => {
  const run = makeUpRun()
  const { message, ...row } = structuredClone(run.events.at(-1)!)
  const other = { ...message, id: 'event-other', name: 'order.noted', service: 'order', payload: { note: 'x' } }
  run.events.push({ ...row, topic: 'order', position: 10_000, event_id: 'event-other', message: other })
  for (const offset of run.table('cart', 'consumer_offsets')) if (offset.topic === 'order') offset.position = 10_000
  assert.deepEqual(judge(inMemory(run.files)).violations, [])
})
