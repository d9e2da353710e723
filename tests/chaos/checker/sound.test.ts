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

test('what was put into a cart while it was ordered comes along into the next one, and no more than that', () => {
  const run = makeUpRun()
  const [asked, answered] = [run.invokes('addCartItem')[0]!, run.answers('addCartItem')[0]!]
  const lamp = asked.input.body.product_id
  const rare = run.table('product', 'products').find(row => row.name === 'rare')!.id
  // What Ada bought was bob's cart of before, into which four lamps were put: two of them after it was ordered.
  run.table('order', 'orders').find(row => row.id === run.ids.bought)!.cart_id = 'cart-before'
  const add = (op_id: string, product_id: string, quantity: number) => {
    const input = { ...asked.input, body: { product_id, quantity } }
    run.history.push({ ...asked, op_id, correlation_id: `made-up-${op_id}`, input })
    run.history.push({ ...answered, op_id, body: { ...answered.body, id: 'cart-before' } })
  }
  add('before-1', lamp, 4)
  add('before-2', rare, 1)
  const told = () =>
    judge(inMemory(run.files))
      .violations.map(({ what }) => what)
      .filter(what => what.startsWith('an order of a cart has the lines'))
  asked.input.body.quantity = 1
  assert.deepEqual(told(), [])
  asked.input.body.quantity = 0
  assert.match(told().join(), /: 3 ordered; 0 to 2 were put in$/)
})
