import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import type { Page } from 'playwright-core'
import { eventually, openShop, type Shop, unlessBrowser } from './shop.ts'
import { addToCart, hydrated } from './steps.ts'

/** What a page tells the shop of what was looked at. */
function told(page: Page) {
  const requests: { headers: Record<string, string>; body: string }[] = []
  page.on('request', request => {
    if (new URL(request.url()).pathname !== api.observeStorefront.path) return
    requests.push({ headers: request.headers(), body: request.postData() ?? '' })
  })
  return requests
}

describe('what visitors look at and search for is counted, in a browser', unlessBrowser, () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
  })
  after(() => shop?.stop())

  const ask = <O extends api.Operation<any, any, any, any>>(operation: O): Promise<api.ReplyOf<O>> =>
    shop.client.call(operation, {} as api.InputOf<O>, shop.staff)

  test('views, carts and searches arrive, and say nothing of who it was', async () => {
    const product = await shop.product()
    const { page, leave } = await shop.visitor()
    const requests = told(page)
    await addToCart(page, product)
    await page.goto('/search?q=Xqzvw+kjhgf')
    await hydrated(page)
    await eventually('what was not found is known', async () => {
      const { without_results } = await ask(api.getSearchAnalytics)
      return without_results.some(({ term, found_none }) => term === 'xqzvw kjhgf' && found_none === 1)
    })
    await eventually('what was viewed and carted is known', async () => {
      const { steps } = await ask(api.getFunnel)
      return steps[0]!.count === 1 && steps[1]!.count === 1
    })
    assert.ok(requests.length > 0)
    for (const { headers, body } of requests) {
      assert.equal(headers.cookie, undefined)
      assert.equal(headers['x-cart-token'], undefined)
      for (const one of JSON.parse(body).events) {
        assert.ok(Object.keys(one).every(key => ['what', 'product_id', 'term', 'results'].includes(key)))
      }
    }
    await leave()
  })

  test('who asks not to be followed is not', async () => {
    const product = await shop.product()
    const { page, leave } = await shop.visitor()
    await page.addInitScript(() =>
      Object.defineProperty(navigator, 'globalPrivacyControl', { configurable: true, value: true }),
    )
    const requests = told(page)
    await page.goto(`/products/${product.slug}`)
    await hydrated(page)
    await page.goto('/')
    await hydrated(page)
    assert.deepEqual(requests, [])
    await leave()
  })
})
