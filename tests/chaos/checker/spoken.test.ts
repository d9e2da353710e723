import { catches, coversAll, find, remove, type Wrong } from './caught.ts'
import type { MadeUpRun } from './made-up-run.ts'

const event = (run: MadeUpRun, name: string, of?: string) =>
  run.events.find(row => row.message.name === name && (!of || row.message.payload.order_id === run.ids[of]))!
const drop = (run: MadeUpRun, name: string, of?: string) =>
  run.events.splice(run.events.indexOf(event(run, name, of)), 1)
const again = (run: MadeUpRun, name: string, of?: string) => {
  const row = structuredClone(event(run, name, of))
  row.position = 10_000
  row.event_id = row.message.id = 'event-again'
  run.events.push(row)
}
const swap = (a: Record<string, any>, b: Record<string, any>) => {
  ;[a.position, b.position] = [b.position, a.position]
}
const confirmation = (run: MadeUpRun, name: string) =>
  run.mail.find(line => line.headers['x-entity-ref-id'] === run.ids[name])!

const told: Wrong[] = [
  [
    'each refund of an order has its event, which says what came back',
    'a refund of lines is not told',
    run => drop(run, 'order.refunded', 'part'),
  ],
  [
    'each refund of an order has its event, which says what came back',
    'a refund of lines is told twice',
    run => again(run, 'order.refunded', 'part'),
  ],
  [
    'each refund of an order has its event, which says what came back',
    'it is told that other units came back',
    run => {
      event(run, 'order.refunded', 'part').message.payload.items[0].quantity = 1
    },
  ],
  [
    'each event is on the bus once',
    'an event is on the bus twice',
    run => run.events.push(structuredClone(run.events[5]!)),
  ],
  [
    'each event says who said it, of what and for which request',
    'an event travels under another order',
    run => {
      event(run, 'order.paid', 'bought').message.aggregate_id = run.ids.held
    },
  ],
  [
    'each change of an order has its event, and each event its change',
    'order.paid is lost',
    run => drop(run, 'order.paid', 'again'),
  ],
  [
    'each change of an order has its event, and each event its change',
    'a refund is not told',
    run => drop(run, 'order.payment-changed', 'held'),
  ],
  [
    'each change of an order has its event, and each event its change',
    'order.paid is said twice',
    run => again(run, 'order.paid', 'again'),
  ],
  [
    'each change of an order has its event, and each event its change',
    'order.paid is said of an order that is not',
    run => {
      find(run.table('order', 'order_history'), { order_id: run.ids.again, status: 'processing' }).status = 'pending'
    },
  ],
  [
    'each change of an order has its event, and each event its change',
    'an event is of an order that was never written down',
    run => remove(run.table('order', 'orders'), { id: run.ids.again }),
  ],
  [
    'the events of an order say what the order is',
    'an event says another total',
    run => {
      event(run, 'order.paid', 'bought').message.payload.total_minor += 1
    },
  ],
  [
    'the events of an order lie on the bus in the order in which they happened',
    'paid lies before placed',
    run => swap(event(run, 'order.placed', 'bought'), event(run, 'order.paid', 'bought')),
  ],
  [
    'the states of a product lie on the bus in the order in which they were',
    'two changes of a stock overtook each other',
    run => {
      const own = run.events.filter(row => row.message.payload.product_id === run.ids.rare && row.topic === 'inventory')
      swap(own[1]!, own[2]!)
    },
  ],
  [
    'each change of a payment has its event, and each event its change',
    'payment.captured is lost',
    run => drop(run, 'payment.captured', 'bought'),
  ],
  [
    'each change of a payment has its event, and each event its change',
    'a refund is said twice',
    run => again(run, 'payment.refunded', 'held'),
  ],
  [
    'the events of a payment lie on the bus in the order in which they happened',
    'captured lies before authorised',
    run => swap(event(run, 'payment.authorised', 'bought'), event(run, 'payment.captured', 'bought')),
  ],
  [
    'each account that came or went has its event, and each event its account',
    'a registration was not said',
    run => drop(run, 'user.registered'),
  ],
  [
    'each product that came, changed or went has its event, and each event its product',
    'a change of a price was not said',
    run => drop(run, 'product.updated'),
  ],
  [
    'each event was applied by everybody who listens to it',
    'the product page never heard of a sale',
    run => run.table('product', 'inbox').splice(4, 1),
  ],
  [
    'each event was applied by everybody who listens to it',
    'the notification service missed one of those it listens to',
    run => remove(run.table('notification', 'inbox'), { event_id: event(run, 'order.paid', 'bought').event_id }),
  ],
  [
    'the events of one aggregate were applied in their order',
    'a later state of the stock was applied first',
    run => {
      const own = run.events.filter(row => row.message.payload.product_id === run.ids.rare && row.topic === 'inventory')
      find(run.table('product', 'inbox'), { event_id: own[1]!.event_id }).applied_at = '2026-03-01T11:00:00Z'
    },
  ],
  [
    'nothing was applied that was not said, and nothing twice',
    'a change was said before it was committed, and never was',
    run => run.table('cart', 'inbox').push({ event_id: 'event-nowhere', applied_at: '2026-03-01T10:00:00Z' }),
  ],
  [
    'nothing was applied that was not said, and nothing twice',
    'an event was applied twice',
    run => run.table('cart', 'inbox').push({ ...run.table('cart', 'inbox')[0] }),
  ],
  [
    'nothing is left to be sent',
    'an event lies in the outbox for ever',
    run => run.table('order', 'outbox').push({ seq: 1, event_id: 'x', name: 'order.paid' }),
  ],
  [
    'every listener has read to the end',
    'a listener stands still',
    run => {
      run.table('cart', 'consumer_offsets')[0]!.position -= 1
    },
  ],
  [
    'every listener has read to the end',
    'a listener does not know how far it has read',
    run => remove(run.table('product', 'consumer_offsets'), { topic: 'inventory' }),
  ],
  [
    'nothing lies among the dead letters',
    'an event could not be applied',
    run => run.table('cart', 'dead_letters').push({ event_id: 'x', error: 'no such cart', replayed_at: null }),
  ],
]

