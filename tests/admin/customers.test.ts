import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { join } from '../storefront/people.ts'
import { eventually, unlessBrowser } from '../storefront/shop.ts'
import { assertAccessible } from '../storefront/steps.ts'
import { type Office, openOffice } from './office.ts'

describe('customers in the admin panel, in a browser', unlessBrowser, () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  after(() => office?.stop())

  test('everything that is kept of somebody is saved as a file; a service that is away is waited for', async () => {
    const { shop } = office
    const person = await join(shop)
    const product = await shop.product()
    const body = { product_id: product.id, quantity: 1, payment_method: 'tok_approve' }
    const order = await shop.client.call(api.placeOrder, { body }, person.headers)
    const { page, leave } = await office.admin()
    page.setDefaultTimeout(20_000)
    await page.goto(`/customers/${person.id}`)
    const kept = page.getByRole('region', { name: 'All that is kept' })
    await kept.getByText('Orders (order)').waitFor()

    await shop.platform.halt('cart')
    await kept.getByRole('button', { name: 'Export' }).click()
    await kept.getByText('Waiting for cart').waitFor()
    await assertAccessible(page)
    const saved = page.waitForEvent('download')
    await shop.platform.resume('cart')
    const download = await saved
    assert.equal(download.suggestedFilename(), `data-of-${person.email}.json`)
    const file = JSON.parse(await readFile(await download.path(), 'utf8')) as api.ReplyOf<typeof api.exportCustomer>
    assert.deepEqual(Object.keys(file.services).sort(), ['user', ...api.personalDataServices].sort())
    assert.equal((file.services.order!.orders![0] as { id: string }).id, order.id)

    await eventually('the audit log has who made it', async () => {
      const query = { operation: 'exportCustomer' }
      const { items } = await shop.client.call(api.listAuditLog, { query }, shop.staff)
      return items[0]?.status === 200 && items[0].target === person.id
    })
    await leave()
  })
})
