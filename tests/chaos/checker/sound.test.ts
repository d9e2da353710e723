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
