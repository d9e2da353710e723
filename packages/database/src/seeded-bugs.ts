// Deliberate faults in our own code, to show that the checks catch them: `npm run chaos -- --seeded-bugs`. Each is a
// mistake somebody could make, at the place where they would make it. `SEEDED_BUG=name` switches one on, never in
// production; the rest of the time a name is compared with undefined, and that is all.

/** What the mistake is, and where it is made. */
export interface SeededBug {
  what: string
  /** The file with the switch. */
  file: string
  /**
   * A constraint or trigger that would stop the fault is taken away with it, in the database of this service: what is
   * shown is that the checks from the outside see it, too.
   */
  without?: { service: string; sql: string }
}

const bugs = {
  'drop-stock-condition': {
    what: 'stock is held without looking whether there is enough; the CHECK is gone too',
    file: 'services/inventory/src/store.ts',
    without: { service: 'inventory', sql: 'alter table stock drop constraint if exists stock_holds' },
  },
  'commit-assumes-stock': {
    what: 'a reservation past its deadline is sold although its stock went to others; the CHECK is gone too',
    file: 'services/inventory/src/store.ts',
    without: { service: 'inventory', sql: 'alter table stock drop constraint if exists stock_holds' },
  },
  'release-unmarked': {
    what: 'stock is given back, and the reservation is not marked: the next release gives it back again',
    file: 'services/inventory/src/store.ts',
    without: { service: 'inventory', sql: 'alter table stock drop constraint if exists stock_holds' },
  },
  'sale-without-movement': {
    what: 'units are sold without a movement',
    file: 'services/inventory/src/store.ts',
  },
  'hold-never-expires': {
    what: 'the sweeper forgets unpaid orders that are past their deadline',
    file: 'services/order/src/checkout.ts',
  },
  'cancel-keeps-money': {
    what: 'a cancelled order gives its stock back, and not its money',
    file: 'services/order/src/checkout.ts',
  },
  'settle-twice': {
    what: 'a payment is settled as paid by the request and by the sweeper',
    file: 'services/order/src/checkout.ts',
  },
  'cancelled-unsaid': {
    what: 'a cancelled order says no event',
    file: 'services/order/src/checkout.ts',
  },
  'paid-before-capture': {
    what: 'an order counts as paid when the money is only held',
    file: 'services/order/src/order.ts',
  },
  'ship-cancelled': {
    what: 'an order that was cancelled may be shipped',
    file: 'services/order/src/order.ts',
  },
  'total-without-quantity': {
    what: 'the total is the sum of the unit prices',
    file: 'services/order/src/order.ts',
  },
  'float-money': {
    what: 'lines are multiplied as floating point numbers and cut off; the CHECK is gone too',
    file: 'services/order/src/price-order.ts',
    without: { service: 'order', sql: 'alter table order_items drop constraint if exists order_items_add_up' },
  },
  'prices-remembered': {
    what: 'prices once asked for are kept, and never asked for again',
    file: 'services/order/src/price-order.ts',
  },
  'key-ignored': {
    what: 'an Idempotency-Key is not looked at: who presses twice buys twice',
    file: 'services/order/src/place-order.ts',
  },
  'key-for-any-body': {
    what: 'an Idempotency-Key answers for any body',
    file: 'services/order/src/answer.ts',
  },
  'cart-ordered-twice': {
    what: 'two orders can be made of one cart: there is no unique index',
    file: 'packages/database/src/seeded-bugs.ts',
    without: { service: 'order', sql: 'drop index if exists orders_cart_once' },
  },
  'coupon-overused': {
    what: 'a coupon is given however often it was used',
    file: 'services/order/src/coupons/coupon.ts',
  },
  'coupon-for-any-basket': {
    what: 'a coupon is given for a basket below its minimum',
    file: 'services/order/src/coupons/coupon.ts',
  },
  'history-skipped': {
    what: 'the step to paid is not noted in the history',
    file: 'services/order/src/store.ts',
  },
  'orders-of-others': {
    what: 'an order is shown to whoever knows its id',
    file: 'services/order/src/view.ts',
  },
  'provider-key-per-try': {
    what: 'each try to authorise has a key of its own',
    file: 'services/payment/src/authorise-payment.ts',
  },
  'silence-means-declined': {
    what: 'a provider that does not answer is taken to have declined',
    file: 'services/payment/src/provider.ts',
  },
  'webhook-books-again': {
    what: 'the webhook books what the reply has booked; the unique constraint of the ledger is gone too',
    file: 'services/payment/src/receive-webhook.ts',
    without: { service: 'payment', sql: 'alter table ledger_entries drop constraint if exists ledger_entries_once' },
  },
  'refund-taken-for-made': {
    what: 'a refund the provider has not confirmed is booked as made',
    file: 'services/payment/src/settle.ts',
  },
  'refund-key-per-try': {
    what: 'each try to refund has a key of its own',
    file: 'services/payment/src/refund-payment.ts',
  },
  'line-refund-per-try': {
    what: 'each try to give lines back asks for their money under a key of its own',
    file: 'services/order/src/refunds/refund-order.ts',
  },
  'ledger-one-sided': {
    what: 'a capture is booked on one account only; the trigger that balances is gone too',
    file: 'services/payment/src/store.ts',
    without: { service: 'payment', sql: 'drop trigger if exists ledger_balances on ledger_entries' },
  },
  'relay-deletes-first': {
    what: 'the relay deletes events before the bus has them',
    file: 'packages/messaging/src/relay.ts',
  },
  'relay-polls-last': {
    what: 'the relay reads events after the last one it saw',
    file: 'packages/messaging/src/relay.ts',
  },
  'ack-before-effect': {
    what: 'a listener moves its offset before it applies what it read',
    file: 'packages/messaging/src/subscription.ts',
  },
  'no-inbox': {
    what: 'a listener keeps no note of what it has applied',
    file: 'packages/messaging/src/subscription.ts',
  },
  'inbox-by-aggregate': {
    what: 'a listener notes the order instead of the event: only the first event of each is applied',
    file: 'packages/messaging/src/subscription.ts',
  },
  'reserved-shown-as-free': {
    what: 'the catalogue shows what is on hand, reserved or not',
    file: 'services/product/src/store.ts',
  },
  'confirmed-unpaid': {
    what: 'the order is confirmed to the customer when it is placed',
    file: 'services/notification/src/events.ts',
  },
  'confirmed-twice': {
    what: 'the order is confirmed once more when it is shipped',
    file: 'services/notification/src/events.ts',
  },
  'recipient-logged': {
    what: 'the log says whom a message went to',
    file: 'services/notification/src/send-due.ts',
  },
} as const satisfies Record<string, SeededBug>

export type SeededBugName = keyof typeof bugs
export const seededBugs: Readonly<Record<SeededBugName, SeededBug>> = bugs

/** The bug these settings switch on. Throws for one that does not exist, and for any in production. */
export function seededBugOf(env: Record<string, string | undefined>): SeededBugName | undefined {
  const name = env.SEEDED_BUG
  if (!name) return undefined
  if (env.NODE_ENV === 'production') throw new Error('SEEDED_BUG is set, and this is production: nothing is started')
  if (!Object.hasOwn(bugs, name)) {
    throw new Error(`there is no seeded bug ${name}; there are ${Object.keys(bugs).join(', ')}`)
  }
  return name as SeededBugName
}

const active = seededBugOf(process.env)

/** Whether this mistake is to be made. */
export const seeded = (name: SeededBugName): boolean => name === active

/** The statement that takes away what would protect a service's database from the bug that is on. */
export function withoutProtection(service: string): string | undefined {
  const { without }: SeededBug = active ? bugs[active] : { what: '', file: '' }
  return without?.service === service ? without.sql : undefined
}