const line = (run: MadeUpRun, where: object) =>
  find(run.table('order', 'order_items'), { order_id: run.ids.part, ...where })

const projections: Wrong[] = [
  [
    'a line of an order knows what was given back of it',
    'what was given back may be given back again',
    run => {
      line(run, { refunded_quantity: 2 }).refunded_quantity = 0
    },
  ],
  [
    'a line of an order knows what was given back of it',
    'a line counts more money than came back of it',
    run => {
      line(run, { refunded_quantity: 1 }).refunded_minor += 1
    },
  ],
  [
    'the stock on a product page is what can be ordered',
    'the product page shows more than there is',
    run => {
      find(run.table('product', 'products'), { id: run.ids.rare }).stock_available += 1
    },
  ],
  [
    'a cart is closed exactly when an order of it was held or paid',
    'an ordered cart stays open',
    run => {
      run.table('cart', 'carts')[0]!.status = 'open'
    },
  ],
  [
    'an order knows how much of its payment went back',
    'an order has not heard of its refund',
    run => {
      find(run.table('order', 'orders'), { id: run.ids.held }).refunded_minor = 0
    },
  ],
  [
    'what was sold is what was captured, in each currency',
    'an order is sold for nothing',
    run => {
      const n = run.journal.findIndex(line => line.type === 'captured' && line.reference === run.ids.again)
      run.journal.splice(n, 1)
    },
  ],
]

const toldOfRefund = (run: MadeUpRun) =>
  run.mail.find(
    ({ headers }) =>
      headers['x-entity-ref-id'] === run.ids.part && headers['x-shopfleet-template'] === 'order-refunded',
  )!

