import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { sweep } from '../src/checkout.ts'
import { guest, is, nameOf, newKey, openShop, type Shop, token } from './setup.ts'

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

const gone = () => Object.assign(new Error('the connection is gone'), { code: 'CONNECTION_CLOSED' })

/** Sends a request that ends, like its process, when it has made a call; the order stays as it was then. */
async function loseAt(
  operation: api.Operation<any, any, any, any>,
  send: () => Promise<{ status: number; body: any }>,
) {
  shop.interrupt(operation, 'after', () => Promise.reject(gone()))
  return send()
}

test('an order nobody pays is cancelled at its deadline and its stock goes back', async () => {
  const { id: product_id } = await shop.product()
  const placed = await shop.place({ product_id, quantity: 3, ...guest })
  assert.equal((await shop.stockOf(product_id)).available, 7)
  await shop.sql()`update orders set expires_at = now() - interval '1 second' where id = ${placed.id}`
  await assert.rejects(shop.pay(placed.id, 'tok_approve', token(placed)), is('order-not-payable'))
  await shop.sweepNow()
  const expired = await shop.get(placed.id)
  assert.deepEqual([expired.status, expired.cancel_reason, expired.payment_status], ['cancelled', 'expired', 'unpaid'])
  assert.equal((await shop.stockOf(product_id)).available, 10)
})

test('a request that was lost is finished by the sweeper, under one correlation id, within its lease', async () => {
  const { id: product_id } = await shop.product()
  const key = newKey()
  const placed = await shop.place({ product_id, ...guest })
  const send = () => shop.tryPay(placed.id, 'tok_approve', { ...token(placed), ...key })
  const lost = await loseAt(api.authorisePayment, send)
  assert.deepEqual([lost.status, nameOf(await send())], [202, 'request-in-progress'])
  const done = await shop.settled(lost.body.id)
  assert.deepEqual([done.status, done.payment_status], ['processing', 'paid'])
  assert.equal((await send()).status, 200)
  const said = await shop.platform.said('order')
  const paid = said.filter(m => m.aggregate_id === done.id).at(-1)
  const stock = (await shop.platform.said('inventory')).filter(m => m.correlation_id === paid!.correlation_id)
  assert.ok(stock.length > 0, 'the stock that was sold was sold under the same correlation id')
})

test('a request that was lost after it was paid at once is finished by the sweeper, and charged once', async () => {
  const { id: product_id } = await shop.product()
  const key = newKey()
  const send = () => shop.tryPlace({ product_id, ...guest, payment_method: 'tok_approve' }, key)
  const lost = await loseAt(api.authorisePayment, send)
  assert.deepEqual([lost.status, nameOf(await send())], [202, 'request-in-progress'])
  assert.equal((await shop.settled(lost.body.id)).payment_status, 'paid')
  assert.equal((await send()).status, 201)
  assert.deepEqual([await shop.netOf(lost.body.id), await shop.stock(product_id)], [12.5, [9, 0]])
})

test('a request that was lost is not charged for after its deadline, when its shopper has long gone', async () => {
  for (const paid_later of [false, true]) {
    const { id: product_id } = await shop.product()
    const key = newKey()
    const placed = paid_later ? await shop.place({ product_id, ...guest }) : undefined
    const send = () =>
      placed
        ? shop.tryPay(placed.id, 'tok_approve', { ...token(placed), ...key })
        : shop.tryPlace({ product_id, ...guest, payment_method: 'tok_approve' }, key)
    const lost = await loseAt(api.authorisePayment, send)
    assert.equal(lost.status, 202)
    await shop.sql()`update orders set expires_at = now() where id = ${lost.body.id}`
    await shop.assertUndone(lost.body.id, product_id)
    assert.equal((await shop.get(lost.body.id)).cancel_reason, 'expired')
    assert.equal(nameOf(await send()), 'order-not-payable')
  }
})

test('a payment that began just before the deadline is not taken from under the request', async () => {
  const { id: product_id } = await shop.product()
  const placed = await shop.place({ product_id, ...guest })
  shop.interrupt(api.authorisePayment, 'before', async () => {
    await shop.sql()`update orders set expires_at = now() where id = ${placed.id}`
    await sweep(shop.ctx())
  })
  assert.equal((await shop.pay(placed.id, 'tok_approve', token(placed))).status, 'processing')
})

