import { catches, coversAll, find, remove, type Wrong } from './caught.ts'
import type { MadeUpRun } from './made-up-run.ts'

type Row = Record<string, any>
const order = (run: MadeUpRun, name: string) => find(run.table('order', 'orders'), { id: run.ids[name] })
const stock = (run: MadeUpRun, name: string) =>
  find(run.table('inventory', 'stock'), { product_id: run.ids[name] as string })
const reservation = (run: MadeUpRun, name: string) =>
  find(run.table('inventory', 'reservations'), { order_id: run.ids[name] as string })
const movements = (run: MadeUpRun) => run.table('inventory', 'movements')
const states = (run: MadeUpRun, name: string) =>
  run.events.map(row => row.message.payload).filter(payload => payload.revision && payload.product_id === run.ids[name])
const items = (run: MadeUpRun, name: string) =>
  run.table('order', 'order_items').filter(row => row.order_id === run.ids[name])
const ended = (run: MadeUpRun, op: string, where: (body: Row) => boolean = () => true) =>
  run.answers(op).find(line => line.body && where(line.body))!

const refundOf = (run: MadeUpRun, name: string) => find(run.table('order', 'order_refunds'), { id: run.ids[name] })
const putBack = (run: MadeUpRun) => find(movements(run), { idempotency_key: run.ids.restocked })

