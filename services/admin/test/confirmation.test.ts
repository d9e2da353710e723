import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openShop, type Shop } from './setup.ts'

let shop: Shop
before(async () => {
  shop = await openShop({}, ['notification'])
})
after(() => shop.stop())

test('a paid order without a confirmation gets one, and one that has it gets no second', async () => {
  const product = await shop.product()
  const [lost, told] = [await shop.order(product.id), await shop.order(product.id)]
  const unpaid = await shop.order(product.id, 1, {})
  await shop.platform.drain()
  const messages = (order_id: string) => shop.sql('notification')`
    select template from messages where order_id = ${order_id} and template = 'order-confirmed'`
  await shop.sql('notification')`delete from messages where order_id = ${lost.id}`
  await shop.reconcile()
  assert.equal((await messages(lost.id)).length, 1)
  await shop.assertRepaired(lost.id, 'confirmation-missing')
  assert.equal((await messages(told.id)).length, 1)
  assert.equal((await messages(unpaid.id)).length, 0)
  assert.deepEqual(await shop.findings(told.id), [])
  assert.deepEqual(await shop.findings(unpaid.id), [])
})
