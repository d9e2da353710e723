import { catches, coversAll, find, remove, type Wrong } from './caught.ts'
import type { MadeUpRun } from './made-up-run.ts'

const order = (run: MadeUpRun, name: string) => find(run.table('order', 'orders'), { id: run.ids[name] })
const movements = (run: MadeUpRun) => run.table('inventory', 'movements')
const steps = (run: MadeUpRun, name: string) =>
  run.table('order', 'order_history').filter(row => row.order_id === run.ids[name])
const refundOf = (run: MadeUpRun, name: string) => find(run.table('order', 'order_refunds'), { id: run.ids[name] })

const keys: Wrong[] = [
  [
    'one key has at most one effect',
    'lines are given back twice under one key',
    run => run.table('order', 'order_refunds').push({ ...refundOf(run, 'restocked'), id: 'refund-2' }),
  ],
  [
    'one key has one answer',
    'a repeated refund of lines is answered as another one',
    run => {
      run.answers('refundOrder')[1]!.body.id = run.ids.broken
    },
  ],
  [
    'a key that was used for one body is refused for another',
    'other lines are given back under a key that was used',
    run => {
      run.invokes('refundOrder')[1]!.input.body.restock = false
    },
  ],
  [
    'one key has at most one effect',
    'two orders came of one key',
    run => {
      const row = order(run, 'again')
      run.table('order', 'orders').push({ ...row, id: 'order-2' })
    },
  ],
  [
    'one key has at most one effect',
    'a repeated request made a second order, under no key at all',
    run => {
      const invoke = run.invokes('placeOrder').filter(line => line.key === 'key-again')[1]!
      const twin = { ...order(run, 'again'), id: 'order-2', idempotency_key: 'other' }
      run.table('order', 'orders').push(twin)
      const placed = run.events.find(
        row => row.message.name === 'order.placed' && row.message.aggregate_id === run.ids.again,
      )!
      const message = { ...placed.message, id: 'e2', aggregate_id: 'order-2', correlation_id: invoke.correlation_id }
      run.events.push({
        ...{ ...placed, event_id: 'e2', position: 10_000 },
        message: { ...message, payload: { ...placed.message.payload, order_id: 'order-2' } },
      })
    },
  ],
  [
    'one key has at most one effect',
    'stock moved twice under one key',
    run => movements(run).push({ ...find(movements(run), { id: run.ids.movement }), id: 'movement-2' }),
  ],
  [
    'one key has at most one effect',
    'a refund was made twice under one key',
    run => {
      const refunds = run.table('payment', 'refunds')
      refunds.push({ ...find(refunds, { idempotency_key: 'key-refund' }), id: 'refund-2' })
    },
  ],
  [
    'one key has one answer',
    'the same key is answered with another order',
    run => {
      run.answers('placeOrder')[1]!.body.id = run.ids.held
    },
  ],
  [
    'one key has one answer',
    'first it was bought, then it was out of stock',
    run => Object.assign(run.answers('placeOrder')[1]!, { phase: 'fail', status: 409, problem: 'out-of-stock' }),
  ],
  [
    'a key that was used for one body is refused for another',
    'another body is accepted under the same key',
    run => {
      const line = run.answers('placeOrder')[2]!
      Object.assign(line, { phase: 'ok', status: 201, problem: undefined, body: run.answers('placeOrder')[0]!.body })
    },
  ],
  [
    'a key that was used for one body is refused for another',
    'another body is answered with a conflict',
    run => Object.assign(run.answers('placeOrder')[2]!, { status: 409, problem: 'request-in-progress' }),
  ],
  [
    'who is told that the same request is still running is not alone',
    'a request hangs on a key that nobody uses',
    run => {
      const line = run.invokes('placeOrder').find(one => one.key === 'key-waiting')!
      line.key = 'key-else'
    },
  ],
]

const paths: Wrong[] = [
  [
    'each history begins with a pending, unpaid order',
    'the beginning of a history is missing',
    run => remove(run.table('order', 'order_history'), steps(run, 'bought')[0]!),
  ],
  [
    'each step of a history is a move that is allowed',
    'an order goes back from delivered',
    run => {
      steps(run, 'bought').at(-1)!.status = 'pending'
    },
  ],
  [
    'each step of a history is a move that is allowed',
    'a step of a history is missing',
    run => remove(run.table('order', 'order_history'), steps(run, 'bought')[1]!),
  ],
  [
    'each history ends where the order stands',
    'an order is changed without a line in its history',
    run => {
      order(run, 'again').status = 'shipped'
    },
  ],
  [
    'the payment status fits the status at every step',
    'an order is shipped that is not paid',
    run => {
      find(steps(run, 'bought'), { status: 'shipped' }).payment_status = 'unpaid'
    },
  ],
  [
    'after quiet no order is on its way',
    'an order stays on its way',
    run => {
      order(run, 'held').goal = 'pay'
    },
  ],
  [
    'after quiet no unpaid order is past its deadline',
    'an unpaid order is forgotten',
    run => {
      order(run, 'waiting').expires_at = '2026-03-01T10:00:30Z'
    },
  ],
  [
    'after quiet each attempt to place or to pay has its outcome',
    'a shopper was never told what became of it',
    run => {
      find(run.table('order', 'payment_attempts'), { order_id: run.ids.held, attempt: 2 }).outcome = null
    },
  ],
  [
    'no order is ever seen to go back',
    'an order is seen pending after it was seen paid',
    run => {
      run.answers('getOrder')[0]!.body.status = 'pending'
    },
  ],
  [
    'a timeline that was shown is the beginning of the history',
    'a timeline shows a step that is not in the history',
    run => {
      run.answers('getOrderTimeline')[0]!.body.items[1].status = 'shipped'
    },
  ],
]

for (const [guarantee, list] of [
  [7, keys],
  [8, paths],
] as const) {
  catches(guarantee, list)
  coversAll(guarantee, list)
}
