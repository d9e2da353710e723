import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { eventually, unlessBrowser } from '../storefront/shop.ts'
import { assertAccessible } from '../storefront/steps.ts'
import { complaintOf, confirm, field, type Office, openOffice } from './office.ts'

describe('orders in the admin panel, in a browser', unlessBrowser, () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  after(() => office?.stop())

  test('an order is found by its number and shipped; the customer’s page changes while they look at it', async () => {
    const product = await office.shop.product()
    const order = await office.order(product.id)
    const customer = await office.shop.visitor()
    await customer.page.goto(`/orders/${order.id}#token=${order.order_token}`)
    await customer.page.getByRole('list', { name: 'How far your order is' }).waitFor()

    const { page, leave } = await office.admin()
    await page.goto('/')
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search everywhere' }).fill(order.number)
    await page.getByRole('option', { name: new RegExp(order.number) }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/orders/${order.id}`)
    await page.getByRole('button', { name: 'Ship' }).click()
    await confirm(page, 'Ship')
    await page.getByText(`${order.number} is shipped`).waitFor()
    await page.getByRole('button', { name: 'Mark delivered' }).waitFor()
    await customer.page.getByRole('heading', { level: 1, name: 'Your order is on its way' }).waitFor()
    // What happened is told whole: the step, the payment, the message, and who did it.
    const story = page.getByRole('region', { name: 'What happened' })
    await story
      .getByText(/^Shipped/)
      .first()
      .waitFor()
    await story
      .getByText(/payment asked of the provider/)
      .first()
      .waitFor()
    await story
      .getByText(/\(email, sent\)/)
      .first()
      .waitFor()
    await eventually('staff who shipped it is in the story', async () => {
      await page.reload()
      await story
        .getByText(/^Processing/)
        .first()
        .waitFor()
      return (await story.getByText('Set order status by admin').count()) > 0
    })
    await customer.leave()
    await leave()
  })

  test('an order that comes in is seen in the list as it happens', async () => {
    const product = await office.shop.product()
    const { page, leave } = await office.admin()
    await page.goto('/orders')
    await page.getByText('Live', { exact: true }).waitFor()
    const order = await office.order(product.id)
    await page.getByRole('link', { name: order.number }).waitFor()
    await leave()
  })

  test('a part is refunded once; more than is left is told beside the field', async () => {
    const product = await office.shop.product({ price: 40 })
    const order = await office.order(product.id)
    const { page, leave } = await office.admin()
    await page.goto(`/orders/${order.id}`)
    await page.getByRole('button', { name: 'Refund' }).click()
    await field(page, 'amount').fill('40.01')
    await confirm(page, 'Give back')
    assert.equal(await complaintOf(page, 'amount'), 'At most $40.00 is left.')
    await field(page, 'amount').fill('12.50')
    await field(page, 'reason').fill('a dent in the corner')
    await confirm(page, 'Give back')
    await page.getByText('$12.50 went back').waitFor()
    await page.getByText('Partially refunded').first().waitFor()
    const [row] = await office.shop.platform.sql('payment')`
      select sum(amount_minor)::int as refunded, count(*)::int as times from refunds r
      where r.payment_id in (select id from payments where order_id = ${order.id})`
    assert.deepEqual({ ...row }, { refunded: 1250, times: 1 })
    await leave()
  })

  test('lines are chosen, what they come to is seen before, and they are in stock again; the customer sees which', async () => {
    const product = await office.shop.product({ price: 3.33, stock: 10 })
    const order = await office.order(product.id, 3)
    const customer = await office.shop.visitor()
    await customer.page.goto(`/orders/${order.id}#token=${order.order_token}`)
    const { page, leave } = await office.admin()
    await page.goto(`/orders/${order.id}`)
    await page.getByRole('button', { name: 'Refund' }).click()
    const dialog = page.getByRole('dialog')
    await field(page, order.items[0]!.id).fill('2')
    await dialog.getByRole('status').getByText('$6.66').waitFor()
    await field(page, 'amount').fill('-1')
    await dialog.getByRole('status').getByText('$5.66').waitFor()
    assert.equal(await dialog.getByRole('checkbox').isChecked(), true, 'it has not left the house')
    await assertAccessible(page)
    await confirm(page, 'Give back')
    await page.getByText('$5.66 went back').waitFor()
    await page.getByText('2 given back').waitFor()
    const story = page.getByRole('region', { name: 'What happened' })
    await story.getByText('Refund made: $5.66').waitFor()
    await customer.page.getByText('2 given back · $6.66').waitFor()
    const params = { product_id: product.id }
    const stock = await office.shop.client.call(api.getStock, { params }, office.shop.staff)
    assert.equal(stock.on_hand, 9)
    await customer.leave()
    await leave()
  })

  test('the story of an order: each try to pay, stock, webhooks by each try, staff; what cannot be had is named', async () => {
    const { shop } = office
    // Nobody listens there: it is tried, and not taken.
    const url = 'https://127.0.0.1:9/'
    await shop.platform.sql('admin')`
      insert into webhooks (url, events, is_active) values (${url}, '{order.paid}', true)`
    const product = await shop.product()
    const body = { items: [{ product_id: product.id, quantity: 1 }], email: 'grace@example.com' }
    const order = await shop.client.call(api.placeOrder, { body })
    const token = { 'x-order-token': order.order_token! }
    const pay = (payment_method: string) =>
      shop.client.send(api.payOrder, { params: { id: order.id }, body: { payment_method } }, token)
    assert.equal((await pay('tok_decline')).status, 402)
    await pay('tok_timeout_before')
    await eventually('it is paid', async () => {
      const params = { id: order.id }
      return (await shop.client.call(api.getOrder, { params }, shop.staff)).payment_status === 'paid'
    })
    await shop.platform.drain()
    const { page, leave } = await office.admin()
    await page.goto(`/orders/${order.id}`)
    const story = page.getByRole('region', { name: 'What happened' })
    for (const said of [
      'Placed',
      'Stock reserved',
      'Stock sold',
      'Attempt 1: declined',
      'Attempt 2: the provider did not answer',
      'Attempt 2: captured',
      /^order\.paid to 127\.0\.0\.1:9 \(not taken\)/,
    ]) {
      await story.getByText(said, { exact: true }).first().waitFor()
    }
    await assertAccessible(page)
    // The webhooks cannot be had: the rest is.
    await page.route('**/api/admin/webhook-deliveries*', route => route.fulfill({ status: 503, body: '{}' }))
    await page.reload()
    await story.getByText('Not to be had just now: webhooks.').waitFor({ timeout: 30_000 })
    await story.getByText('Attempt 2: captured').waitFor()
    await leave()
    await shop.platform.sql('admin')`delete from webhooks where url = ${url}`
  })

  test('what is refused is shown as it stands, not as it was hoped for', async () => {
    const product = await office.shop.product()
    const order = await office.order(product.id)
    const { page, leave } = await office.admin()
    await page.goto(`/orders/${order.id}`)
    await page.getByRole('button', { name: 'Ship' }).click()
    // While the question stands over the page, somebody else cancels.
    const params = { id: order.id }
    await office.shop.client.call(api.setOrderStatus, { params, body: { status: 'cancelled' } }, office.shop.staff)
    await confirm(page, 'Ship')
    await page.getByText(`${order.number} stays as it was.`, { exact: false }).waitFor()
    await page.getByText('Cancelled', { exact: true }).first().waitFor()
    // The question goes as softly as it came.
    await page.getByRole('button', { name: 'Ship' }).waitFor({ state: 'detached' })
    await leave()
  })

  test('a view is saved with its filters and found again after coming back', async () => {
    const { page, leave } = await office.admin()
    await page.goto('/orders?payment_status=failed')
    await page.getByRole('button', { name: 'Save view' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('To call back')
    await confirm(page, 'Save view')
    await page.goto('/orders')
    await page.getByRole('group', { name: 'Views' }).getByText('To call back').click()
    await page.waitForURL('**/orders?payment_status=failed')
    await page.getByText('No order like that').waitFor()
    await leave()
  })
})
