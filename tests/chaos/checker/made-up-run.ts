import { type Buyer, iso, openMadeUpShop, problem, type Row } from './made-up-shop.ts'

/**
 * A small run that never was: everything a folder would hold of a shop in which all is as it should be. Tests change one
 * thing in it and see whether the checker finds it.
 */

export interface MadeUpRun {
  files: Record<string, any>
  /** Ids by the name of what they are of. */
  ids: Record<string, string>
  /** Rows of a table, to be changed. */
  table: (service: string, name: string) => Row[]
  history: Row[]
  events: Row[]
  journal: Row[]
  mail: Row[]
  /** Lines of the history that end a request of this operation. */
  answers: (op: string) => Row[]
  invokes: (op: string) => Row[]
}

export function makeUpRun(): MadeUpRun {
  const shop = openMadeUpShop()
  const { files, table, history, events, journal, mail, ids, staff } = shop
  const { tick, now, id, say, send, changeStock, move, stockRow, createProduct, updatePrice } = shop
  const { record, attempt, decide, reserve, commit, release, note, sayOrder, rowOf, view } = shop
  const { effect, atProvider, authorise, capture, refund, refundLines, writeTo, sayPayment } = shop
  const { settlePaid, settleCancelled } = shop

  const guest = (name: string): Buyer => ({ kind: 'guest', name, email: `${name}@guest.example` })
  const buy = (
    buyer: Buyer,
    items: Row[],
    name: string,
    more: Row = {},
    off?: { coupon_code: string; discount_minor: number },
    /** Sold and paid in a step each, as the shop does it now; the others as it does what is paid later. */
    at_once = false,
  ) => {
    const key = `key-${name}`
    const body = { items, email: buyer.email, payment_method: 'tok_approve', ...more }
    const sent = send(buyer, 'placeOrder', { body }, key)
    const order_id = record(buyer, { items }, sent, { key, pay: true, off })
    ids[name] = order_id
    reserve(order_id, sent, at_once)
    const payment = authorise(order_id, 1, sent, 'authorised', at_once)
    ids[`${name}'s payment`] = payment.id
    if (!at_once) {
      commit(order_id, sent)
      capture(payment, sent)
    }
    settlePaid(order_id, sent)
    return { order_id, payment, sent, body, key }
  }

  table('user', 'users').push({ id: 'user-staff', email: 'boss@shop.example', role: 'admin', erased_at: null })
  say(
    'user',
    'user.registered',
    'user-staff',
    { user_id: 'user-staff', email: 'boss@shop.example', name: null },
    'start',
  )
  const lamp = createProduct('lamp', 10, 100)
  const rare = createProduct('rare', 5.5, 3)
  const tea = createProduct('tea', 500, 20, 'JPY')

  const ada = guest('ada')
  const first = buy(
    ada,
    [
      { product_id: lamp, quantity: 2 },
      { product_id: rare, quantity: 1 },
    ],
    'bought',
    {
      expected_total: 25.5,
    },
  )
  first.sent.end('ok', 201, view(first.order_id))
  const repeated = send(ada, 'placeOrder', { body: first.body }, first.key)
  repeated.end('ok', 201, view(first.order_id))
  const other = send(
    ada,
    'placeOrder',
    { body: { ...first.body, items: [{ product_id: tea, quantity: 9 }] } },
    first.key,
  )
  other.end('fail', 422, problem('idempotency-key-reused'))
  for (const status of ['shipped', 'delivered']) {
    const handled = send(staff, 'setOrderStatus', { params: { id: first.order_id }, body: { status } })
    note(first.order_id, { status }, null)
    sayOrder(first.order_id, `order.${status}`, {}, handled.correlation_id)
    handled.end('ok', 200, view(first.order_id))
  }
  const looked = send(ada, 'getOrder', { params: { id: first.order_id } })
  looked.end('ok', 200, view(first.order_id))
  const curious = send(guest('eve'), 'getOrder', { params: { id: first.order_id } })
  curious.end('fail', 404, problem('not-found'))

  updatePrice(lamp, 12.34)

  // A customer: a cart, held, a card that is declined, another one, and something back.
  const registering = send({ kind: 'guest', name: 'bob' }, 'register', {
    body: { email: 'bob@shop.example', password: '0' },
  })
  const bob: Buyer = { kind: 'customer', name: 'bob', user_id: 'user-bob', email: 'bob@shop.example' }
  table('user', 'users').push({ id: 'user-bob', email: 'bob@shop.example', role: 'customer', erased_at: null })
  const registered = { user_id: 'user-bob', email: 'bob@shop.example', name: null }
  say('user', 'user.registered', 'user-bob', registered, registering.correlation_id)
  registering.end('ok', 201, { access_token: 'digest', user: { id: 'user-bob', email: 'bob@shop.example' } })
  const adding = send(bob, 'addCartItem', { body: { product_id: lamp, quantity: 3 } })
  ids.cart = id('cart')
  table('cart', 'carts').push({ id: ids.cart, user_id: 'user-bob', status: 'open' })
  adding.end('ok', 201, { id: ids.cart, user_id: 'user-bob', cart_token: null, items: [{}], item_count: 3 })
  const holding = send(bob, 'placeOrder', { body: { cart_id: ids.cart } }, 'key-held')
  const held = record(bob, { cart_id: ids.cart }, holding, {
    key: 'key-held',
    pay: false,
    lines: [{ product_id: lamp, quantity: 3 }],
  })
  ids.held = held
  reserve(held, holding)
  note(held, {}, 'stock held')
  decide(held, 'held')
  sayOrder(held, 'order.reserved', { expires_at: rowOf(held).expires_at }, holding.correlation_id)
  table('cart', 'carts')[0]!.status = 'ordered'
  holding.end('ok', 201, view(held))
  const declining = send(
    bob,
    'payOrder',
    { params: { id: held }, body: { payment_method: 'tok_decline' } },
    'key-declined',
  )
  attempt(held, 1, 'key-declined')
  authorise(held, 1, declining, 'declined')
  note(held, { payment_status: 'failed' }, 'payment declined: card_declined')
  decide(held, 'refused')
  sayOrder(held, 'order.payment-failed', { reason: 'card_declined' }, declining.correlation_id)
  declining.end('fail', 402, problem('payment-declined', { order_id: held }))
  const paying = send(bob, 'payOrder', { params: { id: held }, body: { payment_method: 'tok_approve' } }, 'key-paid')
  attempt(held, 2, 'key-paid')
  const bobs = authorise(held, 2, paying, 'authorised')
  ids["held's payment"] = bobs.id
  commit(held, paying)
  capture(bobs, paying)
  settlePaid(held, paying)
  paying.end('ok', 200, view(held))
  const giving = send(staff, 'refundPayment', { params: { id: bobs.id }, body: { amount: 1 } }, 'key-refund')
  refund(bobs, 100, giving, 'key-refund')
  writeTo(held, 'order-refunded')
  note(held, { payment_status: 'partially_refunded' }, 'money given back')
  sayOrder(held, 'order.payment-changed', {}, giving.correlation_id)
  giving.end('ok', 200, { id: bobs.id, status: 'partially_refunded' })
  const listing = send(bob, 'listOrders', { query: { limit: 5 } })
  listing.end('ok', 200, { items: [view(held)], next_cursor: null })
  const timeline = send(bob, 'getOrderTimeline', { params: { id: held } })
  timeline.end('ok', 200, {
    items: table('order', 'order_history')
      .filter(row => row.order_id === held)
      .slice(0, 3),
  })

  // Bought and cancelled.
  const cleo = guest('cleo')
  const third = buy(cleo, [{ product_id: rare, quantity: 2 }], 'cancelled', {}, undefined, true)
  third.sent.end('ok', 201, view(third.order_id))
  const short = [{ product_id: rare, requested: 1, available: 0 }]

  // Nothing left: refused, and nothing of it stays.
  const dan = guest('dan')
  const late = send(
    dan,
    'placeOrder',
    { body: { product_id: rare, quantity: 1, email: dan.email, payment_method: 'tok_approve' } },
    'key-late',
  )
  ids.refused = record(dan, { items: [{ product_id: rare, quantity: 1 }] }, late, { key: 'key-late', pay: true })
  decide(ids.refused, 'refused')
  settleCancelled(ids.refused, 'out_of_stock', 'unpaid', late)
  table('inventory', 'reservations').push({ order_id: ids.refused, status: 'released', expires_at: now() })
  late.end('fail', 409, problem('out-of-stock', { items: short }))

  // One unit comes back by a refund, the rest when it is cancelled.
  const unit = table('order', 'order_items').find(row => row.order_id === third.order_id)!
  const sorry = { lines: [{ item_id: unit.id, quantity: 1 }], restock: true }
  const easing = send(staff, 'refundOrder', { params: { id: third.order_id }, body: sorry }, 'key-sorry')
  easing.end('ok', 201, refundLines(third.payment, [1], { restock: true, amount: 0 }, easing, 'key-sorry'))

  const cancelling = send(cleo, 'cancelOrder', { params: { id: third.order_id }, body: {} })
  refund(third.payment, third.payment.amount_minor - third.payment.refunded_minor, cancelling, null)
  release(third.order_id, cancelling)
  settleCancelled(third.order_id, 'changed my mind', 'refunded', cancelling)
  cancelling.end('ok', 200, view(third.order_id))

  // Declined at once.
  const finn = guest('finn')
  const poor = send(
    finn,
    'placeOrder',
    { body: { items: [{ product_id: tea, quantity: 1 }], email: finn.email, payment_method: 'tok_decline' } },
    'key-poor',
  )
  ids.declined = record(finn, { items: [{ product_id: tea, quantity: 1 }] }, poor, { key: 'key-poor', pay: true })
  reserve(ids.declined, poor)
  authorise(ids.declined, 1, poor, 'declined')
  decide(ids.declined, 'refused')
  release(ids.declined, poor)
  settleCancelled(ids.declined, 'payment_declined', 'unpaid', poor)
  poor.end('fail', 402, problem('payment-declined', { order_id: ids.declined }))

  // Authorised, then let go: cancelled while it was paid.
  const gus = guest('gus')
  const racing = send(
    gus,
    'placeOrder',
    { body: { items: [{ product_id: lamp, quantity: 1 }], email: gus.email, payment_method: 'tok_capture_decline' } },
    'key-void',
  )
  ids.voided = record(gus, { items: [{ product_id: lamp, quantity: 1 }] }, racing, { key: 'key-void', pay: true })
  reserve(ids.voided, racing)
  const letGo = authorise(ids.voided, 1, racing, 'authorised')
  ids["voided's payment"] = letGo.id
  note(ids.voided, { payment_status: 'in_doubt' }, 'the payment provider has not answered yet')
  sayOrder(ids.voided, 'order.payment-changed', {}, racing.correlation_id)
  effect('voided', { ...atProvider(letGo), key: `${letGo.id}:void`, amount: letGo.amount_minor })
  letGo.status = 'voided'
  sayPayment(letGo, 'payment.voided', {}, racing)
  decide(ids.voided, 'refused')
  release(ids.voided, racing)
  settleCancelled(ids.voided, 'payment_failed', 'unpaid', racing)
  racing.end('info', 503, problem('unavailable'))

  // Never paid: it expires.
  const hal = guest('hal')
  const waiting = send(
    hal,
    'placeOrder',
    { body: { items: [{ product_id: tea, quantity: 2 }], email: hal.email } },
    'key-expired',
  )
  ids.expired = record(hal, { items: [{ product_id: tea, quantity: 2 }] }, waiting, { key: 'key-expired', pay: false })
  reserve(ids.expired, waiting)
  note(ids.expired, {}, 'stock held')
  decide(ids.expired, 'held')
  sayOrder(ids.expired, 'order.reserved', { expires_at: rowOf(ids.expired).expires_at }, waiting.correlation_id)
  waiting.end('ok', 201, view(ids.expired))
  tick(70_000)
  release(ids.expired, waiting, 'expired')
  settleCancelled(ids.expired, 'expired', 'unpaid', waiting)

  // Waits to be paid when the run ends; sent twice at once.
  const kim = guest('kim')
  const [oneTea, patient] = [[{ product_id: tea, quantity: 1 }], { email: kim.email }]
  const pending = send(kim, 'placeOrder', { body: { items: oneTea, ...patient } }, 'key-waiting')
  const double = send(kim, 'placeOrder', { body: { items: oneTea, ...patient } }, 'key-waiting')
  double.end('fail', 409, problem('request-in-progress'))
  ids.waiting = record(kim, { items: oneTea }, pending, { key: 'key-waiting', pay: false })
  rowOf(ids.waiting).expires_at = iso(900_000)
  reserve(ids.waiting, pending)
  note(ids.waiting, {}, 'stock held')
  decide(ids.waiting, 'held')
  sayOrder(ids.waiting, 'order.reserved', { expires_at: iso(900_000) }, pending.correlation_id)
  pending.end('ok', 201, view(ids.waiting))

  // An answer that got lost: the same key again finds the same order.
  const ivy = guest('ivy')
  const lost = buy(ivy, [{ product_id: tea, quantity: 3 }], 'again')
  lost.sent.end('info')
  const again = send(ivy, 'placeOrder', { body: lost.body }, lost.key)
  again.end('ok', 201, view(lost.order_id))

  // Lines of an order come back: some into stock, the others not, twice under one key; more than there were is refused.
  const jon = guest('jon')
  const goods = [
    { product_id: lamp, quantity: 3 },
    { product_id: rare, quantity: 1 },
  ]
  const sixth = buy(jon, goods, 'part', {})
  sixth.sent.end('ok', 201, view(sixth.order_id))
  const items = table('order', 'order_items').filter(row => row.order_id === sixth.order_id)
  const params = { id: sixth.order_id }
  const giveBack = (name: string, units: number[], wish: { restock: boolean; amount: number }) => {
    const lines = units.flatMap((quantity, i) => (quantity > 0 ? [{ item_id: items[i]!.id, quantity }] : []))
    const body = { lines, ...wish }
    const sent = send(staff, 'refundOrder', { params, body }, `key-${name}`)
    const made = refundLines(sixth.payment, units, wish, sent, `key-${name}`)
    sent.end('ok', 201, made)
    ids[name] = made.id
    return { made, body }
  }
  const restocked = giveBack('restocked', [2, 0], { restock: true, amount: 0 })
  send(staff, 'refundOrder', { params, body: { ...restocked.body } }, 'key-restocked').end('ok', 201, restocked.made)
  giveBack('broken', [0, 1], { restock: false, amount: 1.5 })
  const excess = { lines: [{ item_id: items[0]!.id, quantity: 2 }], restock: true }
  send(staff, 'refundOrder', { params, body: excess }, 'key-excess').end('fail', 422, problem('validation-failed'))

  // A coupon for one use each, and two in all.
  const offering = send(staff, 'createCoupon', {
    body: { code: 'tea-3', percent: 3, max_uses: 2, once_per_customer: true },
  })
  offering.end('ok', 201, { id: id('coupon'), code: 'TEA-3' })
  for (const name of ['lea', 'max']) {
    const off = { coupon_code: 'TEA-3', discount_minor: 15 }
    const cheap = buy(guest(name), [{ product_id: tea, quantity: 1 }], `${name}'s`, { coupon_code: 'TEA-3' }, off)
    cheap.sent.end('ok', 201, view(cheap.order_id))
  }

  // Staff fill the shelf, twice under one key.
  const filling = send(
    staff,
    'adjustStock',
    { params: { product_id: lamp }, body: { delta: 5, reason: 'delivery' } },
    'key-fill',
  )
  changeStock(lamp, { on_hand: 5 }, filling.correlation_id)
  const movement = move(lamp, 5, 'delivery', { idempotency_key: 'key-fill' })
  ids.movement = movement.id
  filling.end('ok', 201, movement)
  const refilling = send(
    staff,
    'adjustStock',
    { params: { product_id: lamp }, body: { delta: 5, reason: 'delivery' } },
    'key-fill',
  )
  refilling.end('ok', 201, movement)
  const taking = send(staff, 'setStock', { params: { product_id: rare }, body: { on_hand: 7 } })
  const before = stockRow(rare).on_hand
  changeStock(rare, { on_hand: 7 - before }, taking.correlation_id)
  move(rare, 7 - before, 'stock take')
  taking.end('ok', 200, { product_id: rare, on_hand: 7 })

  const tooMany = { params: { product_id: rare }, body: { delta: -50, reason: 'breakage' } }
  send(staff, 'adjustStock', tooMany, 'key-too-many').end('fail', 409, problem('stock-below-reserved'))

  const ends: Record<string, number> = {}
  for (const { topic, position } of events) ends[topic] = Math.max(ends[topic] ?? 0, position)
  for (const [service, topics] of Object.entries({
    order: ['payment', 'user'],
    cart: ['order', 'user'],
    inventory: ['product'],
    product: ['inventory'],
  })) {
    for (const topic of topics) table(service, 'consumer_offsets').push({ topic, position: ends[topic] ?? 0 })
  }

  const ofOp = (op: string, invoke: boolean) =>
    history.filter(line => line.op === op && (line.phase === 'invoke') === invoke)
  return {
    ...{ files, ids, table, history, events, journal, mail },
    answers: op => ofOp(op, false),
    invokes: op => ofOp(op, true),
  }
}
