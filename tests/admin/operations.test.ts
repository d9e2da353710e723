import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { join } from '../storefront/people.ts'
import { eventually, unlessBrowser } from '../storefront/shop.ts'
import { field, type Office, openOffice } from './office.ts'

describe('the running of the shop in the admin panel, in a browser', unlessBrowser, () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  after(() => office?.stop())

  test('a dead letter is looked at, mended and replayed', async () => {
    const product = await office.shop.product({ stock: 4 })
    const shown = async () =>
      (await office.shop.platform.client('product').call(api.getProduct, { params: { id: product.id } })).stock_quantity
    // What is said of a product waits behind a letter of its own: its beginning must be heard first.
    await eventually('its opening stock is heard', async () => {
      const [row] = await office.shop.platform.sql('product')`
        select stock_revision::int as revision from products where id = ${product.id}`
      return row!.revision > 0
    })
    const event_id = randomUUID()
    const stock = { product_id: product.id, on_hand: 8, reserved: 0, available: 8 }
    const message = {
      id: event_id,
      name: 'stock.changed',
      version: 1,
      service: 'inventory',
      aggregate_id: product.id,
      payload: { ...stock, revision: 'many' },
      correlation_id: 'test',
      traceparent: null,
      occurred_at: new Date().toISOString(),
    }
    await office.shop.platform.sql('product')`
      insert into dead_letters (topic, event_id, aggregate_id, message, error, attempts)
      values ('inventory', ${event_id}, ${product.id}, ${message as never}::jsonb, 'it does not fit', 5)`
    const { page, leave } = await office.admin()
    await page.goto('/dead-letters')
    await page.getByRole('link', { name: 'stock.changed' }).click()
    await page.getByText('it does not fit').waitFor()
    await page.getByRole('button', { name: 'Replay' }).click()
    await page.getByText('It could not be applied again').waitFor()
    await field(page, 'payload').fill('{ "product_id": ')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('This is no JSON').waitFor()
    await field(page, 'payload').fill(JSON.stringify({ ...stock, revision: 50 }))
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Mended: replay it').waitFor()
    await page.getByRole('button', { name: 'Replay' }).click()
    await page.getByText('It is applied now').waitFor()
    assert.equal(await shown(), 8)
    await leave()
  })

  test('a review that looks suspicious is read, rejected with a reason, and that is taken back', async () => {
    const product = await office.shop.product()
    const person = await join(office.shop)
    const text = 'Much cheaper at https://elsewhere.example/lanterns, look there.'
    const body = { stars: 1, title: `Do not buy ${randomUUID().slice(0, 6)}`, text }
    const made = await office.shop.client.call(api.createReview, { params: { id: product.id }, body }, person.headers)
    assert.equal(made.status, 'pending')
    const statusOf = async () =>
      (await office.shop.client.call(api.getReview, { params: { id: made.id } }, office.shop.staff)).status
    const { page, leave } = await office.admin()
    await page.goto('/reviews?status=pending')
    await page.getByRole('button', { name: body.title }).click()
    await page.getByText('Looks suspicious: link').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click()
    await page.getByLabel('Reason, for the author').fill('It leads to another shop.')
    await page.getByRole('dialog', { name: 'Reject this review?' }).getByRole('button', { name: 'Reject' }).click()
    await page.getByText('It is rejected').waitFor()
    assert.equal(await statusOf(), 'rejected')
    await page.getByRole('button', { name: 'Undo' }).click()
    await eventually('it waits again', async () => (await statusOf()) === 'pending')
    await leave()
  })

  test('settings are saved, and nobody overwrites what somebody else has changed meanwhile', async () => {
    const first = await office.admin()
    const second = await office.admin()
    for (const { page } of [first, second]) {
      await page.goto('/settings')
      await field(page, 'shop_name').waitFor()
    }
    await field(first.page, 'shop_name').fill('Lantern & Leaf')
    await first.page.getByRole('button', { name: 'Save' }).click()
    await first.page.getByText('The settings are saved').waitFor()
    await first.page.getByRole('navigation').getByText('Lantern & Leaf').waitFor()
    await eventually(
      'the tab says it too',
      async () => (await first.page.title()) === 'Settings · Lantern & Leaf admin',
    )
    await field(second.page, 'low_stock_threshold').fill('9')
    await second.page.getByRole('button', { name: 'Save' }).click()
    await second.page.getByText('Somebody else has changed the settings meanwhile.', { exact: false }).waitFor()
    assert.equal(await field(second.page, 'low_stock_threshold').inputValue(), '9', 'what was typed stays')
    await first.page.getByRole('button', { name: /^Put back how it was set/ }).click()
    await eventually(
      'it is called as before',
      async () => (await field(first.page, 'shop_name').inputValue()) === 'Shopfleet',
    )
    await first.page.getByRole('button', { name: 'Undo' }).click()
    await eventually('and again', async () => (await field(first.page, 'shop_name').inputValue()) === 'Lantern & Leaf')
    await first.leave()
    await second.leave()
  })

  test('a webhook is made, its secret shown once, and a test says what was answered', async () => {
    const { page, leave } = await office.admin()
    await page.goto('/webhooks')
    await page.getByRole('button', { name: 'New webhook' }).first().click()
    await field(page, 'url').fill('http://127.0.0.1:9/hook')
    await page.getByLabel('Events').fill('order.paid')
    await page.getByRole('option', { name: /^order\.paid/ }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Make webhook' }).click()
    await page.locator('[name=url][aria-invalid=true]').waitFor()
    await field(page, 'url').fill('https://example.com/hook')
    await page.getByRole('button', { name: 'Make webhook' }).click()
    await page.getByText(/^whsec_/).waitFor()
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.waitForURL(/\/webhooks\/[0-9a-f-]{36}$/)
    assert.equal(await page.getByText(/whsec_/).count(), 0)
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText(/^(Not t|T)aken: /).waitFor()
    await leave()
  })

  test('a role is given a permission, and it counts for who has it', async () => {
    const worker = await office.worker('analyst')
    assert.equal(await worker.page.getByRole('link', { name: 'Orders' }).count(), 0)
    const { page, leave } = await office.admin()
    await page.goto('/roles')
    await page.getByRole('checkbox', { name: 'Analyst: Orders' }).check()
    await page.getByText('Analyst may do orders now').waitFor()
    await eventually('the menu has it', async () => {
      await worker.page.reload()
      await worker.page.getByRole('link', { name: 'Dashboard' }).waitFor()
      return (await worker.page.getByRole('link', { name: 'Orders', exact: true }).count()) > 0
    })
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Analyst may not do orders now').waitFor()
    await worker.leave()
    await leave()
  })
})