const messages: Wrong[] = [
  [
    'each refund of an order that stands has one message',
    'nobody is told of a refund',
    run => run.mail.splice(run.mail.indexOf(toldOfRefund(run)), 1),
  ],
  [
    'each refund of an order that stands has one message',
    'the buyer is told of one refund twice',
    run => run.mail.push({ ...structuredClone(toldOfRefund(run)), message_id: '<again@shop.example>' }),
  ],
  [
    'no coupon has more uses than it may',
    'a coupon has a use more',
    run => {
      run.invokes('createCoupon')[0]!.input.body.max_uses = 1
    },
  ],
  [
    'nobody uses a coupon twice that is for once',
    'one guest has both uses',
    run => {
      find(run.table('order', 'orders'), { id: run.ids["max's"] }).email = 'LEA@guest.example'
    },
  ],
  ['each paid order has one confirmation message', 'a confirmation was never sent', run => run.mail.splice(0, 1)],
  [
    'each paid order has one confirmation message',
    'nothing is ever sent',
    run => {
      run.mail.length = 0
    },
  ],
  [
    'each paid order has one confirmation message',
    'an order is confirmed in two messages',
    run => run.mail.push({ ...confirmation(run, 'bought'), message_id: '<another>' }),
  ],
  [
    'each message that counts as sent was taken by the mail server',
    'a message is put down as sent that never left',
    run => run.table('notification', 'messages').push({ id: 'message-x', channel: 'email', status: 'sent' }),
  ],
  [
    'no order that never was paid has one',
    'an order is confirmed that was declined',
    run => {
      const copy = structuredClone(confirmation(run, 'bought'))
      copy.headers['x-entity-ref-id'] = run.ids.declined
      run.mail.push({ ...copy, message_id: '<another>' })
    },
  ],
]

const answered = (run: MadeUpRun, op: string) => run.answers(op)[0]!
const privacy: Wrong[] = [
  [
    "no answer shows another's order",
    'a curious guest is shown the order of another',
    run =>
      Object.assign(run.answers('getOrder')[1]!, { phase: 'ok', status: 200, body: run.answers('getOrder')[0]!.body }),
  ],
  [
    "no answer shows another's order",
    'a list shows the order of somebody else',
    run => answered(run, 'listOrders').body.items.push(answered(run, 'getOrder').body),
  ],
  [
    "no answer shows another's account or cart",
    "a customer is shown another's cart",
    run => {
      answered(run, 'addCartItem').body.user_id = 'user-eve'
    },
  ],
  [
    "no answer names another's e-mail address",
    'a refusal names somebody',
    run => {
      run.answers('getOrder')[1]!.body.detail = 'This is an order of ada@guest.example.'
    },
  ],
  [
    'a message goes to nobody but whom it is about',
    'a confirmation goes to somebody else too',
    run => confirmation(run, 'bought').to.push('eve@guest.example'),
  ],
  [
    'no log names a customer or holds a secret',
    'a log names a customer',
    run => {
      run.files['logs/order.log'] += '{"message":"mail to bob@shop.example"}\n'
    },
  ],
  [
    'no log names a customer or holds a secret',
    'a log holds a card token',
    run => {
      run.files['logs/order.log'] += '{"body":{"payment_method":"tok_approve"}}\n'
    },
  ],
  [
    'no event names an e-mail address or a secret, but that of a registration its own',
    'an event of an order names the buyer',
    run => {
      event(run, 'order.paid', 'bought').message.payload.email = 'ada@guest.example'
    },
  ],
  [
    'no card token is kept longer than it is needed',
    'the card token of an order that was paid is kept',
    run => {
      find(run.table('order', 'orders'), { id: run.ids.bought }).payment_method = 'tok_approve'
    },
  ],
]

for (const [guarantee, list] of [
  [9, told],
  [10, projections],
  [11, messages],
  [12, privacy],
] as const) {
  catches(guarantee, list)
  coversAll(guarantee, list)
}
