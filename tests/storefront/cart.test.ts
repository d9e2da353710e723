import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { openShop, type Shop, unlessBrowser } from './shop.ts'
import { addToCart, assertAccessible, hydrated } from './steps.ts'

describe('the cart, in a browser', unlessBrowser, () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
  })
  after(() => shop?.stop())

  test('what is added is seen at the side of the page, by keyboard too, and one goes on where one was', async () => {
    const product = await shop.product({ price: 12.5, stock: 3 })
    const { page, leave } = await shop.visitor()
    await page.goto(`/products/${product.slug}`)
    await hydrated(page)
    await page.getByRole('button', { name: 'Add to cart' }).focus()
    await page.keyboard.press('Enter')
    const drawer = page.getByRole('dialog', { name: 'In your cart' })
    await drawer.getByRole('link', { name: product.name }).waitFor()
    await drawer.getByText('3 left in stock').waitFor()
    await drawer.getByRole('button', { name: `Quantity of ${product.name}: one more` }).click()
    await drawer.getByText('$25.00').first().waitFor()
    await assertAccessible(page)
    assert.ok(await drawer.evaluate(element => element.contains(document.activeElement)), 'the focus is in it')
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'hidden' })
    await page.getByRole('link', { name: 'Cart, 2 items' }).waitFor()
    await leave()
  })

  test('quantities, removing with a way back, and totals of the platform', async () => {
    const [lamp, pen] = [await shop.product({ price: 10 }), await shop.product({ price: 2.5 })]
    const { page, leave } = await shop.visitor()
    for (const product of [lamp, pen]) await addToCart(page, product)
    await page.goto('/cart')
    const total = page.getByRole('complementary', { name: 'Summary' }).getByText('Total', { exact: true }).locator('..')
    const sum = (text: string) => total.getByText(text).waitFor()
    await sum('$12.50')
    await assertAccessible(page)
    const more = page.getByRole('button', { name: `Quantity of ${pen.name}: one more` })
    for (let i = 0; i < 3; i++) await more.click()
    await sum('$20.00')
    await page.getByLabel(`Quantity of ${lamp.name}`, { exact: true }).fill('3')
    await sum('$40.00')
    await page.getByRole('button', { name: `Remove ${lamp.name}` }).click()
    await sum('$10.00')
    await page.getByRole('button', { name: 'Undo' }).click()
    await sum('$40.00')
    await page.reload()
    await sum('$40.00')
    await leave()
  })

  test('a guest’s cart and what they saved are there after the browser was closed', async () => {
    const [lamp, pen] = [await shop.product(), await shop.product()]
    const first = await shop.visitor()
    for (const product of [lamp, pen]) await addToCart(first.page, product)
    await first.page.goto('/cart')
    await first.page.getByRole('button', { name: `Save for later: ${pen.name}` }).click()
    await first.page.getByRole('heading', { name: 'Saved for later' }).waitFor()
    await first.page.getByRole('button', { name: `Move to cart: ${pen.name}` }).waitFor()
    const left = await first.context.storageState()
    await first.leave()

    const again = await shop.visitor({ storageState: left })
    await again.page.goto('/cart')
    await again.page.getByRole('button', { name: `Remove ${lamp.name}` }).waitFor()
    await again.page.getByRole('button', { name: `Move to cart: ${pen.name}` }).click()
    await again.page.getByLabel(`Quantity of ${pen.name}`, { exact: true }).waitFor()
    await again.page.getByRole('heading', { name: 'Saved for later' }).waitFor({ state: 'hidden' })
    await assertAccessible(again.page)
    await again.leave()
  })

  test('what changed since is said: price, stock, and what is gone; one press sorts it out', async () => {
    const [lamp, pen, box] = [
      await shop.product({ price: 10 }),
      await shop.product({ price: 2 }),
      await shop.product({ price: 5 }),
    ]
    const { page, leave } = await shop.visitor()
    for (const product of [lamp, pen, box]) await addToCart(page, product)
    await page.goto('/cart')
    await page.getByLabel(`Quantity of ${pen.name}`, { exact: true }).fill('4')
    await page.getByRole('complementary').getByText('$23.00').first().waitFor()
    const { client, staff } = shop
    await client.call(api.patchProduct, { params: { id: lamp.id }, body: { price: 12 } }, staff)
    await client.call(api.setStock, { params: { product_id: pen.id }, body: { on_hand: 1 } }, staff)
    await client.call(api.setStock, { params: { product_id: box.id }, body: { on_hand: 0 } }, staff)
    // The catalogue hears of the stock in a moment.
    for (let tries = 0; tries < 20; tries++) {
      await page.reload()
      await page.getByRole('heading', { level: 1, name: 'Your cart' }).waitFor()
      await page.getByRole('button', { name: `Remove ${lamp.name}` }).waitFor()
      if ((await page.getByText('2 products are sold out').count()) > 0) break
      // Otherwise what follows says what is missing.
    }
    await page.getByText('Now $12.00, was $10.00 when you chose it').waitFor()
    await page.getByText('Only 1 left').waitFor()
    await page.getByText('Sold out at the moment').waitFor()
    assert.ok(await page.getByRole('button', { name: 'Check out' }).isDisabled())
    await assertAccessible(page)
    await page.getByRole('button', { name: 'Sort it out for me' }).click()
    await page.getByRole('link', { name: 'Check out' }).waitFor()
    await page.getByRole('complementary').getByText('$14.00').first().waitFor()
    await page.getByRole('heading', { name: 'Saved for later' }).waitFor()
    await leave()
  })

  test('two tabs show the same cart', async () => {
    const [lamp, pen] = [await shop.product(), await shop.product()]
    const { page, tab, leave } = await shop.visitor()
    await addToCart(page, lamp)
    await page.goto('/cart')
    const other = await tab()
    await addToCart(other, pen)
    // Nobody touches the first tab.
    await page.getByRole('button', { name: `Remove ${pen.name}` }).waitFor()
    await page.getByRole('link', { name: 'Cart, 2 items' }).waitFor()
    await page.getByRole('button', { name: `Remove ${lamp.name}` }).click()
    await other.getByRole('link', { name: 'Cart, 1 item' }).waitFor()
    await leave()
  })

  test('an empty cart says what to do', async () => {
    const { page, leave } = await shop.visitor()
    await page.goto('/cart')
    await page.getByRole('heading', { level: 1, name: 'Your cart is empty' }).waitFor()
    await page.getByRole('link', { name: 'Sign in to see it' }).waitFor()
    await assertAccessible(page)
    await page.goto('/checkout')
    await page.getByText('There is nothing to pay for').waitFor()
    await assertAccessible(page)
    await leave()
  })

  test('offline, a change is taken back with a word; back, it works', async () => {
    const product = await shop.product({ price: 7 })
    const { page, context, leave } = await shop.visitor()
    await addToCart(page, product)
    await page.goto('/cart')
    const more = page.getByRole('button', { name: `Quantity of ${product.name}: one more` })
    await more.waitFor()
    await context.setOffline(true)
    await more.click()
    await page.getByText('We cannot reach the shop.').waitFor()
    assert.equal(await page.getByLabel(`Quantity of ${product.name}`, { exact: true }).inputValue(), '1')
    await context.setOffline(false)
    await more.click()
    await page.getByRole('link', { name: 'Cart, 2 items' }).waitFor()
    await page.getByRole('complementary').getByText('$14.00').first().waitFor()
    await leave()
  })
})
