import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { openShop, type Shop, unlessBrowser } from './shop.ts'
import { addToCart, arriveAtOrder, assertAccessible, chooseCard, fillIn, goToCheckout, payButton } from './steps.ts'

describe('coupons, in a browser', unlessBrowser, () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
  })
  after(() => shop?.stop())

  const coupon = (fields: object = {}) => {
    const worth = 'amount' in fields ? {} : { percent: 10 }
    const body = { code: `C-${randomUUID().slice(0, 8)}`, description: 'For friends of the shop', ...worth, ...fields }
    return shop.client.call(api.createCoupon, { body }, shop.staff)
  }

  for (const width of [390, 1440]) {
    test(`at ${width} px: a wrong code says why beside the field, a right one is taken off, to the order's page`, async () => {
      const product = await shop.product({ price: 20 })
      const dear = await coupon({ min_subtotal: 20.01, currency: 'USD' })
      const good = await coupon()
      const { page, leave } = await shop.visitor({ width })
      const picture = async (name: string) => {
        if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}-${width}.png` })
      }
      await addToCart(page, product)
      await page.goto('/cart')
      const field = page.getByLabel('Coupon code')
      await field.fill('NO-SUCH')
      await page.keyboard.press('Enter')
      await page.getByText('We do not know this code.').waitFor()
      assert.equal(await field.getAttribute('aria-invalid'), 'true')
      assert.equal(await field.inputValue(), 'NO-SUCH', 'what was typed is not lost')
      await assertAccessible(page)
      await picture('cart-refused')
      await field.fill(dear.code)
      await page.getByRole('button', { name: 'Apply' }).click()
      await page.getByText('This coupon is for orders from $20.01.').waitFor()
      await field.fill(good.code.toLowerCase())
      await page.getByRole('button', { name: 'Apply' }).click()
      await page.getByText(`Discount (${good.code})`).waitFor()
      await page.getByText('$18.00').first().waitFor()
      await page.getByText('For friends of the shop').waitFor()
      await page
        .getByRole('button', { name: `Remove coupon ${good.code}` })
        .and(page.locator(':focus'))
        .waitFor()
      await assertAccessible(page)
      await picture('cart-applied')

      await goToCheckout(page)
      await page.getByRole('button', { name: 'Pay $18.00' }).waitFor()
      if (width < 900) await page.locator('summary').first().click()
      await page.getByText(`Discount (${good.code})`).waitFor()
      await assertAccessible(page)
      await picture('checkout')
      await fillIn(page)
      await chooseCard(page, 'Approved')
      await payButton(page).click()
      const id = await arriveAtOrder(page)
      await page.getByText(`Discount (${good.code})`).waitFor()
      await assertAccessible(page)
      await picture('order')
      const taken = (await shop.captures()).filter(one => one.order_id === id)
      assert.deepEqual(
        taken.map(one => one.amount),
        [1800],
      )
      await leave()
    })
  }

  test('a coupon used up meanwhile refuses the payment, and one goes on without it', async () => {
    const product = await shop.product({ price: 20 })
    const last = await coupon({ max_uses: 1 })
    const { page, leave } = await shop.visitor()
    await addToCart(page, product)
    await page.goto('/cart')
    await page.getByLabel('Coupon code').fill(last.code)
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByText(`Discount (${last.code})`).waitFor()
    await goToCheckout(page)
    await page.getByRole('button', { name: 'Pay $18.00' }).waitFor()
    await fillIn(page)
    const items = [{ product_id: product.id, quantity: 1 }]
    await shop.client.call(api.placeOrder, { body: { items, email: 'b@example.com', coupon_code: last.code } })
    await payButton(page).click()
    await page.getByText('The coupon cannot be used').waitFor()
    await assertAccessible(page)
    await page.getByRole('button', { name: 'Go on without it' }).click()
    await page.getByRole('button', { name: 'Pay $20.00' }).click()
    const id = await arriveAtOrder(page)
    const taken = (await shop.captures()).filter(one => one.order_id === id)
    assert.deepEqual(
      taken.map(one => one.amount),
      [2000],
    )
    await leave()
  })
})
