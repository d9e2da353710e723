import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '@shopfleet/contracts'
import { tellProblem } from '../src/problem.ts'

const invalid = new Problem('validation-failed', {
  errors: [
    { pointer: '/email', detail: 'must match format "email"' },
    { pointer: '/shipping_address/line1', detail: 'must NOT have fewer than 1 characters' },
    { pointer: '/password', detail: 'must NOT have fewer than 8 characters' },
  ],
})

test('complaints find their fields, in the words of the language', () => {
  const told = tellProblem(invalid, 'en')
  assert.equal(told.message, '')
  assert.deepEqual(Object.keys(told.fields), ['email', 'shipping_address.line1', 'password'])
  assert.match(told.fields.email!, /e-mail address/)
  assert.match(told.fields.password!, /at least 8/)
  assert.match(tellProblem(invalid, 'de').fields.password!, /mindestens 8/)
})

test('a complaint about a field the form does not have is told all the same', () => {
  const told = tellProblem(invalid, 'en', ['email', 'password'])
  assert.deepEqual(Object.keys(told.fields), ['email', 'password'])
  assert.match(told.message, /shipping_address\.line1/)
})

test('a refusal, no answer and a bug are told apart', () => {
  assert.match(tellProblem(new Problem('out-of-stock'), 'de').message, /nicht genug auf Lager/)
  assert.match(tellProblem(new TypeError('Failed to fetch'), 'en').message, /connection/)
  assert.match(tellProblem(new Error('x is undefined'), 'en').message, /our side/)
  const plain = tellProblem(new Problem('not-resendable', { detail: 'Sent long ago.' }), 'en')
  assert.equal(plain.message, 'Sent long ago.')
})
