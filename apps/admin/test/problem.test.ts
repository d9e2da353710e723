import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem } from '@shopfleet/contracts'
import { FieldErrors, problemText, tell } from '../src/problem.ts'

const refusal = new Problem('validation-failed', {
  errors: [
    { pointer: '/price', detail: 'must be >= 0' },
    { pointer: '/attributes/Colour', detail: 'is not a name' },
    { pointer: '/currency', detail: 'is not known' },
  ],
})

test('complaints stand beside the fields they mean; what no field stands for is told for the form', () => {
  assert.deepEqual(tell(refusal, ['name', 'price', 'attributes']), {
    fields: { price: 'Must be >= 0.', attributes: 'Is not a name.' },
    message: 'currency: is not known',
  })
  assert.deepEqual(tell(new FieldErrors({ price: 'A number.' }), ['price']), {
    fields: { price: 'A number.' },
    message: undefined,
  })
})

test('a refusal, no answer and a bug are told apart, and none of them silently', () => {
  assert.equal(problemText(new Problem('in-use')), 'It is still in use.')
  assert.equal(problemText(new Problem('not-found', { detail: 'no such order' })), 'No such order.')
  assert.match(problemText(new TypeError('Failed to fetch')), /cannot be reached/)
  assert.match(problemText(new Error('boom')), /Something went wrong/)
  assert.match(tell(new Problem('already-exists'), ['sku']).message ?? '', /exists already/)
})
