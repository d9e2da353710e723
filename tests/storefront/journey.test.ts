import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { openShop, type Shop, unlessBrowser } from './shop.ts'
import { ada, addToCart, arriveAtOrder, assertAccessible, fillAddress, hydrated, payButton } from './steps.ts'

describe('a customer’s way through the shop, in a browser', unlessBrowser, () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
  })
  after(() => shop?.stop())

  test('search, product, cart, register, checkout, live status; the next purchase needs no typing', async () => {
    const [sextant, chart] = [
      await shop.product({ name: 'Polaris Sextant', price: 80 }),
      await shop.product({ name: 'Harbour Chart', price: 9 }),
    ]
    const email = `${randomUUID()}@example.com`
    const { page, leave } = await shop.visitor()
    await page.goto('/')
    await hydrated(page)
    await page.getByRole('combobox', { name: 'Search products' }).fill('polaris sextant')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: sextant.name }).first().click()
    await page.waitForURL(/\/products\//)
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('dialog').getByRole('link', { name: 'Check out' }).click()
    await page.waitForURL('**/checkout')

    // What was typed before signing in is still there afterwards.
    await payButton(page).waitFor()
    await page.getByLabel('City').fill(ada.city)
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
    await page.waitForURL('**/sign-in')
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.waitForURL('**/register')
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Your name').fill(ada.name)
    await page.getByLabel(/^Password/).fill('correct horse battery')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL('**/checkout')
    await page.getByText(`Signed in as ${email}`).waitFor()
    assert.equal(await page.getByLabel('City').inputValue(), ada.city)
    await fillAddress(page)
    await assertAccessible(page)
    await page.getByRole('button', { name: 'Pay $80.00' }).click()
    const id = await arriveAtOrder(page)
    await page.getByRole('heading', { level: 1, name: 'Thank you for your order' }).waitFor()
    assert.equal(await page.getByText('Want to keep an eye on your orders?').count(), 0, 'they have an account')

    await shop.client.call(api.setOrderStatus, { params: { id }, body: { status: 'shipped' } }, shop.staff)
    await page.getByRole('heading', { level: 1, name: 'Your order is on its way' }).waitFor()

    await addToCart(page, chart)
    await page.goto('/checkout')
    await page.getByRole('radio', { name: new RegExp(ada.line1) }).waitFor()
    assert.ok(await page.getByRole('radio', { name: new RegExp(ada.line1) }).isChecked())
    await assertAccessible(page)
    await page.getByRole('button', { name: 'Pay $9.00' }).click()
    const next = await arriveAtOrder(page)
    const order = await shop.client.call(api.getOrder, { params: { id: next } }, shop.staff)
    assert.equal(order.shipping_address!.line1, ada.line1)
    assert.equal((await shop.captures()).filter(one => [id, next].includes(one.order_id)).length, 2)

    await page.getByRole('button', { name: 'Order again' }).click()
    await page.waitForURL('**/cart')
    await page.getByRole('button', { name: `Remove ${chart.name}` }).waitFor()
    await leave()
  })

  test('a guest’s cart comes along at sign-in, with what they saved; nobody else sees the order afterwards', async () => {
    const [lamp, pen] = [await shop.product(), await shop.product()]
    const email = `${randomUUID()}@example.com`
    const password = 'correct horse battery'
    await shop.client.call(api.register, { body: { email, password } })
    const { page, leave } = await shop.visitor()
    for (const product of [lamp, pen]) await addToCart(page, product)
    await page.goto('/cart')
    await page.getByRole('button', { name: `Save for later: ${pen.name}` }).click()
    await page.getByRole('button', { name: `Move to cart: ${pen.name}` }).waitFor()
    await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).click()
    await page.waitForURL('**/sign-in')
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel(/^Password/).fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/cart')
    await page.getByRole('button', { name: `Remove ${lamp.name}` }).waitFor()
    await page.getByRole('button', { name: `Move to cart: ${pen.name}` }).waitFor()
    // It is the customer's now: on another device it is there too.
    const elsewhere = await shop.visitor()
    await elsewhere.page.goto('/sign-in')
    await hydrated(elsewhere.page)
    await elsewhere.page.getByLabel('E-mail address').fill(email)
    await elsewhere.page.getByLabel(/^Password/).fill(password)
    await elsewhere.page.getByRole('button', { name: 'Sign in' }).click()
    await elsewhere.page.getByRole('link', { name: 'Cart, 1 item' }).waitFor()
    await elsewhere.leave()
    await leave()
  })
})
