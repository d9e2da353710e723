import assert from 'node:assert/strict'
import { test } from 'node:test'
import { catches, coversAll, find, remove, type Wrong } from './caught.ts'
import type { MadeUpRun } from './made-up-run.ts'
import { minorOf } from './money.ts'
import { canRead } from './prices.ts'

const order = (run: MadeUpRun, name: string) => find(run.table('order', 'orders'), { id: run.ids[name] })
const payment = (run: MadeUpRun, name: string) =>
  find(run.table('payment', 'payments'), { id: run.ids[`${name}'s payment`] })
const effect = (run: MadeUpRun, type: string, name: string) =>
  find(run.journal, { type, reference: run.ids[name] as string })
/** The provider does one thing more. */
const more = (run: MadeUpRun, line: Record<string, unknown>) =>
  run.journal.push({ ...structuredClone(run.journal.at(-1)), n: run.journal.length + 1, ...line })

const refundOf = (run: MadeUpRun, name: string) => find(run.table('order', 'order_refunds'), { id: run.ids[name] })
const refundLine = (run: MadeUpRun, name: string) =>
  find(run.table('order', 'order_refund_lines'), { refund_id: run.ids[name] })

const captures: Wrong[] = [
  [
    'each refund of an order moved its money once, and nothing else went back of the order',
    'less went back than its lines come to',
    run => {
      find(run.table('payment', 'refunds'), { id: run.ids.restocked }).amount_minor -= 1
    },
  ],
  [
    'each refund of an order moved its money once, and nothing else went back of the order',
    'it is made, and its money never went back',
    run => {
      find(run.table('payment', 'refunds'), { id: run.ids.restocked }).status = 'failed'
    },
  ],
  [
    'each refund of an order moved its money once, and nothing else went back of the order',
    'it is refused, and its money went back',
    run => {
      refundOf(run, 'restocked').status = 'refused'
    },
  ],
  [
    'each refund of an order moved its money once, and nothing else went back of the order',
    'its money went back a second time, under another key',
    run => {
      const refunds = run.table('payment', 'refunds')
      refunds.push({ ...find(refunds, { id: run.ids.restocked }), id: 'refund-anew' })
    },
  ],
  [
    "the provider's journal is whole: no gap, no key twice, no refund above its capture",
    'an entry of the provider is missing',
    run => run.journal.splice(3, 1),
  ],
  [
    "the provider's journal is whole: no gap, no key twice, no refund above its capture",
    'a key is used twice',
    run => more(run, { key: effect(run, 'captured', 'bought').key, type: 'authorised', payment_id: 'x' }),
  ],
  [
    'each authorisation at the provider is one payment of one order',
    'the provider was asked under a key that no payment has',
    run => more(run, { type: 'authorised', key: 'unheard-of', payment_id: 'pay-x', reference: run.ids.bought }),
  ],
  [
    'each authorisation at the provider is one payment of one order',
    'the money is of an order that does not exist',
    run => {
      for (const line of run.journal) if (line.reference === run.ids.bought) line.reference = 'no-order'
    },
  ],
  [
    'what was captured and refunded of a payment is the same in the books and at the provider',
    'a capture is in no book',
    run => Object.assign(payment(run, 'bought'), { captured_minor: 0, status: 'authorised' }),
  ],
  [
    'what was captured and refunded of a payment is the same in the books and at the provider',
    'a void was not heard of',
    run => Object.assign(payment(run, 'voided'), { status: 'declined' }),
  ],
  [
    'each payment that holds or held money is known to the provider',
    'the books have a payment that the provider never saw',
    run => Object.assign(payment(run, 'bought'), { provider_reference: 'pay-nowhere' }),
  ],
  [
    'at most one payment of an order was captured',
    'an order is charged twice',
    run => {
      const { key, ...line } = effect(run, 'captured', 'bought')
      more(run, { ...effect(run, 'authorised', 'bought'), n: run.journal.length + 1, key: 'k1', payment_id: 'pay-2' })
      more(run, { ...line, n: run.journal.length + 1, key: `${key}-2`, payment_id: 'pay-2' })
    },
  ],
  [
    'at most one payment of an order was captured',
    'an order is charged twice, each time at once',
    run => {
      const line = effect(run, 'captured', 'cancelled')
      more(run, { ...line, n: run.journal.length + 1, key: 'k1', payment_id: 'pay-2' })
    },
  ],
  [
    "the provider's journal is whole: no gap, no key twice, no refund above its capture",
    'a payment that is there already is captured at once',
    run => {
      const line = effect(run, 'captured', 'cancelled')
      more(run, { ...line, n: run.journal.length + 1, key: 'k1' })
    },
  ],
  [
    'no two payments of an order held money at the same time',
    'money is held a second time before it is let go',
    run => {
      const first = effect(run, 'authorised', 'held')
      const { n } = effect(run, 'declined', 'held')
      // The first card was not declined, it holds.
      find(run.journal, { n }).type = 'authorised'
      assert.ok(first.n > n)
    },
  ],
  [
    'what is authorised and captured is the total of the order',
    'more is captured than the order comes to',
    run => {
      effect(run, 'captured', 'bought').amount += 1
    },
  ],
  [
    'refunds never exceed the capture',
    'more is given back than was taken',
    run =>
      more(run, {
        ...effect(run, 'refunded', 'cancelled'),
        n: run.journal.length + 1,
        key: 'again',
        refund_id: 're-2',
      }),
  ],
  [
    'each refund at the provider is one refund of the books, and the other way round',
    'a refund of the books was never made',
    run => {
      find(run.table('payment', 'refunds'), { idempotency_key: 'key-refund' }).provider_reference = 're-nowhere'
    },
  ],
  [
    'each refund at the provider is one refund of the books, and the other way round',
    'a refund is made a second time under a new key',
    run =>
      more(run, { ...effect(run, 'refunded', 'held'), n: run.journal.length + 1, key: 'anew', refund_id: 're-anew' }),
  ],
]

