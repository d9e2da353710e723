import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { eventually, openShop, type Shop, unlessBrowser } from './shop.ts'
import {
  addToCart,
  arriveAtOrder,
  assertAccessible,
  chooseCard,
  fillIn,
  goToCheckout,
  hydrated,
  isPlacing,
  payButton,
  watchOrders,
} from './steps.ts'

describe('paying, in a browser', unlessBrowser, () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
  })
  after(() => shop?.stop())

  /** What was taken for all orders that have this product, in whole cents; the ledger says the same. */
  async function chargedFor(product: api.Product): Promise<number[]> {
    const { items } = await shop.client.call(api.listOrders, { query: { limit: 100 } }, shop.staff)
    const ids = items.filter(order => order.items.some(item => item.product_id === product.id)).map(order => order.id)
    const captures = (await shop.captures()).filter(one => ids.includes(one.order_id))
    return captures.map(one => one.amount)
  }

  test('a guest finds, buys, gets a mail, and sees the order go on its way', async () => {
    const product = await shop.product({ name: 'Meridian Sextant', price: 74.5 })
    const { page, leave } = await shop.visitor()
    await page.goto('/')
    await hydrated(page)
    await page.getByRole('combobox', { name: 'Search products' }).fill('meridian sextant')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: product.name }).first().click()
    await page.waitForURL(/\/products\//)
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByRole('dialog').getByRole('link', { name: 'Check out' }).click()
    await page.waitForURL('**/checkout')
    await fillIn(page, 'grace@example.com')
    await assertAccessible(page)
    await payButton(page).click()
    const id = await arriveAtOrder(page)
    await page.getByRole('heading', { level: 1, name: 'Thank you for your order' }).waitFor()
    assert.deepEqual(await chargedFor(product), [7450])

    const [mail] = await eventually('the confirmation', async () => {
      const mails = await shop.platform.mail.sent('grace@example.com')
      return mails.length > 0 && mails
    })
    const link = new RegExp(`${shop.url}/orders/${id}#token=[\\w-]+`).exec(mail!.text)![0]
    const elsewhere = await shop.visitor()
    await elsewhere.page.goto(link)
    await elsewhere.page.getByRole('heading', { level: 1, name: 'Your order is being packed' }).waitFor()
    assert.equal(new URL(elsewhere.page.url()).hash, '', 'the token is not left in the address')
    await elsewhere.page.reload()
    await elsewhere.page.getByRole('heading', { level: 1, name: 'Your order is being packed' }).waitFor()
    await elsewhere.leave()

    await shop.client.call(api.setOrderStatus, { params: { id }, body: { status: 'shipped' } }, shop.staff)
    // Nobody reloads: it is told, or the page looks by itself.
    await page.getByRole('heading', { level: 1, name: 'Your order is on its way' }).waitFor()
    await page.getByText('Handed to the carrier').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Cancel order' }).count(), 0)
    await assertAccessible(page)
    await leave()
  })

  test('a stranger does not see the order of a guest', async () => {
    const order = await shop.client.call(api.placeOrder, {
      body: {
        items: [{ product_id: (await shop.product()).id, quantity: 1 }],
        email: 'g@example.com',
        payment_method: 'tok_approve',
      },
    })
    const { page, leave } = await shop.visitor()
    await page.goto(`/orders/${order.id}`)
    await page.getByRole('heading', { level: 1, name: 'We cannot show this order' }).waitFor()
    await page.goto(`/orders/${order.id}#token=somebody-made-it-up`)
    await page.getByRole('heading', { level: 1, name: 'We cannot show this order' }).waitFor()
    await leave()
  })

  test('what is missing is said beside its field, the focus goes there, and nothing typed is lost', async () => {
    const { page, leave } = await shop.visitor()
    await addToCart(page, await shop.product())
    await goToCheckout(page)
    const watched = watchOrders(page)
    await page.getByLabel('City').fill('London')
    await payButton(page).click()
    const email = page.getByLabel('E-mail address')
    assert.ok(await email.evaluate(field => field === document.activeElement))
    const said = await email.evaluate(
      field => document.getElementById(field.getAttribute('aria-describedby')!)?.textContent,
    )
    assert.equal(said, 'Please fill this in.')
    assert.equal(await page.getByLabel('City').inputValue(), 'London')
    await assertAccessible(page)

    await page.getByLabel('E-mail address').fill('ada@nowhere')
    await page.reload()
    await payButton(page).waitFor()
    assert.equal(await page.getByLabel('City').inputValue(), 'London')
    assert.equal(await page.getByLabel('E-mail address').inputValue(), 'ada@nowhere')
    await fillIn(page, 'ada@nowhere')
    await payButton(page).click()
    await page.getByText('Please enter an e-mail address, such as').waitFor()
    assert.deepEqual(watched.keys, [])

    // What only the platform finds is said in the same place.
    await page.getByLabel('E-mail address').fill('ada@exa_mple.com')
    await payButton(page).click()
    await page.getByText('Please enter an e-mail address, such as').waitFor()
    await page.getByText('Nothing was charged.').waitFor()
    assert.ok(await email.evaluate(field => field === document.activeElement))
    assert.equal(watched.keys.length, 1)
    await leave()
  })

  test('a declined card charges nothing, another one pays: two intentions, one capture', async () => {
    const product = await shop.product({ price: 31 })
    const { page, leave } = await shop.visitor()
    const watched = watchOrders(page)
    await addToCart(page, product)
    await goToCheckout(page)
    await fillIn(page)
    await chooseCard(page, 'Declined')
    await payButton(page).click()
    const alert = page.getByRole('alert').filter({ hasText: 'Your card was declined' }).last()
    await alert.waitFor()
    assert.match((await alert.textContent())!, /Nothing was charged/)
    assert.deepEqual(await chargedFor(product), [])
    await assertAccessible(page)

    await chooseCard(page, 'Approved')
    await payButton(page).click()
    await arriveAtOrder(page)
    assert.deepEqual(await chargedFor(product), [3100])
    assert.equal(new Set(watched.keys).size, 2, 'a new key after a definite refusal')
    await leave()
  })

  test('pressed many times, paid once', async () => {
    const product = await shop.product({ price: 12 })
    const { page, leave } = await shop.visitor()
    const watched = watchOrders(page)
    await addToCart(page, product)
    await goToCheckout(page)
    await fillIn(page)
    await chooseCard(page, 'Slow bank')
    await payButton(page).dblclick()
    await payButton(page).click({ force: true })
    await page.keyboard.press('Enter')
    await arriveAtOrder(page)
    assert.equal(new Set(watched.keys).size, 1)
    assert.deepEqual(await chargedFor(product), [1200])
    await leave()
  })

  test('reloaded while paying: the same key again, one order, one capture', async () => {
    const product = await shop.product({ price: 13 })
    const { page, leave } = await shop.visitor()
    await addToCart(page, product)
    await goToCheckout(page)
    await fillIn(page)
    const watched = watchOrders(page)
    const { promise: reached, resolve: arrived } = Promise.withResolvers<void>()
    let isFirst = true
    await page.route('**/api/orders', async route => {
      if (!isFirst || !isPlacing(route.request())) return route.continue()
      isFirst = false
      // It gets to the shop; the answer never gets to the page.
      await route.fetch()
      arrived()
    })
    await payButton(page).click()
    await reached
    await page.reload()
    await arriveAtOrder(page)
    assert.equal(watched.keys.length, 2)
    assert.equal(new Set(watched.keys).size, 1)
    assert.deepEqual(await chargedFor(product), [1300])
    await leave()
  })

  test('an answer that is lost: the page says so, asks again by itself, and nothing is charged twice', async () => {
    const product = await shop.product({ price: 14 })
    const { page, leave } = await shop.visitor()
    await addToCart(page, product)
    await goToCheckout(page)
    await fillIn(page)
    const watched = watchOrders(page)
    let isLost = true
    await page.route('**/api/orders', async route => {
      if (!isLost || !isPlacing(route.request())) return route.continue()
      await route.fetch()
      await route.abort()
    })
    await payButton(page).click()
    await page.getByText('We are finding out what became of your payment').waitFor()
    await page.getByText('Please do not pay again').waitFor()
    await assertAccessible(page)
    await payButton(page).click({ force: true })
    isLost = false
    await arriveAtOrder(page)
    assert.ok(watched.keys.length > 1)
    assert.equal(new Set(watched.keys).size, 1)
    assert.deepEqual(await chargedFor(product), [1400])
    await leave()
  })

  test('offline while paying, and back: it goes on by itself', async () => {
    const product = await shop.product({ price: 15 })
    const { page, context, leave } = await shop.visitor()
    await addToCart(page, product)
    await goToCheckout(page)
    await fillIn(page)
    await context.setOffline(true)
    await page.getByText('You are offline. What you have seen is still here').waitFor()
    await payButton(page).click()
    await page.getByText('As soon as your connection is back, this page goes on by itself.').waitFor()
    assert.deepEqual(await chargedFor(product), [])
    await context.setOffline(false)
    await arriveAtOrder(page)
    assert.deepEqual(await chargedFor(product), [1500])
    await leave()
  })

  test('the last one goes to somebody else while paying: which it is, nothing charged, and a way on', async () => {
    const [last, other] = [await shop.product({ stock: 1 }), await shop.product({ price: 16 })]
    const { page, leave } = await shop.visitor()
    for (const product of [last, other]) await addToCart(page, product)
    await goToCheckout(page)
    await fillIn(page)
    const items = [{ product_id: last.id, quantity: 1 }]
    // The cart is shown with what the catalogue has heard of, and here it never hears of it: the refusal knows better.
    await page.route('**/api/cart', async route => {
      const answer = await route.fetch()
      if (route.request().method() !== 'GET') return route.fulfill({ response: answer })
      const cart = (await answer.json()) as api.Cart
      for (const line of cart.items) Object.assign(line, { available: true, stock_quantity: 1 })
      return route.fulfill({ response: answer, json: cart })
    })
    await shop.client.call(api.placeOrder, {
      body: { items, email: 'quick@example.com', payment_method: 'tok_approve' },
    })
    await payButton(page).click()
    const alert = page.getByRole('alert').filter({ hasText: 'Somebody was faster' })
    await alert.waitFor()
    assert.match((await alert.textContent())!, new RegExp(`${last.name}: sold out`))
    assert.deepEqual(await chargedFor(other), [])
    await assertAccessible(page)
    await alert.getByRole('button', { name: 'Take what is left' }).click()
    await page.getByRole('button', { name: 'Pay $16.00' }).click()
    await arriveAtOrder(page)
    assert.deepEqual(await chargedFor(other), [1600])
    assert.equal((await chargedFor(last)).length, 1)
    await page.goto('/cart')
    await page.getByRole('heading', { name: 'Saved for later' }).waitFor()
    await leave()
  })

  test('a price that changed meanwhile is shown and confirmed before anything is charged', async () => {
    const product = await shop.product({ price: 17 })
    const { page, leave } = await shop.visitor()
    await addToCart(page, product)
    await goToCheckout(page)
    await fillIn(page)
    await shop.client.call(api.patchProduct, { params: { id: product.id }, body: { price: 18 } }, shop.staff)
    await page.getByRole('button', { name: 'Pay $17.00' }).click()
    await page.getByText('The new total is $18.00').waitFor()
    assert.deepEqual(await chargedFor(product), [])
    await page.getByRole('button', { name: 'Confirm and pay $18.00' }).click()
    await arriveAtOrder(page)
    assert.deepEqual(await chargedFor(product), [1800])
    await leave()
  })

  test('a bank that does not answer: the order is in doubt, the cart cannot be paid again, and it comes out right', async () => {
    const product = await shop.product({ price: 19 })
    const { page, tab, leave } = await shop.visitor()
    await addToCart(page, product)
    await goToCheckout(page)
    await fillIn(page)
    await chooseCard(page, 'Lost answer')
    await payButton(page).click()
    await arriveAtOrder(page)
    const other = await tab()
    await other.goto('/checkout')
    await other.getByText(/This cart is being ordered|There is nothing to pay for/).waitFor()
    assert.equal(await payButton(other).count(), 0)
    await page.getByRole('heading', { level: 1, name: 'Thank you for your order' }).waitFor()
    assert.deepEqual(await chargedFor(product), [1900])
    await leave()
  })

  test('two tabs that pay for one cart make one order', async () => {
    const product = await shop.product({ price: 21 })
    const { page, tab, leave } = await shop.visitor()
    await addToCart(page, product)
    const other = await tab()
    for (const one of [page, other]) await goToCheckout(one)
    await fillIn(page)
    await fillIn(other)
    // One of them may be without its button before it could be pressed.
    await Promise.allSettled([page, other].map(one => payButton(one).click({ timeout: 5000 })))
    await Promise.any([arriveAtOrder(page), arriveAtOrder(other)])
    await eventually('both tabs know', async () => {
      const buttons = await Promise.all([page, other].map(one => payButton(one).count()))
      return buttons.every(count => count === 0)
    })
    assert.deepEqual(await chargedFor(product), [2100])
    await leave()
  })

  test('back and forward after paying lead to no second order', async () => {
    const product = await shop.product({ price: 22 })
    const { page, leave } = await shop.visitor()
    await addToCart(page, product)
    await page.goto('/cart')
    await page.getByRole('link', { name: 'Check out' }).click()
    await page.waitForURL('**/checkout')
    await fillIn(page)
    await payButton(page).click()
    const id = await arriveAtOrder(page)
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Your cart is empty' }).waitFor()
    await page.goForward()
    assert.equal(await arriveAtOrder(page), id)
    assert.deepEqual(await chargedFor(product), [2200])
    await leave()
  })

  test('an order is cancelled after a second look, and the money goes back', async () => {
    const product = await shop.product({ price: 23 })
    const { page, leave } = await shop.visitor()
    await addToCart(page, product)
    await goToCheckout(page)
    await fillIn(page)
    await payButton(page).click()
    const id = await arriveAtOrder(page)
    await page.getByRole('button', { name: 'Cancel order' }).click()
    const dialog = page.getByRole('dialog', { name: 'Cancel this order?' })
    await dialog.waitFor()
    await assertAccessible(page)
    await dialog.getByRole('button', { name: 'Keep the order' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Cancel order' }).click()
    await dialog.getByRole('button', { name: 'Cancel order' }).click()
    await page.getByRole('heading', { level: 1, name: 'This order was cancelled' }).waitFor()
    await page.getByText('What you paid has been given back.').waitFor()
    const order = await shop.client.call(api.getOrder, { params: { id } }, shop.staff)
    assert.deepEqual([order.status, order.payment_status], ['cancelled', 'refunded'])
    await leave()
  })

  test('an order left open an hour ago is not placed without being asked for', async () => {
    const product = await shop.product({ price: 24 })
    const { page, leave } = await shop.visitor()
    await addToCart(page, product)
    await goToCheckout(page)
    await fillIn(page)
    await page.route('**/api/orders', route => (isPlacing(route.request()) ? route.abort() : route.continue()))
    await payButton(page).click()
    await page.getByText('We are finding out').waitFor()
    await page.evaluate(() => {
      const kept = JSON.parse(localStorage.getItem('checkout-guest')!)
      localStorage.setItem('checkout-guest', JSON.stringify({ ...kept, began_ms: kept.began_ms - 3_600_000 }))
    })
    await page.unroute('**/api/orders')
    await page.reload()
    await page.getByText('An earlier order was left open').waitFor()
    assert.deepEqual(await chargedFor(product), [])
    await page.getByRole('button', { name: 'Finish this order' }).click()
    await arriveAtOrder(page)
    assert.deepEqual(await chargedFor(product), [2400])
    await leave()
  })
})