const stocks: Wrong[] = [
  [
    'what a refund puts back into stock is its lines, once, and nothing where it puts nothing back',
    'what was restocked never came into stock',
    run => remove(movements(run), { idempotency_key: run.ids.restocked }),
  ],
  [
    'what a refund puts back into stock is its lines, once, and nothing where it puts nothing back',
    'what is broken is sold again',
    run =>
      movements(run).push({
        ...{
          ...putBack(run),
          id: 'movement-broken',
          product_id: run.ids.rare,
          delta: 1,
          idempotency_key: run.ids.broken,
        },
      }),
  ],
  [
    'what a refund puts back into stock is its lines, once, and nothing where it puts nothing back',
    'units come back twice by one refund',
    run => movements(run).push({ ...putBack(run), id: 'movement-twice' }),
  ],
  [
    'an order takes its units out once, and gives them back once at most',
    'units come back twice, under a key for each try',
    run => movements(run).push({ ...putBack(run), id: 'movement-anew', idempotency_key: 'anew' }),
  ],
  [
    'sold is the sum of the lines of paid orders, less what refunds put back',
    'more units came back than were given back',
    run => {
      putBack(run).delta += 1
    },
  ],
  [
    'what is left is what was put in less what was sold, with what refunds put back',
    'more units are there than refunds put back',
    run => {
      refundOf(run, 'restocked').restock = false
    },
  ],
  [
    'a reservation knows how many of its units came back',
    'units came back, and are counted as sold',
    run => {
      find(run.table('inventory', 'reservation_lines'), { returned: 2 }).returned = 1
    },
  ],
  [
    '0 ≤ reserved ≤ on hand in every state the stock ever had',
    'for an instant more was reserved than there was',
    run => {
      const state = states(run, 'rare')[2]!
      state.reserved = state.on_hand + 1
    },
  ],
  [
    'the states of a product follow each other without a gap and end in its row',
    'a change of the stock was not said',
    run => {
      const state = states(run, 'rare')[2]
      run.events.splice(
        run.events.findIndex(row => row.message.payload === state),
        1,
      )
    },
  ],
  [
    'the states of a product follow each other without a gap and end in its row',
    'the row was changed without a word',
    run => {
      stock(run, 'rare').reserved += 1
    },
  ],
  [
    'on hand changes by movements only, each once',
    'a movement is written twice',
    run => {
      const movement = find(movements(run), { order_id: run.ids.bought })
      movements(run).push({ ...movement, id: 'movement-again' })
    },
  ],
  [
    'on hand changes by movements only, each once',
    'units leave without a movement',
    run => remove(movements(run), { order_id: run.ids.bought }),
  ],
  [
    'samples during the run saw no stock out of bounds',
    'a sample saw more reserved than there was',
    run => run.files['samples.jsonl'].push({ t_ms: 2, stock: [{ product_id: run.ids.rare, on_hand: 1, reserved: 2 }] }),
  ],
  [
    'on hand is the sum of the movements',
    'on hand lost an update',
    run => {
      stock(run, 'lamp').on_hand += 1
    },
  ],
  [
    'reserved is the sum of what reservations hold',
    'a release gave back twice',
    run => {
      stock(run, 'tea').reserved -= 1
    },
  ],
  [
    'sold is the sum of the lines of paid orders, less what refunds put back',
    'an order is paid whose units never left',
    run => {
      const own = movements(run).filter(row => row.order_id === run.ids.again)
      for (const row of own) movements(run).splice(movements(run).indexOf(row), 1)
    },
  ],
  [
    'no more of a product was sold than was ever put into stock',
    'more are sold than there ever were',
    run => {
      items(run, 'again')[0]!.quantity = 21
    },
  ],
  [
    'what is left is what was put in less what was sold, with what refunds put back',
    'a unit has gone that nobody bought',
    run => {
      stock(run, 'tea').on_hand -= 1
    },
  ],
  [
    'an acknowledged change of stock is a movement',
    'an acknowledged delivery is lost',
    run => remove(movements(run), { id: run.ids.movement }),
  ],
  [
    'an acknowledged change of stock is a movement',
    'an acknowledged stock take is lost',
    run => {
      for (const state of states(run, 'rare')) if (state.on_hand === 7) state.on_hand = 6
    },
  ],
  [
    'each movement has an order or somebody who asked for it',
    'stock moves by itself',
    run => movements(run).push({ ...find(movements(run), { id: run.ids.movement }), id: 'movement-x', delta: 3 }),
  ],
  [
    'no reservation outlives its deadline',
    'stock is held long after its deadline',
    run => {
      reservation(run, 'waiting').expires_at = '2026-03-01T10:00:01Z'
    },
  ],
  [
    "an order's reservation is of its lines and stands where the order stands",
    'a paid order never took its stock',
    run => {
      reservation(run, 'bought').status = 'expired'
    },
  ],
  [
    "an order's reservation is of its lines and stands where the order stands",
    'a cancelled order keeps its stock',
    run => {
      reservation(run, 'voided').status = 'held'
    },
  ],
  [
    "an order's reservation is of its lines and stands where the order stands",
    'less is held than was ordered',
    run => {
      find(run.table('inventory', 'reservation_lines'), { order_id: run.ids.held }).quantity = 1
    },
  ],
  [
    'an order takes its units out once, and gives them back once at most',
    'a cancelled order gives its units back twice',
    run => {
      const back = movements(run).find(row => row.reason === 'returned')!
      movements(run).push({ ...back, id: 'movement-back' })
    },
  ],
  [
    'who was told that there is not enough was told the truth',
    'a buyer is turned away while there is enough',
    run => {
      for (const state of states(run, 'rare')) state.available = 3
    },
  ],
]