const ends: Wrong[] = [
  [
    'no refund of an order is left half done',
    'a refund of lines is asked for, and nobody goes on with it',
    run => {
      refundOf(run, 'broken').status = 'asked'
    },
  ],
  [
    'a paid order ends with its total captured, less what somebody asked to give back',
    'lines are given back that nobody asked to give back',
    run => {
      for (const line of run.invokes('refundOrder')) line.input.params.id = 'another'
    },
  ],
  [
    'a cancelled order ends with nothing captured at the provider',
    'a cancelled order keeps its money',
    run => run.journal.splice(run.journal.indexOf(effect(run, 'refunded', 'cancelled')), 1),
  ],
  [
    'an order that waits to be paid has nothing captured or held',
    'an order that was charged is not told so',
    run => Object.assign(order(run, 'bought'), { status: 'pending', payment_status: 'unpaid' }),
  ],
  [
    'a paid order ends with its total captured, less what somebody asked to give back',
    'an order counts as paid that was never charged',
    run => run.journal.splice(run.journal.indexOf(effect(run, 'captured', 'bought')), 1),
  ],
  [
    'a paid order ends with its total captured, less what somebody asked to give back',
    'money goes back that nobody asked for',
    run => {
      for (const line of run.invokes('refundPayment')) line.input.params.id = 'another'
    },
  ],
  [
    'the payment status says what the provider has',
    'an order says that all of its money went back, and it did not',
    run => {
      order(run, 'held').payment_status = 'refunded'
    },
  ],
  [
    'nothing stays authorised, in doubt or half done',
    'the provider holds the money of an undone order for ever',
    run => run.journal.splice(run.journal.indexOf(effect(run, 'voided', 'voided')), 1),
  ],
  [
    'nothing stays authorised, in doubt or half done',
    'a payment stays in doubt',
    run => {
      payment(run, 'voided').status = 'in_doubt'
    },
  ],
  [
    'nothing stays authorised, in doubt or half done',
    'a refund stays pending',
    run => {
      find(run.table('payment', 'refunds'), { idempotency_key: 'key-refund' }).status = 'pending'
    },
  ],
  [
    'the provider is asked under one key for each attempt of the shopper, never under a new one',
    'a time-out is tried again under a new key',
    run => {
      const again = {
        ...effect(run, 'authorised', 'voided'),
        key: `${run.ids.voided}:authorise:2`,
        payment_id: 'pay-2',
      }
      more(run, { ...again, n: run.journal.length + 1 })
      const payments = run.table('payment', 'payments')
      payments.push({
        ...payment(run, 'voided'),
        id: 'payment-2',
        attempt: 2,
        provider_key: again.key,
        provider_reference: 'pay-2',
      })
      run
        .table('order', 'payment_attempts')
        .push({ order_id: run.ids.voided, attempt: 2, idempotency_key: null, outcome: 'refused' })
    },
  ],
]

const entries = (run: MadeUpRun) => run.table('payment', 'ledger_entries')
const ledger: Wrong[] = [
  [
    'each transaction of the ledger sums to zero',
    'a transaction has one side only',
    run => remove(entries(run), { transaction_id: run.ids["bought's payment"], account: 'sales' }),
  ],
  [
    'the whole ledger sums to zero in each currency',
    'a unit is lost between two accounts',
    run => {
      entries(run)[0]!.amount_minor -= 1
    },
  ],
  [
    "the clearing account is the provider's own journal, in each currency",
    'a capture of the provider is not booked',
    run => {
      remove(entries(run), { transaction_id: run.ids["bought's payment"], account: 'sales' })
      remove(entries(run), { transaction_id: run.ids["bought's payment"], account: 'provider_clearing' })
    },
  ],
  [
    'each capture and each refund is booked once, with its amount and on its accounts',
    'a capture is booked twice',
    run => {
      const own = entries(run).filter(row => row.transaction_id === run.ids["bought's payment"])
      entries(run).push(...own.map(row => ({ ...row, id: `${row.id}-again` })))
    },
  ],
  [
    'each capture and each refund is booked once, with its amount and on its accounts',
    'a refund is booked to sales',
    run => {
      find(entries(run), { account: 'refunds' }).account = 'sales'
    },
  ],
  [
    'no entry has gone, and none is of something that never happened',
    'a booked capture has gone',
    run => {
      for (const row of entries(run))
        if (row.transaction_id === run.ids["bought's payment"]) row.transaction_id = 'other'
    },
  ],
]

