import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { operations } from '@shopfleet/contracts'
import { declaredStatuses } from '@shopfleet/service-kit'

/* Run after all tests: what a contract declares, some test must have seen. A promise nobody tried is no promise. */

test('every status every operation declares was exercised by some test', () => {
  const folder = process.env.CONTRACT_COVERAGE
  assert.ok(folder, 'CONTRACT_COVERAGE names the folder the tests noted what they saw in')
  const seen = new Set(readdirSync(folder).flatMap(file => readFileSync(join(folder, file), 'utf8').split('\n')))
  const missing = operations.flatMap(operation =>
    declaredStatuses(operation)
      .map(status => `${operation.name} ${status}`)
      .filter(line => !seen.has(line)),
  )
  assert.deepEqual(missing, [], 'declared but never seen')
})