test('a payment the shopper was told is in doubt is asked about also after the deadline', async () => {
  const { id: product_id } = await shop.product()
  const placed = await shop.place({ product_id, ...guest })
  shop.silence(api.authorisePayment, 'after')
  const doubted = await shop.tryPay(placed.id, 'tok_approve', token(placed))
  assert.deepEqual([doubted.status, doubted.body.payment_status], [202, 'in_doubt'])
  await shop.sql()`update orders set expires_at = now() where id = ${placed.id}`
  assert.equal((await shop.settled(placed.id)).payment_status, 'paid')
  const [said] = await shop.saidOf(placed.id)
  assert.deepEqual(said, ['order.placed', 'order.reserved', 'order.payment-changed', 'order.paid'])
})

test('one that hangs or fails holds up no other, is asked ever more rarely, and ends undone', async () => {
  const poison = await shop.product()
  const sound = await shop.product()
  const [bad, good] = await Promise.all(
    [poison, sound].map(p =>
      loseAt(api.reserveStock, () => shop.tryPlace({ product_id: p.id, ...guest, payment_method: 'tok_approve' })),
    ),
  )
  const call = shop.ctx().call
  let hang: () => void = () => {}
  shop.ctx().call = async (operation: api.Operation, input: any) => {
    const mine = input.body?.order_id === bad!.body.id
    if (mine && operation.name === 'reserveStock') {
      await new Promise<void>(resolve => {
        hang = resolve
      })
      throw new api.Problem('validation-failed')
    }
    return call(operation, input)
  }
  const state = async (id: string) =>
    (await shop.sql()`select goal, tries, cancel_reason from orders where id = ${id}`)[0]!
  await shop.sql()`update orders set due_at = now() - (case id when ${bad!.body.id} then 2 else 1 end) * interval '1 s'
    where id in (${bad!.body.id}, ${good!.body.id})`
  const sweeping = sweep(shop.ctx())
  while ((await state(good!.body.id)).goal !== 'none') await new Promise(setImmediate)
  assert.equal((await state(bad!.body.id)).goal, 'pay', 'it hangs still')
  hang()
  await sweeping
  for (let tries = 2; tries <= 6; tries++) {
    await shop.sql()`update orders set due_at = now() where id = ${bad!.body.id}`
    const again = sweep(shop.ctx())
    while ((await state(bad!.body.id)).tries < tries) await new Promise(setImmediate)
    await new Promise(setImmediate)
    hang()
    await again
  }
  shop.ctx().call = call
  assert.deepEqual(await state(bad!.body.id), { goal: 'cancel', tries: 0, cancel_reason: 'failed' })
  await shop.assertUndone(bad!.body.id, poison.id)
})

test('two sweepers share the work and each order is finished once', async () => {
  const { id: product_id } = await shop.product({ stock: 100 })
  const lost = await Promise.all(
    Array.from({ length: 60 }, () =>
      loseAt(api.reserveStock, () => shop.tryPlace({ product_id, ...guest, payment_method: 'tok_approve' })),
    ),
  )
  await shop.sql()`update orders set due_at = now() where goal <> 'none'`
  const moved = await Promise.all([sweep(shop.ctx()), sweep(shop.ctx()), sweep(shop.ctx())])
  // Something of another test may have been due as well.
  assert.ok(moved.reduce((a, b) => a + b) >= 60)
  assert.deepEqual(await shop.stock(product_id), [40, 0])
  for (const { body } of lost) assert.deepEqual(await shop.saidOf(body.id), [['order.placed', 'order.paid']])
})

test('a database that goes away before a purchase is settled: 202, and the sweeper settles it', async () => {
  for (const write of ['moveOrder', 'insertOrder']) {
    const { id: product_id } = await shop.product()
    const key = newKey()
    const body = { product_id, ...guest, payment_method: 'tok_approve' }
    shop.onBoundary(name => {
      if (name.startsWith(`before commit: ${write}`)) throw gone()
    })
    const answer = await shop.tryPlace(body, key)
    shop.calm()
    assert.equal(answer.status, write === 'insertOrder' ? 503 : 202)
    if (answer.status === 202) assert.equal((await shop.settled(answer.body.id)).payment_status, 'paid')
    const again = await shop.tryPlace(body, key)
    assert.deepEqual([again.status, await shop.stock(product_id)], [201, [9, 0]])
  }
})

test('the books agree in the end: sold stock, paid orders, captured money, the ledger and the provider', () =>
  shop.assertBooksAgree())
