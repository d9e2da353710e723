import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { keep } from './set-back.ts'
import { openShop, type Shop } from './setup.ts'

/* A cancellation is under way at the very moment the order service's database is exchanged for an older one. */

let shop: Shop
before(async () => {
  shop = await openShop()
})
after(() => shop.stop())

/** What the order service asks of the others when it cancels, up to where it is cut off. */
async function beginCancelling(order_id: string, upTo: 'money' | 'stock'): Promise<void> {
  await shop.platform
    .client('payment')
    .call(
      api.closePayments,
      { body: { order_id, reason: 'cancelled' } },
      await shop.platform.asService('order', 'payment'),
    )
  if (upTo === 'money') return
  await shop.platform
    .client('inventory')
    .call(api.releaseReservation, { params: { order_id } }, await shop.platform.asService('order', 'inventory'))
}
async function setBack(services: api.ServiceName[], restores: (() => Promise<void>)[]): Promise<void> {
  for (const service of services) await shop.platform.halt(service)
  for (const restore of restores) await restore()
  for (const service of services) await shop.platform.resume(service)
  await shop.platform.drain()
}
const standing = async (id: string) => {
  const order = await shop.get(id)
  return [order.status, order.payment_status]
}
const ask = async (id: string) =>
  shop.platform
    .client('order')
    .send(api.finishCancelling, { params: { id } }, await shop.platform.asService('admin', 'order'))

test('it is taken to its end, wherever it was cut off; a refund by itself cancels nothing', async () => {
  const product = await shop.product({ stock: 50 })
  await shop.platform.drain()
  const restore = await keep(shop.sql('order'))
  const [late, early, held, refunded] = [
    await shop.order(product.id, 2),
    await shop.order(product.id, 3),
    await shop.order(product.id, 1, {}),
    await shop.order(product.id, 4),
  ]
  await beginCancelling(late.id, 'stock')
  await beginCancelling(early.id, 'money')
  await beginCancelling(held.id, 'stock')
  const [payment] = await shop.payments(refunded.id)
  await shop.platform
    .client('payment')
    .call(api.refundPayment, { params: { id: payment!.id }, body: { amount: payment!.captured } }, shop.staff)
  await shop.platform.drain()
  await setBack(['order'], [restore])
  assert.deepEqual(await standing(late.id), ['processing', 'refunded'])
  assert.deepEqual(await standing(early.id), ['processing', 'refunded'])
  await shop.compare()
  await shop.compare()
  assert.deepEqual(await standing(late.id), ['processing', 'refunded'], 'not before it has lasted')

  await shop.reconcile()
  assert.deepEqual(await standing(late.id), ['cancelled', 'refunded'])
  assert.deepEqual(await standing(early.id), ['cancelled', 'refunded'])
  assert.equal((await shop.get(held.id)).status, 'cancelled')
  assert.deepEqual(await standing(refunded.id), ['processing', 'refunded'])
  assert.deepEqual(await shop.stock(product.id), [46, 0], 'of all four only the refunded one was delivered from stock')
  for (const { id } of [late, early, held]) {
    const own = (await shop.findings(id)).find(finding => finding.kind === 'cancellation-forgotten')!
    assert.equal(own.state, 'repaired')
    assert.match(own.how!, /cancellation had begun/)
    const said = (await shop.platform.said('order')).filter(
      message => message.aggregate_id === id && message.name === api.orderCancelled.name,
    )
    assert.equal(said.length, 1, 'whoever listens hears of it, once')
  }
  for (const [id, sums] of [
    [late.id, [25, 25]],
    [early.id, [37.5, 37.5]],
  ] as const)
    assert.deepEqual(
      (await shop.payments(id)).map(one => [one.captured, one.refunded]),
      [sums],
    )
  assert.deepEqual(
    (await shop.findings(refunded.id)).map(finding => finding.kind),
    ['learnt-from-events', 'learnt-from-events'],
  )
  assert.deepEqual(await shop.open(), [])

  assert.deepEqual(((await ask(late.id)) as { body: unknown }).body, { done: false }, 'asking again changes nothing')
  await shop.platform
    .client('order')
    .call(api.setOrderStatus, { params: { id: refunded.id }, body: { status: 'shipped' } }, shop.staff)
  assert.equal((await ask(refunded.id)).status, 409)
  assert.equal((await ask(randomUUID())).status, 404)
})

test('the payment service set back with the order service: money and stock that are back tell of it', async () => {
  const product = await shop.product({ stock: 50 })
  await shop.platform.drain()
  const restores = [await keep(shop.sql('order')), await keep(shop.sql('payment'))]
  const order = await shop.order(product.id, 2)
  await beginCancelling(order.id, 'stock')
  await shop.platform.drain()
  await setBack(['order', 'payment'], restores)
  await shop.reconcile()
  await shop.age()
  await shop.reconcile()
  assert.deepEqual(await standing(order.id), ['cancelled', 'refunded'])
  assert.deepEqual(await shop.stock(product.id), [50, 0])
  assert.deepEqual(await shop.open(), [])
})

test('goods that left meanwhile are left to people', async () => {
  const product = await shop.product({ stock: 50 })
  await shop.platform.drain()
  const restore = await keep(shop.sql('order'))
  const order = await shop.order(product.id, 2)
  await beginCancelling(order.id, 'money')
  await shop.platform.drain()
  await setBack(['order'], [restore])
  await shop.platform
    .client('order')
    .call(api.setOrderStatus, { params: { id: order.id }, body: { status: 'shipped' } }, shop.staff)
  await shop.reconcile()
  const finding = (await shop.findings(order.id)).find(one => one.kind === 'cancellation-forgotten')!
  assert.equal(finding.state, 'open')
  assert.match(finding.advice!, /Ask the customer/)
  assert.equal((await shop.get(order.id)).status, 'shipped')
})