const acknowledged: Wrong[] = [
  [
    'an acknowledged refund of an order is there, of the lines and the amount that were asked for',
    'an acknowledged refund is lost',
    run => remove(run.table('order', 'order_refunds'), { id: run.ids.restocked }),
  ],
  [
    'an acknowledged refund of an order is there, of the lines and the amount that were asked for',
    'an acknowledged refund is refused later',
    run => {
      refundOf(run, 'restocked').status = 'refused'
    },
  ],
  [
    'an acknowledged refund of an order is there, of the lines and the amount that were asked for',
    'other units are given back than were asked for',
    run => {
      find(run.table('order', 'order_refund_lines'), { refund_id: run.ids.restocked }).quantity = 3
    },
  ],
  [
    'an acknowledged refund of an order is there, of the lines and the amount that were asked for',
    'the amount beside the lines is forgotten',
    run => {
      refundOf(run, 'broken').amount_minor -= 150
    },
  ],
  [
    'an acknowledged refund of an order is there, of the lines and the amount that were asked for',
    'the goods are put back though they are broken',
    run => {
      refundOf(run, 'broken').restock = true
    },
  ],
  [
    'each refund of an order was asked for; what was refused gives nothing back',
    'a refund is made that was refused',
    run => {
      refundOf(run, 'broken').idempotency_key = 'key-excess'
    },
  ],
  [
    'each refund of an order was asked for; what was refused gives nothing back',
    'a refund is made that nobody asked for',
    run => {
      run.table('order', 'order_refunds').push({ ...refundOf(run, 'broken'), id: 'refund-x', idempotency_key: 'x' })
    },
  ],
  [
    'every order in an answer exists and is what the answer says',
    'an acknowledged order is lost',
    run => remove(run.table('order', 'orders'), { id: run.ids.bought }),
  ],
  [
    'every order in an answer exists and is what the answer says',
    'an order is acknowledged with another total',
    run => {
      ended(run, 'placeOrder').body.total = 1
    },
  ],
  [
    'every order in an answer exists and is what the answer says',
    'an order is acknowledged with another quantity',
    run => {
      ended(run, 'placeOrder').body.items[0].quantity = 9
    },
  ],
  [
    'an acknowledged purchase stays, unless somebody asked to cancel it',
    'a purchase is cancelled that nobody asked to cancel',
    run => {
      for (const line of run.invokes('cancelOrder')) line.input.params.id = 'another'
    },
  ],
  [
    'an acknowledged order that waits to be paid is undone only in time, on request, or by its payment',
    'an order is undone before its deadline',
    run => {
      ended(run, 'placeOrder', body => body.id === run.ids.expired).body.expires_at = '2026-03-01T12:00:00Z'
    },
  ],
  [
    'an acknowledged cancellation, shipment or delivery lasts',
    'a cancelled order comes back to life',
    run => {
      order(run, 'cancelled').status = 'processing'
    },
  ],
  [
    'a refused order leaves no order, no stock held and no money taken',
    'a refused order is paid all the same',
    run => Object.assign(order(run, 'refused'), { status: 'processing', payment_status: 'paid' }),
  ],
  [
    'what is refused at the door leaves no trace',
    'a request that was not valid left an order',
    run => {
      const line = ended(run, 'placeOrder', body => body.type?.endsWith('out-of-stock'))
      Object.assign(line, { problem: 'validation-failed', status: 400, body: { type: 'validation-failed' } })
    },
  ],
  [
    'a refused change of stock moves nothing',
    'a refused adjustment moved stock',
    run => {
      find(movements(run), { id: run.ids.movement }).idempotency_key = 'key-too-many'
      find(movements(run), { idempotency_key: 'key-too-many' }).product_id = run.ids.rare
    },
  ],
  [
    'every order was asked for, with the lines that it has',
    'an order comes from nowhere',
    run => {
      const placed = run.events.find(row => row.message.name === 'order.placed')!
      placed.message.correlation_id = 'nobody'
    },
  ],
  [
    'every order was asked for, with the lines that it has',
    'an order has other lines than were asked for',
    run => {
      items(run, 'bought')[0]!.quantity += 1
    },
  ],
  [
    'no order is paid whose every request to pay was refused',
    'an order is paid although the payment was refused',
    run => {
      for (const line of run.answers('payOrder'))
        Object.assign(line, { phase: 'fail', status: 402, problem: 'payment-declined' })
    },
  ],
  [
    'one cart, at most one order that is not undone',
    'two orders are made of one cart',
    run => {
      order(run, 'bought').cart_id = run.ids.cart
    },
  ],
  [
    'an order of a cart has the lines that were put into it, all that were acknowledged',
    'something that was put into the cart is not in the order',
    run => {
      run.invokes('addCartItem')[0]!.input.body.quantity = 5
    },
  ],
  [
    'an acknowledged account exists, and each e-mail address has one',
    'an acknowledged account is lost',
    run => remove(run.table('user', 'users'), { id: 'user-bob' }),
  ],
  [
    'an acknowledged account exists, and each e-mail address has one',
    'one e-mail address has two accounts',
    run =>
      run.table('user', 'users').push({ id: 'user-2', email: 'BOB@shop.example', role: 'customer', erased_at: null }),
  ],
]

for (const [guarantee, list] of [
  [5, stocks],
  [6, acknowledged],
] as const) {
  catches(guarantee, list)
  coversAll(guarantee, list)
}
