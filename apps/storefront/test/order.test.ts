import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OrderStatus, PaymentStatus } from '@shopfleet/contracts'
import { momentsOf } from '../src/order/moments.ts'
import { pollEvery } from '../src/order/order-queries.ts'
import { keepOrderToken, orderHeaders, orderTokenOf, tokenInFragment } from '../src/order/order-token.ts'
import { noteOrderOfCart, orderedCart, orderOfCart } from '../src/order/ordered-cart.ts'
import { stepsOf } from '../src/order/steps.ts'

test('the token of a link is read from its fragment, and opens that order alone', () => {
  assert.equal(tokenInFragment('#token=abc-_1'), 'abc-_1')
  assert.equal(tokenInFragment('#token='), undefined)
  assert.equal(tokenInFragment(''), undefined)
  keepOrderToken('o1', 'first')
  keepOrderToken('o2', 'second')
  keepOrderToken('o1', 'anew')
  assert.equal(orderTokenOf('o1'), 'anew')
  assert.deepEqual(orderHeaders('o2'), { 'x-order-token': 'second' })
  assert.deepEqual(orderHeaders('o3'), {})
})

test('no more than thirty tokens are kept, the newest', () => {
  for (let i = 0; i < 40; i++) keepOrderToken(`many-${i}`, String(i))
  assert.equal(orderTokenOf('many-39'), '39')
  assert.equal(orderTokenOf('many-10'), '10')
  assert.equal(orderTokenOf('many-9'), undefined)
})

const order = (id: string, status: OrderStatus, cart_id: string | null = 'c1') => ({ id, cart_id, status })

test('a cart is known to be ordered from the answer on, and free again when the order comes to nothing', () => {
  noteOrderOfCart(order('o1', 'pending'))
  assert.deepEqual(orderOfCart({ id: 'c1' }), { cart_id: 'c1', order_id: 'o1', is_settled: false })
  assert.equal(orderOfCart({ id: 'c2' }), undefined)
  noteOrderOfCart(order('o1', 'cancelled'))
  assert.equal(orderedCart(), undefined)
  noteOrderOfCart(order('o2', 'processing'))
  assert.equal(orderOfCart({ id: 'c1' })?.is_settled, true)
})

test('a paid order that is cancelled later does not bring its cart back, and an old one says nothing of a new cart', () => {
  noteOrderOfCart(order('o5', 'processing'))
  noteOrderOfCart(order('o5', 'cancelled'))
  assert.equal(orderOfCart({ id: 'c1' })?.order_id, 'o5')
  noteOrderOfCart(order('o4', 'delivered', 'c0'))
  noteOrderOfCart(order('o9', 'processing', null))
  assert.equal(orderedCart()?.order_id, 'o5')
})

const states = (status: OrderStatus, payment_status: PaymentStatus) =>
  stepsOf({ status, payment_status }).map(step => `${step.name} ${step.state}`)

test('how far an order is', () => {
  assert.deepEqual(states('pending', 'in_doubt'), ['placed done', 'paid now', 'shipped open', 'delivered open'])
  assert.deepEqual(states('processing', 'paid'), ['placed done', 'paid done', 'shipped now', 'delivered open'])
  assert.deepEqual(states('delivered', 'paid'), ['placed done', 'paid done', 'shipped done', 'delivered done'])
  assert.deepEqual(states('cancelled', 'failed'), ['placed done', 'cancelled stop'])
  assert.deepEqual(states('cancelled', 'refunded'), ['placed done', 'paid done', 'cancelled stop'])
})

const moment = (status: OrderStatus, payment_status: PaymentStatus, note: string | null = null) => ({
  status,
  payment_status,
  note,
  at: '2026-01-01T00:00:00Z',
})
const kinds = (...history: ReturnType<typeof moment>[]) => momentsOf(history).map(one => one.kind)

test('what has happened is told once, in the shopper’s words', () => {
  assert.deepEqual(
    kinds(
      moment('pending', 'unpaid'),
      moment('pending', 'in_doubt', 'the payment could not be confirmed yet'),
      moment('pending', 'in_doubt', 'the payment could not be confirmed yet'),
      moment('processing', 'paid', 'paid'),
      moment('shipped', 'paid'),
      moment('delivered', 'paid'),
    ),
    ['placed', 'in_doubt', 'paid', 'shipped', 'delivered'],
  )
  assert.deepEqual(
    kinds(moment('pending', 'unpaid'), moment('pending', 'unpaid', 'stock held'), moment('pending', 'failed')),
    ['placed', 'held', 'declined'],
  )
  assert.deepEqual(kinds(moment('pending', 'unpaid'), moment('processing', 'paid'), moment('cancelled', 'refunded')), [
    'placed',
    'paid',
    'cancelled',
  ])
  assert.deepEqual(
    kinds(moment('processing', 'paid'), moment('processing', 'partially_refunded')).at(-1),
    'partially_refunded',
  )
})

test('an order is looked at often while somebody waits for the bank, and not at all at its end', () => {
  const every = (status: OrderStatus, payment_status: PaymentStatus) => pollEvery({ status, payment_status })
  assert.equal(every('pending', 'in_doubt'), 2000)
  assert.equal(every('processing', 'paid'), 20_000)
  assert.equal(every('delivered', 'paid'), false)
  assert.equal(every('cancelled', 'refunded'), false)
  assert.equal(every('cancelled', 'in_doubt'), 3000)
  assert.equal(pollEvery(undefined), false)
})
