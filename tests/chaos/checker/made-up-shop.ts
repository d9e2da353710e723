/**
 * A shop that is nothing but the evidence it leaves: each verb writes all the rows, events and effects that belong to it.
 * Not made of the services, so that it shares no mistake with them.
 */

export type Row = Record<string, any>
export interface Buyer {
  kind: 'guest' | 'customer' | 'staff'
  name: string
  email?: string
  user_id?: string
  cart_token?: string
}

export interface Sent {
  end: (phase: 'ok' | 'fail' | 'info', status?: number, body?: any) => void
  correlation_id: string
}

const start_ms = Date.parse('2026-03-01T10:00:00Z')

export function openMadeUpShop() {
  const files: Record<string, any> = {
    'run.json': {
      ...{ seed: 1, commit: 'made-up', minutes: 1, started_at: iso(0), ended_at: iso(600_000), recovery_ms: 3000 },
      seeded_bug: null,
    },
    'history.jsonl': [],
    'faults.jsonl': [
      { t_ms: 500_000, at: iso(500_000), phase: 'begin', id: 1, fault: 'kill', target: 'order' },
      { t_ms: 501_000, at: iso(501_000), phase: 'end', id: 1, fault: 'kill', target: 'order' },
    ],
    'samples.jsonl': [{ t_ms: 1000, stock: [], orders: 1, outbox: 0 }],
    'provider/journal.jsonl': [],
    'mail/journal.jsonl': [],
    'logs/order.log': '{"level":"info","message":"started"}\n{"level":"info","message":"placed","orderId":"x"}\n',
    'tables/bus/events.jsonl': [],
  }
  const names: Record<string, string[]> = {
    order: ['orders', 'order_items', 'order_history', 'payment_attempts', 'order_refunds', 'order_refund_lines'],
    payment: ['orders', 'payments', 'refunds', 'ledger_entries'],
    inventory: ['stock', 'reservations', 'reservation_lines', 'movements'],
    product: ['products'],
    cart: ['carts', 'cart_items'],
    user: ['users'],
    notification: ['messages'],
  }
  for (const [service, own] of Object.entries(names)) {
    for (const name of [...own, 'outbox', 'inbox', 'consumer_offsets', 'dead_letters'])
      files[`tables/${service}/${name}.jsonl`] = []
  }
  const table = (service: string, name: string): Row[] => files[`tables/${service}/${name}.jsonl`]
  const history: Row[] = files['history.jsonl']
  const events: Row[] = files['tables/bus/events.jsonl']
  const journal: Row[] = files['provider/journal.jsonl']
  const mail: Row[] = files['mail/journal.jsonl']
  const ids: Record<string, string> = {}

  let ticks = 0
  let serial = 0
  let ops = 0
  /** Time goes by. Answers what it is. */
  const tick = (ms = 20) => {
    ticks += ms
    return ticks
  }
  const now = () => iso(tick())
  const id = (kind: string) => `${kind}-${String(++serial).padStart(6, '0')}`
  const hears: Record<string, string[]> = {
    order: ['payment.'],
    cart: ['order.reserved', 'order.paid'],
    inventory: ['product.created'],
    product: ['stock.changed'],
    notification: ['order.paid', 'user.registered'],
  }

  function say(topic: string, name: string, aggregate_id: string, payload: Row, correlation_id: string): void {
    const event_id = id('event')
    const position = events.length + 1
    const message = { id: event_id, name, version: 1, service: topic, aggregate_id, payload, correlation_id }
    events.push({
      ...{ topic, position, event_id, appended_at: now() },
      message: { ...message, traceparent: null, occurred_at: now() },
    })
    for (const [service, heard] of Object.entries(hears)) {
      if (heard.some(one => name.startsWith(one))) table(service, 'inbox').push({ event_id, applied_at: now() })
    }
  }

  function send(buyer: Buyer, op: string, input: Row, key?: string): Sent {
    const op_id = `r${++ops}`
    const correlation_id = `made-up-${op_id}`
    const common = { op_id, shopper: buyer.name, op, attempt: 1 }
    const { kind, user_id, email, cart_token } = buyer
    history.push({
      ...{ n: history.length + 1, phase: 'invoke', t_ms: tick(), at: iso(ticks), ...common },
      ...{ method: 'POST', path: '/', key, correlation_id, caller: { kind, user_id, email, cart_token }, input },
    })
    return {
      correlation_id,
      end(phase, status, body) {
        const problem = phase === 'fail' ? String(body.type).split('/').at(-1) : undefined
        history.push({
          ...{ n: history.length + 1, phase, t_ms: tick(), at: iso(ticks), ...common, status, problem },
          body: structuredClone(body),
        })
      },
    }
  }
  // The inventory.
  const stockRow = (product_id: string) => table('inventory', 'stock').find(row => row.product_id === product_id)!
  function changeStock(product_id: string, change: { on_hand?: number; reserved?: number }, correlation: string): void {
    const row = stockRow(product_id)
    row.on_hand += change.on_hand ?? 0
    row.reserved += change.reserved ?? 0
    row.revision++
    const { on_hand, reserved, revision } = row
    const available = on_hand - reserved
    say('inventory', 'stock.changed', product_id, { product_id, available, on_hand, reserved, revision }, correlation)
    const product = table('product', 'products').find(one => one.id === product_id)!
    product.stock_available = available
    product.stock_revision = revision
  }
  function move(product_id: string, delta: number, reason: string, extra: Row = {}): Row {
    const { on_hand } = stockRow(product_id)
    const row = { id: id('movement'), product_id, delta, reason, order_id: null, on_hand, idempotency_key: null }
    const whole = { ...row, request: null, created_at: now(), ...extra }
    table('inventory', 'movements').push(whole)
    return whole
  }

  // The catalogue.
  const staff: Buyer = { kind: 'staff', name: 'staff', user_id: 'user-staff', email: 'boss@shop.example' }
  function createProduct(name: string, price: number, stock: number, currency = 'USD'): string {
    const request = send(staff, 'createProduct', { body: { name, price, stock, currency } })
    const product_id = id('product')
    ids[name] = product_id
    const price_minor = minor(price, currency)
    const facts = { sku: name, slug: name, name, price_minor, currency, is_active: true }
    table('product', 'products').push({
      ...{ id: product_id, ...facts, stock_available: stock, stock_revision: 0, variant_count: 0, deleted_at: null },
    })
    say(
      'product',
      'product.created',
      product_id,
      { product_id, ...facts, opening_stock: stock },
      request.correlation_id,
    )
    table('inventory', 'stock').push({ product_id, on_hand: stock, reserved: 0, revision: 0 })
    changeStock(product_id, {}, request.correlation_id)
    move(product_id, stock, 'opening')
    request.end('ok', 201, { id: product_id, name, price, currency })
    return product_id
  }
  function updatePrice(product_id: string, price: number): void {
    const request = send(staff, 'updateProduct', { params: { id: product_id }, body: { price } })
    const product = table('product', 'products').find(row => row.id === product_id)!
    product.price_minor = minor(price, product.currency)
    const { sku, slug, name, price_minor, currency, is_active } = product
    const payload = { product_id, sku, slug, name, price_minor, currency, is_active }
    say('product', 'product.updated', product_id, payload, request.correlation_id)
    request.end('ok', 200, { id: product_id, price })
  }

  // Orders.
  const rowOf = (order_id: string) => table('order', 'orders').find(row => row.id === order_id)!
  const itemsOf = (order_id: string) => table('order', 'order_items').filter(row => row.order_id === order_id)
  function note(order_id: string, change: Row, text: string | null): void {
    const row = Object.assign(rowOf(order_id), change)
    const { status, payment_status } = row
    table('order', 'order_history').push({ id: ++serial, order_id, status, payment_status, note: text, at: now() })
  }
  function sayOrder(order_id: string, name: string, extra: Row, correlation: string): void {
    const { number, user_id, cart_id, currency, total_minor } = rowOf(order_id)
    say('order', name, order_id, { order_id, number, user_id, cart_id, currency, total_minor, ...extra }, correlation)
  }
  const linesOf = (order_id: string) =>
    itemsOf(order_id).map(({ product_id, quantity, price_minor }) => ({ product_id, quantity, price_minor }))
  function view(order_id: string): Row {
    const row = rowOf(order_id)
    const { number, user_id, email, status, payment_status, currency, cart_id, expires_at } = row
    const items = itemsOf(order_id).map(({ product_id, quantity, price_minor }) => ({
      ...{ product_id, quantity, price: major(price_minor, currency) },
    }))
    const total = major(row.total_minor, currency)
    return { id: order_id, number, user_id, email, status, payment_status, items, currency, total, cart_id, expires_at }
  }

  interface Lines {
    items?: Row[]
    cart_id?: string
  }
  function record(
    buyer: Buyer,
    what: Lines,
    sent: Sent,
    options: { key?: string; pay: boolean; lines?: Row[]; off?: { coupon_code: string; discount_minor: number } },
  ): string {
    const order_id = id('order')
    const lines = options.lines ?? what.items!
    const catalogue = table('product', 'products')
    const currency = catalogue.find(row => row.id === lines[0]!.product_id)!.currency
    let subtotal_minor = 0
    for (const { product_id, quantity } of lines) {
      const { price_minor } = catalogue.find(row => row.id === product_id)!
      subtotal_minor += quantity * price_minor
      const item = { id: id('item'), order_id, product_id, sku: product_id, product_name: product_id, quantity }
      const nothingBack = { refunded_quantity: 0, refunded_minor: 0 }
      table('order', 'order_items').push({
        ...{ ...item, price_minor, subtotal_minor: quantity * price_minor, ...nothingBack },
      })
    }
    const { coupon_code = null, discount_minor = 0 } = options.off ?? {}
    table('order', 'orders').push({
      ...{ id: order_id, number: `SF-${serial}`, user_id: buyer.user_id ?? null },
      ...{ email: buyer.user_id ? null : buyer.email, status: 'pending', payment_status: 'unpaid', goal: 'none' },
      ...{ payment_method: null, cancel_reason: null, currency, subtotal_minor, discount_minor, shipping_minor: 0 },
      ...{
        tax_minor: 0,
        total_minor: subtotal_minor - discount_minor,
        coupon_code,
        refunded_minor: 0,
        shipping_address: null,
      },
      ...{ cart_id: what.cart_id ?? null, expires_at: iso(ticks + 60_000), created_at: now() },
      ...{
        idempotency_scope: options.key ? (buyer.user_id ?? 'anonymous') : null,
        idempotency_key: options.key ?? null,
      },
    })
    note(order_id, {}, null)
    attempt(order_id, options.pay ? 1 : 0, null)
    sayOrder(order_id, 'order.placed', { items: linesOf(order_id) }, sent.correlation_id)
    return order_id
  }
  function attempt(order_id: string, n: number, key: string | null | undefined): void {
    const row = { order_id, attempt: n, idempotency_key: key ?? null, outcome: null, refusal: null }
    table('order', 'payment_attempts').push(row)
  }
  function decide(order_id: string, outcome: string): void {
    table('order', 'payment_attempts').findLast(row => row.order_id === order_id && row.outcome === null)!.outcome =
      outcome
  }
  /** Held, or sold at once. */
  function reserve(order_id: string, sent: Sent, sell = false): void {
    const expires_at = rowOf(order_id).expires_at
    table('inventory', 'reservations').push({ order_id, status: sell ? 'committed' : 'held', expires_at })
    for (const { product_id, quantity } of linesOf(order_id)) {
      table('inventory', 'reservation_lines').push({ order_id, product_id, quantity, returned: 0 })
      changeStock(product_id, sell ? { on_hand: -quantity } : { reserved: quantity }, sent.correlation_id)
      if (sell) move(product_id, -quantity, 'sold', { order_id })
    }
  }
  const reservation = (order_id: string) => table('inventory', 'reservations').find(row => row.order_id === order_id)!
  function commit(order_id: string, sent: Sent): void {
    reservation(order_id).status = 'committed'
    for (const { product_id, quantity } of linesOf(order_id)) {
      changeStock(product_id, { on_hand: -quantity, reserved: -quantity }, sent.correlation_id)
      move(product_id, -quantity, 'sold', { order_id })
    }
  }
  function release(order_id: string, sent: Sent, to = 'released'): void {
    const was = reservation(order_id).status
    reservation(order_id).status = to
    for (const line of table('inventory', 'reservation_lines')) {
      if (line.order_id !== order_id) continue
      const { product_id, returned } = line
      const quantity = line.quantity - returned
      if (was === 'held') changeStock(product_id, { reserved: -quantity }, sent.correlation_id)
      if (was !== 'committed') continue
      changeStock(product_id, { on_hand: quantity }, sent.correlation_id)
      move(product_id, quantity, 'returned', { order_id })
    }
  }

  // Money.
  const effect = (type: string, row: Row) => journal.push({ n: effects() + 1, at: now(), type, ...row })
  const effects = () => journal.filter(line => line.n !== undefined).length
  /** With `capture` the provider takes the money at once. */
  function authorise(order_id: string, n: number, sent: Sent, answer: 'authorised' | 'declined', capture = false): Row {
    const { total_minor: amount, currency } = rowOf(order_id)
    const [key, payment_id] = [`${order_id}:authorise:${n}`, id('pay')]
    const line = { payment_id, key, amount, currency, reference: order_id, token: 'tok_approve' }
    if (capture) effect('captured', { ...line, at_once: true })
    else effect(answer, line)
    const payment = {
      ...{ id: id('payment'), order_id, attempt: n, provider_key: key, status: answer, amount_minor: amount },
      ...{ captured_minor: 0, refunded_minor: 0, refunding_minor: 0, currency, provider: 'simulator' },
      ...{ provider_reference: payment_id, payment_method: null, wanted: null, next_check_at: null, at_once: capture },
    }
    table('payment', 'payments').push(payment)
    if (!table('payment', 'orders').some(row => row.order_id === order_id))
      table('payment', 'orders').push({ order_id, closed_at: null, next_check_at: null })
    if (!capture) sayPayment(payment, `payment.${answer}`, {}, sent)
    else bookCapture(payment, sent)
    return payment
  }
  function sayPayment(payment: Row, name: string, extra: Row, sent: Sent): void {
    const { id: payment_id, order_id, attempt, amount_minor, currency } = payment
    const facts = { payment_id, order_id, attempt, amount_minor, currency }
    say('payment', name, order_id, { ...facts, ...extra }, sent.correlation_id)
  }
  function book(
    payment: Row,
    transaction_id: string,
    kind: string,
    debit: string,
    credit: string,
    amount: number,
  ): void {
    const { currency, order_id } = payment
    for (const [account, amount_minor] of [
      [debit, amount],
      [credit, -amount],
    ]) {
      table('payment', 'ledger_entries').push({
        ...{ id: id('entry'), transaction_id, account, amount_minor, currency, payment_id: payment.id, order_id, kind },
      })
    }
  }
  const atProvider = (payment: Row) => ({
    ...{ payment_id: payment.provider_reference, currency: payment.currency, reference: payment.order_id },
  })
  function capture(payment: Row, sent: Sent): void {
    effect('captured', { ...atProvider(payment), key: `${payment.id}:capture`, amount: payment.amount_minor })
    bookCapture(payment, sent)
  }
  function bookCapture(payment: Row, sent: Sent): void {
    const amount = payment.amount_minor
    Object.assign(payment, { status: 'captured', captured_minor: amount })
    book(payment, payment.id, 'capture', 'provider_clearing', 'sales', amount)
    sayPayment(payment, 'payment.captured', {}, sent)
  }
  function refund(payment: Row, amount: number, sent: Sent, key: string | null, refund_id = id('refund')): void {
    const provider_reference = id('re')
    effect('refunded', { ...atProvider(payment), key: refund_id, amount, refund_id: provider_reference })
    payment.refunded_minor += amount
    payment.status = payment.refunded_minor === payment.captured_minor ? 'refunded' : 'partially_refunded'
    table('payment', 'refunds').push({
      ...{ id: refund_id, payment_id: payment.id, amount_minor: amount, status: 'succeeded', idempotency_key: key },
      provider_reference,
    })
    book(payment, refund_id, 'refund', 'refunds', 'provider_clearing', amount)
    const { captured_minor, refunded_minor } = payment
    sayPayment(payment, 'payment.refunded', { refund_id, refund_minor: amount, captured_minor, refunded_minor }, sent)
    rowOf(payment.order_id).refunded_minor = refunded_minor
  }
  function writeTo(order_id: string, template: string): void {
    const { email, user_id } = rowOf(order_id)
    const to = email ?? table('user', 'users').find(row => row.id === user_id)!.email
    const headers = { 'x-shopfleet-template': template, 'x-entity-ref-id': order_id }
    const message = { id: id('message'), channel: 'email', status: 'sent', template, order_id }
    table('notification', 'messages').push(message)
    const message_id = `<${message.id}@shop.example>`
    const from = 'shop@shop.example'
    mail.push({ n: mail.length + 1, at: now(), message_id, from, to: [to], subject: 'Thanks', headers })
  }
  /** Gives units of lines of an order back, and an amount beside them; into stock if wished. Answers the refund. */
  function refundLines(payment: Row, units: number[], wish: Row, sent: Sent, key: string): Row {
    const { order_id, currency } = payment
    const { restock, amount: beside } = wish
    const refund_id = id('refund')
    const lines = itemsOf(order_id).flatMap((item, i) => {
      const quantity = units[i] ?? 0
      if (quantity === 0) return []
      const amount_minor = item.price_minor * quantity
      item.refunded_quantity += quantity
      item.refunded_minor += amount_minor
      return [{ refund_id, item_id: item.id, quantity, amount_minor, product_id: item.product_id }]
    })
    const amount_minor = lines.reduce((sum, line) => sum + line.amount_minor, minor(beside, currency))
    table('order', 'order_refunds').push({
      ...{ id: refund_id, order_id, amount_minor, restock, status: 'made', idempotency_key: key },
    })
    table('order', 'order_refund_lines').push(...lines.map(({ product_id: _, ...line }) => line))
    refund(payment, amount_minor, sent, null, refund_id)
    writeTo(order_id, 'order-refunded')
    for (const { product_id, quantity } of restock ? lines : []) {
      const held = table('inventory', 'reservation_lines')
      held.find(line => line.order_id === order_id && line.product_id === product_id)!.returned += quantity
      changeStock(product_id, { on_hand: quantity }, sent.correlation_id)
      move(product_id, quantity, 'refunded', { order_id, idempotency_key: refund_id })
    }
    const items = lines.map(({ product_id, quantity, amount_minor }) => ({ product_id, quantity, amount_minor }))
    const extra = { refund_id, refund_minor: amount_minor, items, restocked: restock }
    note(order_id, { payment_status: payment.status }, 'money given back')
    sayOrder(order_id, 'order.refunded', extra, sent.correlation_id)
    sayOrder(order_id, 'order.payment-changed', {}, sent.correlation_id)
    return { id: refund_id, order_id, status: 'made', amount: major(amount_minor, currency), currency }
  }
  function settlePaid(order_id: string, sent: Sent): void {
    note(order_id, { status: 'processing', payment_status: 'paid', expires_at: null }, 'paid')
    decide(order_id, 'paid')
    sayOrder(order_id, 'order.paid', { items: linesOf(order_id) }, sent.correlation_id)
    const { cart_id } = rowOf(order_id)
    for (const cart of table('cart', 'carts')) if (cart.id === cart_id) cart.status = 'ordered'
    writeTo(order_id, 'order-confirmed')
  }
  function settleCancelled(order_id: string, reason: string, payment_status: string, sent: Sent): void {
    note(order_id, { status: 'cancelled', payment_status, cancel_reason: reason, expires_at: null }, reason)
    sayOrder(order_id, 'order.cancelled', { reason }, sent.correlation_id)
    const closed = { closed_at: now(), next_check_at: null }
    const known = table('payment', 'orders').find(row => row.order_id === order_id)
    if (known) Object.assign(known, closed)
    else table('payment', 'orders').push({ order_id, ...closed })
  }

  return {
    ...{ files, table, history, events, journal, mail, ids, staff },
    ...{ tick, now, id, say, send, changeStock, move, stockRow, createProduct, updatePrice },
    ...{ record, attempt, decide, reserve, commit, release, note, sayOrder, rowOf, view },
    ...{
      effect,
      atProvider,
      authorise,
      capture,
      refund,
      refundLines,
      writeTo,
      sayPayment,
      settlePaid,
      settleCancelled,
    },
  }
}

export const problem = (name: string, extra: Row = {}) => ({ type: `https://shopfleet.dev/problems/${name}`, ...extra })

export function iso(ms: number): string {
  return new Date(start_ms + ms).toISOString()
}

const decimals = (currency: string) => (currency === 'JPY' ? 0 : 2)
const minor = (amount: number, currency: string) => Math.round(amount * 10 ** decimals(currency))
const major = (amount: number, currency: string) => amount / 10 ** decimals(currency)
