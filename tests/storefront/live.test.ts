import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import type { Page } from 'playwright-core'
import { eventually, openShop, type Shop, unlessBrowser } from './shop.ts'
import { hydrated } from './steps.ts'

/** What a page was told on its sockets, and how many it opened. */
function listen(page: Page) {
  const heard = { sockets: 0, messages: [] as api.ServerMessage[] }
  page.on('websocket', socket => {
    if (!socket.url().endsWith('/ws')) return
    heard.sockets++
    socket.on('framereceived', ({ payload }) => heard.messages.push(JSON.parse(String(payload)) as api.ServerMessage))
  })
  return {
    ...heard,
    get sockets() {
      return heard.sockets
    },
    of: <T extends api.ServerMessageType>(type: T) =>
      heard.messages.filter((message): message is Extract<api.ServerMessage, { type: T }> => message.type === type),
  }
}

describe('what happens is seen as it happens, in a browser', unlessBrowser, () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
  })
  after(() => shop?.stop())

  const buy = (product_id: string, quantity: number) =>
    shop.client.call(
      api.placeOrder,
      { body: { items: [{ product_id, quantity }], email: 'grace@example.com', payment_method: 'tok_approve' } },
      { 'idempotency-key': randomUUID() },
    )

  test('the stock and the price of a product change on its page while somebody looks at it', async () => {
    const product = await shop.product({ stock: 4, price: 24.5 })
    const { page, leave } = await shop.visitor()
    const heard = listen(page)
    await page.goto(`/products/${product.slug}`)
    await page.getByText('Only 4 left').waitFor()
    await eventually('the page follows the product', async () => heard.of('subscribed').length > 0)
    await buy(product.id, 2)
    await page.getByText('Only 2 left').waitFor()
    await shop.client.call(api.updateProduct, { params: { id: product.id }, body: { price: 19.5 } }, shop.staff)
    await page.getByText('$19.50').first().waitFor()
    await buy(product.id, 2)
    await page.getByText('Sold out').first().waitFor()
    assert.equal(heard.sockets, 1)
    await leave()
  })

  test('a guest sees their order go on its way, told and not asked for', async () => {
    const product = await shop.product()
    const order = await buy(product.id, 1)
    const { page, leave } = await shop.visitor()
    const heard = listen(page)
    await page.goto(`/orders/${order.id}#token=${order.order_token}`)
    await eventually('the page is told how the order stands', async () => heard.of('order').length === 1)
    await shop.client.call(api.setOrderStatus, { params: { id: order.id }, body: { status: 'shipped' } }, shop.staff)
    await page.getByRole('heading', { level: 1, name: 'Your order is on its way' }).waitFor()
    assert.deepEqual(
      heard.of('order').map(({ event, status }) => [event, status]),
      [
        [null, 'processing'],
        ['order.shipped', 'shipped'],
      ],
    )
    await leave()
  })

  test('a customer is known by the cookie, also under the address of the shop', async () => {
    const email = `${randomUUID()}@example.com`
    const { page, leave } = await shop.visitor()
    const heard = listen(page)
    await page.goto('/register')
    await hydrated(page)
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Your name').fill('Ada Lovelace')
    await page.getByLabel(/^Password/).fill('correct horse battery')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL(url => url.pathname !== '/register')
    await page.goto('/account/orders')
    const welcome = await eventually('the channel knows who it is', async () =>
      heard.of('welcome').find(({ user_id }) => user_id !== null),
    )
    const [row] = await shop.platform.sql('user')`select id from users where email = ${email}`
    assert.equal(welcome.user_id, row!.id)
    await leave()
  })

  test('while the gateway is away a page loses nothing', async () => {
    const product = await shop.product({ stock: 5 })
    const { page, leave } = await shop.visitor({ expects: /./ })
    const heard = listen(page)
    await page.goto(`/products/${product.slug}`)
    await eventually('the page follows the product', async () => heard.of('subscribed').length > 0)
    await shop.platform.halt('gateway')
    const body = { on_hand: 2 }
    await shop.platform.client('inventory').call(api.setStock, { params: { product_id: product.id }, body }, shop.staff)
    await shop.platform.resume('gateway')
    await page.getByText('Only 2 left').waitFor()
    const last = heard.of('subscribed').at(-1)
    assert.deepEqual([heard.sockets > 1, last?.resumed], [true, true])
    await leave()
  })
})
