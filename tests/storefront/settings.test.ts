import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { eventually, openShop, type Shop, unlessBrowser } from './shop.ts'
import { assertAccessible } from './steps.ts'

describe('the shop as staff have set it', unlessBrowser, () => {
  let shop: Shop
  before(async () => {
    shop = await openShop({ more: ['admin'] })
  })
  after(() => shop?.stop())

  async function set(profile: Partial<api.ShopProfile>) {
    const { version } = await shop.client.call(api.getSettings, {}, shop.staff)
    const body = { ...api.firstProfile, ...profile, version }
    await shop.client.call(api.updateSettings, { body }, shop.staff)
  }
  const textOf = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(shop.url + path, { headers })).text()

  test('its name, where to ask, and what is few show without a restart, on the server and in the browser', async () => {
    const product = await shop.product({ stock: 7 })
    assert.match(await textOf('/'), /<title>Shopfleet: /)
    await set({ shop_name: 'Lantern & Leaf', support_email: 'ask@example.com', low_stock_threshold: 8 })
    const html = await eventually('the page says so', async () => {
      const text = await textOf(`/products/${product.slug}`)
      return text.includes('Lantern &amp; Leaf') && text
    })
    assert.match(html, /<title>Lantern [0-9a-f]{8} · Lantern &amp; Leaf<\/title>/)
    assert.match(html, /property="og:site_name" content="Lantern &amp; Leaf"/)
    assert.match(html, /mailto:ask@example\.com/)
    assert.match(html, /Only 7 left/)
    assert.doesNotMatch(html.replaceAll('shopfleet-', ''), /Shopfleet/)
    assert.equal(JSON.parse(await textOf('/manifest.webmanifest')).name, 'Lantern & Leaf')

    const { page, leave } = await shop.visitor({ width: 390 })
    await page.goto(`/products/${product.slug}`)
    await page.getByRole('link', { name: 'Lantern & Leaf, Home' }).waitFor()
    await page.getByText('Only 7 left').waitFor()
    await page.getByRole('contentinfo').getByRole('link', { name: 'ask@example.com' }).waitFor()
    await assertAccessible(page)
    await leave()
  })

  test('speaks its language to who asks for none that it has, and the longest name breaks nothing', async () => {
    const shop_name =
      'Zur goldenen Laterne und zum grünen Blatt an der alten Mühle am Bach hinter dem großen Marktplatz 1'
    await set({ shop_name, default_language: 'de' })
    await eventually('who speaks French is spoken to in German', async () =>
      (await textOf('/', { 'accept-language': 'fr' })).includes('<html lang="de">'),
    )
    assert.match(await textOf('/', { 'accept-language': 'en' }), /<html lang="en">/)
    assert.match(await textOf('/', { 'accept-language': 'fr', cookie: 'language=en' }), /<html lang="en">/)
    for (const width of [320, 820, 1440]) {
      const { page, leave } = await shop.visitor({ width })
      await page.goto('/')
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      assert.ok(wide <= 0, `${wide} wider than ${width}`)
      const [logo, cart] = await Promise.all([
        page.getByRole('link', { name: `${shop_name}, Home` }).boundingBox(),
        page.getByRole('banner').getByRole('link', { name: /^Cart/ }).boundingBox(),
      ])
      assert.ok(logo!.x + logo!.width <= cart!.x || logo!.y + logo!.height <= cart!.y, 'the name gives way')
      await leave()
    }
  })

  test('goes on as it was known while the admin service is away', async () => {
    await set({ shop_name: 'Kept in mind' })
    await eventually('it is called that', async () => (await textOf('/')).includes('Kept in mind: '))
    await shop.platform.halt('admin')
    try {
      const { status, html } = await fetch(shop.url).then(async answer => ({
        status: answer.status,
        html: await answer.text(),
      }))
      assert.equal(status, 200)
      assert.match(html, /<title>Kept in mind: /)
    } finally {
      await shop.platform.resume('admin')
    }
  })
})
