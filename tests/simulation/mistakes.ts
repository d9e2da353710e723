import type { Mistake } from './load.ts'

/*
 * Deliberate mistakes, of which the simulation must find every one: in the pure deciders, in the verbs around them, and
 * in what the SQL of the stores guarantees (here in its models).
 */

const order = 'order/src/order.ts'
const checkout = 'order/src/checkout.ts'
const payment = 'payment/src/payment.ts'

export const mistakes: Mistake[] = [
  {
    name: 'an order is paid before its stock is sold',
    file: order,
    find: "if (stock === 'held') return 'commit'",
    put: '',
  },
  {
    name: 'an order is paid before the money is captured',
    file: order,
    find: "return payment === 'captured' || seeded('paid-before-capture') ? 'settle-paid' : 'capture'",
    put: "return 'settle-paid'",
  },
  {
    name: 'a payment in doubt counts as refused',
    file: order,
    find: "if (payment === 'undone') return 'cancel'\n      if (payment === 'in_doubt') return 'wait'",
    put: "if (payment === 'undone') return 'cancel'\n      if (payment === 'in_doubt') return 'fail-payment'",
  },
  {
    name: 'a cancellation does not wait for a payment in doubt',
    file: order,
    find: "case 'cancel':\n      if (payment === 'in_doubt') return 'wait'",
    put: "case 'cancel':\n      if (payment === 'in_doubt') return stock === 'released' ? 'settle-cancelled' : 'release'",
  },
  {
    name: 'a cancellation gives no money back',
    file: order,
    find: "if (payment !== 'undone' && payment !== 'untouched') return 'close-payments'",
    put: '',
  },
  {
    name: 'a cancellation gives no stock back',
    file: order,
    find: "return stock === 'released' ? 'settle-cancelled' : 'release'",
    put: "return 'settle-cancelled'",
  },
  {
    name: 'an order goes on without stock',
    file: order,
    find: "if (stock === 'short' || stock === 'closed' || stock === 'released') return 'cancel'",
    put: "if (stock === 'closed' || stock === 'released') return 'cancel'",
  },
  {
    name: 'a payment that was undone is asked for again',
    file: order,
    find: "if (payment === 'undone') return 'cancel'",
    put: "if (payment === 'undone') return 'authorise'",
  },
  {
    name: 'the sweeper gives up after a wait',
    file: order,
    find: 'Math.min(60, 0.5 * 2 ** Math.min(tries, 7))',
    put: 'tries === 0 ? 0.5 : 1e9',
  },
  {
    name: 'a capture is no news for an authorised payment',
    file: payment,
    find: "captured: ['authorising', 'in_doubt', 'authorised'],",
    put: "captured: ['authorising', 'in_doubt'],",
  },
  {
    name: 'old news takes a captured payment back to authorised',
    file: payment,
    find: "authorised: ['authorising', 'in_doubt'],",
    put: "authorised: ['authorising', 'in_doubt', 'captured'],",
  },
  {
    name: 'a payment that was given back in part counts as never captured',
    file: payment,
    find: "status === 'captured' || status === 'partially_refunded' || status === 'refunded'",
    put: "status === 'captured' || status === 'refunded'",
  },
  {
    name: 'a new key for each authorisation that is sent',
    file: 'payment/src/authorise-payment.ts',
    find: ': payment.provider_key,',
    put: ': payment.provider_key + ctx.clock.newId(),',
  },
  {
    name: 'a new key for each refund that is sent',
    file: 'payment/src/refund-payment.ts',
    find: 'provider_reference!, { key,',
    put: 'provider_reference!, { key: ctx.clock.newId(),',
  },
  {
    name: 'payments are closed without a mark against late ones',
    file: 'payment/src/close-payments.ts',
    find: 'await store.closeOrder(ctx.sql, order_id, reason, ctx.config.SETTLE_AFTER_MS)',
    put: '',
  },
  {
    name: 'a release leaves no mark against a late reservation',
    file: 'inventory/src/reserve.ts',
    find: 'await store.insertTombstone(ctx.sql, order_id)',
    put: '',
  },
  {
    name: 'an order is settled as paid whatever became of it',
    file: checkout,
    find: ": { statuses: ['pending'], goals: ['pay'], attempt: run.order.attempt },\n      to: { status: 'processing'",
    put: ": { statuses: ['pending', 'cancelled'] },\n      to: { status: 'processing'",
  },
  {
    name: 'an answer that was decided is decided again',
    file: 'order-store.ts',
    find: 'if (known && known.outcome !== null) return',
    put: '',
  },
  {
    name: 'stock is held without looking how much there is',
    file: 'inventory-store.ts',
    find: '.filter(line => line.available < line.quantity)',
    put: '.filter(() => false)',
  },
  {
    name: 'a driver that asked for no payment cancels without a look at the others',
    file: checkout,
    find: ', unclaimed: untouched }',
    put: ' }',
  },
  {
    name: 'expired stock is sold without looking how much there is',
    file: 'inventory-store.ts',
    find: 'if (!expired.lines.every(line => availableOf(tables, line.product_id) >= line.quantity)) return undefined',
    put: '',
  },
  {
    name: 'expired stock is sold without being taken again',
    file: 'inventory-store.ts',
    find: 'const sold = expired.lines.map(l => ({ product_id: l.product_id, on_hand: -l.quantity }))\n    moveStock(tables, sold, order_id)',
    put: '',
  },
  {
    name: 'a payment is let in for an order that was closed',
    file: 'payment-store.ts',
    find: 'if (closure && closure.closed_at !== null) return undefined',
    put: '',
  },
  {
    name: 'one key makes two orders',
    file: 'order-store.ts',
    find: "throw uniqueViolation('orders_key_once')",
    put: 'void 0',
  },
  {
    name: 'a copy of a payment request that was overtaken is answered on its own',
    file: 'order/src/pay-order.ts',
    find: 'if (copy) return answerAgain(copy, request_hash)',
    put: '',
    seed: 11_002_340,
  },
]