const prices: Wrong[] = [
  [
    'what comes back of a line is what was paid for it',
    'a line comes back for more than was paid for it',
    run => {
      refundLine(run, 'restocked').amount_minor += 3
    },
  ],
  [
    'what comes back of a line is what was paid for it',
    'all lines are back, and a unit of their money is not',
    run => {
      const lines = run.table('order', 'order_refund_lines')
      const part = refundLine(run, 'restocked')
      lines.push({ ...part, refund_id: run.ids.broken, quantity: 1, amount_minor: part.amount_minor / 2 - 1 })
    },
  ],
  [
    'what an order has less is what its coupon takes off',
    'a unit too much is taken off',
    run => {
      const row = order(run, "lea's")
      row.discount_minor += 1
      row.total_minor -= 1
    },
  ],
  [
    'what an order has less is what its coupon takes off',
    'something is taken off without a coupon',
    run => {
      order(run, "lea's").coupon_code = null
    },
  ],
  [
    'what an order has less is what its coupon takes off',
    'a coupon is used for less than its least',
    run => {
      Object.assign(run.invokes('createCoupon')[0]!.input.body, { min_subtotal: 501, currency: 'JPY' })
    },
  ],
  [
    'each line is quantity times unit price',
    'a line comes to less than its units',
    run => {
      run.table('order', 'order_items')[0]!.subtotal_minor -= 1
    },
  ],
  [
    'each total is the sum of its lines, less discount, with shipping and tax',
    'a total leaves out the tax',
    run => {
      order(run, 'bought').tax_minor = 100
    },
  ],
  [
    'each total is the sum of its lines, less discount, with shipping and tax',
    'a cent is lost on the way to the total',
    run => {
      order(run, 'bought').total_minor -= 1
    },
  ],
  [
    'each unit price was the catalogue price at some moment of the request',
    'a price of the client is taken over',
    run => {
      run.table('order', 'order_items')[0]!.price_minor = 1
    },
  ],
  [
    'each unit price was the catalogue price at some moment of the request',
    'a price is used that was changed before the request began',
    run => {
      find(run.table('order', 'order_items'), { order_id: run.ids.held }).price_minor = 1000
    },
  ],
  [
    'an order for an expected total has that total',
    'another total than the expected one is accepted',
    run => {
      run.invokes('placeOrder')[0]!.input.body.expected_total = 25.49
      run.invokes('placeOrder')[1]!.input.body.expected_total = 25.49
    },
  ],
  [
    'the catalogue has a price that was set last',
    'an acknowledged change of a price is lost',
    run => {
      find(run.table('product', 'products'), { id: run.ids.lamp }).price_minor = 1000
    },
  ],
]

for (const [guarantee, list] of [
  [1, captures],
  [2, ends],
  [3, ledger],
  [4, prices],
] as const) {
  catches(guarantee, list)
  coversAll(guarantee, list)
}

test('amounts are read exactly, and one with too many decimals is none', () => {
  assert.equal(minorOf(19.99, 'USD'), 1999)
  assert.equal(minorOf(0.1, 'USD'), 10)
  assert.equal(minorOf(500, 'JPY'), 500)
  assert.equal(minorOf(1.234, 'KWD'), 1234)
  assert.ok(Number.isNaN(minorOf(1.234, 'USD')))
})

test('a price may be seen while it is being changed, before and after, and not once another one is sure', () => {
  const writes = [
    { price: 1, currency: 'USD', start: 0, end: 10 },
    { price: 2, currency: 'USD', start: 100, end: 200 },
    // Nobody knows whether this one happened.
    { price: 3, currency: 'USD', start: 1000, end: Number.POSITIVE_INFINITY },
  ]
  const reads = (price: number, from: number, to: number) => canRead(writes, { price, currency: 'USD' }, from, to)
  assert.ok(reads(1, 20, 90))
  assert.ok(!reads(2, 20, 90))
  assert.ok(reads(1, 150, 160) && reads(2, 150, 160))
  assert.ok(!reads(1, 300, 400) && reads(2, 300, 400))
  assert.ok(reads(2, 2000, 2001) && reads(3, 2000, 2001))
  assert.ok(!canRead(writes, { price: 2, currency: 'EUR' }, 300, 400))
})
