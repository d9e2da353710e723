import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { loadCatalogue } from '@shopfleet/platform/catalogue'
import type { Page } from 'playwright-core'
import { openShop, type Shop, unlessBrowser } from './shop.ts'
import { assertAccessible, hydrated } from './steps.ts'

/** The path and search of the page, as a person could keep them. */
const address = (page: Page) => {
  const { pathname, searchParams } = new URL(page.url())
  return { pathname, search: Object.fromEntries([...searchParams].sort()) }
}
const names = (page: Page) => page.locator('main li h2, main li h3').allTextContents()
const card = (page: Page, name: string) => page.locator('main').getByRole('link', { name, exact: true })
const counted = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).first().waitFor()

describe('browsing, in a browser', unlessBrowser, () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
    const administrator = { email: 'admin@example.com', password: 'an administrator of the shop' }
    const userUrl = shop.platform.url('user')
    await loadCatalogue({ userUrl, productUrl: shop.platform.url('product'), administrator, tell() {} })
    await shop.platform.drain()
  })
  after(() => shop?.stop())

  test('the HTML shows products, titles and structured data before any script has run', async () => {
    const pages: [path: string, ...words: RegExp[]][] = [
      ['/', /<h1[^>]*>Good things/, /New in/, /\$\d/],
      ['/categories/lamps', /<h1[^>]*>Lamps &amp; Bulbs/, /Paper Moon Lantern Lamp/, /BreadcrumbList/],
      ['/search?q=lamp', /Results for “lamp”/, /Paper Moon Lantern Lamp/, /name="robots" content="noindex"/],
      [
        '/products/paper-moon-lantern-lamp',
        /"@type":"Product"/,
        /InStock/,
        /rel="canonical" href="[^"]+\/products\/paper/,
      ],
    ]
    for (const [path, ...words] of pages) {
      const answer = await fetch(shop.url + path)
      assert.equal(answer.status, 200, path)
      const html = await answer.text()
      for (const word of words) assert.match(html, word, path)
      assert.doesNotMatch(html, /undefined|\[object Object\]/, path)
    }
  })

  test('without JavaScript one can search, narrow, and open a product', async () => {
    const { context, leave } = await shop.visitor({ width: 1280, javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto('/')
    await page.getByRole('combobox', { name: 'Search products' }).fill('lamp')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Results for “lamp”' }).waitFor()
    await page.getByLabel('From').fill('40')
    await page.getByRole('button', { name: 'Apply' }).click()
    assert.deepEqual(address(page).search, { max_price: '', min_price: '40', q: 'lamp' })
    await card(page, 'Paper Moon Lantern Lamp').click()
    await page.getByRole('heading', { level: 1, name: 'Paper Moon Lantern Lamp' }).waitFor()
    await leave()
  })

  test('pages that do not exist are 404, and one can go on from there', async () => {
    for (const path of ['/nothing/here', '/products/no-such-thing', '/categories/no-such-thing']) {
      const answer = await fetch(shop.url + path)
      assert.equal(answer.status, 404, path)
      assert.match(await answer.text(), /This page does not exist/)
    }
    assert.equal((await fetch(`${shop.url}/assets/gone-12345678.js`)).headers.get('content-type'), 'text/plain')
    const { page, leave } = await shop.visitor({ expects: /404/ })
    await page.goto('/')
    await hydrated(page)
    await page.evaluate(() => history.pushState(null, '', '/products/no-such-thing'))
    await page.reload()
    await page.getByRole('link', { name: 'Go to the home page' }).click()
    await page.getByRole('heading', { level: 1, name: 'Good things, made to last.' }).waitFor()
    await leave()
  })

  test('facets, price and order narrow a category, all of it in the address, and Back undoes it step by step', async () => {
    const { page, leave } = await shop.visitor({ width: 1280 })
    await page.goto('/categories/kitchen')
    await hydrated(page)
    await counted(page, '25 products')
    await page.getByRole('checkbox', { name: /^Ferrous & Co/ }).check()
    await counted(page, '4 products')
    await page.getByRole('checkbox', { name: /^Kissa/ }).check()
    await counted(page, '8 products')
    assert.deepEqual(
      new URL(page.url()).searchParams.getAll('attribute.brand'),
      ['Ferrous & Co', 'Kissa'],
      'other brands stay to be chosen from',
    )
    await page.getByRole('checkbox', { name: /^In stock only/ }).check()
    await counted(page, '7 products')
    await page.getByLabel('To', { exact: true }).fill('40')
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByRole('link', { name: 'Remove filter: Up to $40' }).waitFor()
    const cheap = await names(page)
    assert.ok(cheap.length > 0 && cheap.length < 7)
    await page.getByLabel('Sort by').selectOption('price')
    await page.waitForURL(/sort=price/)
    assert.deepEqual(address(page), {
      pathname: '/categories/kitchen',
      search: { 'attribute.brand': 'Kissa', in_stock: 'true', max_price: '40', sort: 'price' },
    })

    // The same list for whoever is given the address.
    const friend = await shop.visitor({ width: 1280 })
    await friend.page.goto(page.url())
    await page.waitForFunction(wanted => document.querySelectorAll('main li h2').length === wanted, cheap.length)
    assert.deepEqual(await names(friend.page), await names(page))
    await friend.leave()

    await page.goBack()
    await page.goBack()
    await counted(page, '7 products')
    await page.goForward()
    await page.getByRole('link', { name: 'Remove filter: Up to $40' }).waitFor()
    await page.getByRole('link', { name: 'Clear all' }).click()
    await counted(page, '25 products')
    await leave()
  })

  test('more of a list stays shown after a product was looked at, where one was', async () => {
    const { page, leave } = await shop.visitor({ width: 1280 })
    await page.goto('/categories/electronics')
    await hydrated(page)
    const all = (await shop.client.call(api.getCategory, { params: { id: 'outdoor' } })).product_count
    assert.ok(all > 24, 'there is more than one page of it')
    await page.goto('/categories/outdoor')
    await hydrated(page)
    assert.equal((await names(page)).length, 24)
    await page.getByRole('link', { name: 'Show more' }).click()
    await page.waitForFunction(wanted => document.querySelectorAll('main li h2').length === wanted, all)
    assert.deepEqual(address(page).search, { pages: '2' })
    const last = (await names(page)).at(-1)!
    await card(page, last).scrollIntoViewIfNeeded()
    const depth = await page.evaluate(() => scrollY)
    await card(page, last).click()
    await page.getByRole('heading', { level: 1, name: last }).waitFor()
    assert.equal(await page.evaluate(() => scrollY), 0)
    await page.goBack()
    await page.waitForFunction(wanted => document.querySelectorAll('main li h2').length === wanted, all)
    await page.waitForFunction(y => Math.abs(scrollY - y) < 200, depth)
    await page.reload()
    assert.equal((await names(page)).length, all, 'the server shows as many')
    await leave()
  })

  test('suggestions come while one types, and are chosen by the arrow keys', async () => {
    const { page, leave } = await shop.visitor()
    await page.goto('/')
    await hydrated(page)
    const field = page.getByRole('combobox', { name: 'Search products' })
    await field.fill('lanter')
    // The page has other lists to choose from.
    const options = page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option')
    const option = options.filter({ hasText: 'Paper Moon Lantern Lamp' })
    await option.waitFor()
    await assertAccessible(page)
    await page.keyboard.press('ArrowDown')
    const first = options.first()
    assert.equal(await first.getAttribute('aria-selected'), 'true')
    assert.equal(await field.getAttribute('aria-activedescendant'), await first.getAttribute('id'))
    await page.keyboard.press('Escape')
    await option.waitFor({ state: 'hidden' })
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    assert.match((await options.last().textContent())!, /See all results/)
    assert.equal(await options.last().getAttribute('aria-selected'), 'true')
    while ((await option.getAttribute('aria-selected')) !== 'true') await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/products/paper-moon-lantern-lamp')
    await leave()
  })

  test('a misspelt search finds what was meant and says so', async () => {
    const { page, leave } = await shop.visitor()
    await page.goto('/search?q=lmap')
    await hydrated(page)
    const found = await names(page)
    assert.ok(found.includes('Paper Moon Lantern Lamp'), `${found}`)
    await page.getByRole('link', { name: 'lamp', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Results for “lamp”' }).waitFor()
    await page.goto('/search?q=xyzzyplugh')
    await page.getByRole('heading', { name: 'Nothing found for “xyzzyplugh”' }).waitFor()
    await leave()
  })

  test('by keyboard alone: past the menu, to a product, into the cart', async () => {
    const { page, leave } = await shop.visitor({ width: 1280 })
    await page.goto('/categories/lamps')
    await hydrated(page)
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to content')
    await page.keyboard.press('Enter')
    // The main part has the focus after the link that skips to it, and all text of the page in it.
    const focused = () =>
      page.evaluate(() =>
        document.activeElement?.tagName === 'MAIN' ? '' : (document.activeElement?.textContent ?? ''),
      )
    for (let i = 0; i < 60 && !/Lantern Lamp/.test(await focused()); i++) await page.keyboard.press('Tab')
    assert.equal(await focused(), 'Paper Moon Lantern Lamp')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/products/paper-moon-lantern-lamp')
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1')
    assert.equal(await focused(), 'Paper Moon Lantern Lamp', 'the focus is on the heading of the new page')
    for (let i = 0; i < 12 && (await focused()) !== 'Add to cart'; i++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page
      .getByRole('dialog', { name: 'In your cart' })
      .getByRole('link', { name: 'Paper Moon Lantern Lamp' })
      .waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Cart, 1 item' }).waitFor()
    await leave()
  })

  test('on a phone the menu and the filters open over the page, keep the focus, and give it back', async () => {
    const { page, leave } = await shop.visitor({ width: 390 })
    await page.goto('/categories/kitchen')
    await hydrated(page)
    await page.getByRole('button', { name: 'Menu' }).click()
    const menu = page.getByRole('dialog', { name: 'Categories' })
    await menu.getByText('Outdoor', { exact: true }).click()
    await assertAccessible(page)
    await menu.getByRole('link', { name: 'Camping & Hiking' }).click()
    await page.getByRole('heading', { level: 1, name: 'Camping & Hiking' }).waitFor()
    await menu.waitFor({ state: 'hidden' })

    await page.getByRole('button', { name: 'Filters' }).click()
    const filters = page.getByRole('dialog', { name: 'Filters' })
    await filters.getByRole('checkbox', { name: /^In stock only/ }).check()
    await page.waitForURL(/in_stock=true/)
    await assertAccessible(page)
    await page.keyboard.press('Escape')
    await filters.waitFor({ state: 'hidden' })
    assert.match((await page.evaluate(() => document.activeElement?.textContent)) ?? '', /^Filters/)
    await leave()
  })

  test('axe finds nothing, nothing moves while it loads, in both themes, on a phone and a desktop', async () => {
    for (const [width, colorScheme] of [
      [390, 'light'],
      [390, 'dark'],
      [1280, 'light'],
      [1280, 'dark'],
    ] as const) {
      const { page, leave } = await shop.visitor({ width, colorScheme, expects: /404/ })
      await page.addInitScript(() => {
        const seen = globalThis as any
        seen.shift = 0
        new PerformanceObserver(list => {
          for (const entry of list.getEntries() as any[]) if (!entry.hadRecentInput) seen.shift += entry.value
        }).observe({ type: 'layout-shift', buffered: true })
      })
      for (const path of [
        '/',
        '/products',
        '/categories/home',
        '/categories/home?in_stock=true&attribute.brand=Rookery',
        '/search?q=lmap',
        '/search',
        '/products/paper-moon-lantern-lamp',
        '/products/kissa-sake-set',
        '/nothing/here',
      ]) {
        await page.goto(path)
        await hydrated(page)
        await page.waitForLoadState('networkidle')
        assert.equal(await page.locator('html').getAttribute('data-theme'), colorScheme)
        await assertAccessible(page)
        const shift = await page.evaluate(() => (globalThis as any).shift as number)
        assert.ok(shift <= 0.05, `${path} at ${width} px: what was shown has moved by ${shift}`)
        assert.equal(
          await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
          true,
          `${path} is no wider than ${width} px`,
        )
      }
      await leave()
    }
  })

  test('the language follows the browser, and what was chosen stays chosen, also on the server', async () => {
    const { page, leave } = await shop.visitor({ locale: 'de-DE' })
    await page.goto('/products/paper-moon-lantern-lamp')
    await hydrated(page)
    await page.getByRole('button', { name: 'In den Warenkorb' }).waitFor()
    assert.match(await page.locator('main .price').first().innerText(), /^46,00\s\$/)
    await assertAccessible(page)
    await page.getByLabel('Sprache').selectOption('en')
    await page.getByRole('button', { name: 'Add to cart' }).waitFor()
    await page.goto('/')
    assert.equal(await page.locator('html').getAttribute('lang'), 'en')
    await page.getByRole('heading', { level: 1, name: 'Good things, made to last.' }).waitFor()
    await page.getByLabel('Appearance').selectOption('dark')
    await page.reload()
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'dark')
    await leave()
  })

  test('what was looked at before is shown again, to this browser only', async () => {
    const { page, leave } = await shop.visitor()
    await page.goto('/products/paper-moon-lantern-lamp')
    await page.waitForFunction(() => JSON.stringify(localStorage).includes('paper-moon-lantern-lamp'))
    await page.goto('/products/skinner-maracas')
    await hydrated(page)
    const seen = page.getByRole('region', { name: 'Recently viewed' })
    await seen.getByRole('link', { name: 'Paper Moon Lantern Lamp' }).waitFor()
    assert.equal(await seen.getByRole('link', { name: 'Skinner Maracas' }).count(), 0)
    await leave()
  })

  test('search engines are told where everything is', async () => {
    const robots = await (await fetch(`${shop.url}/robots.txt`)).text()
    assert.match(robots, new RegExp(`Sitemap: ${shop.url}/sitemap.xml`))
    const sitemap = await (await fetch(`${shop.url}/sitemap.xml`)).text()
    assert.equal(sitemap.match(/\/products\/[a-z0-9-]+</g)?.length, 208)
    assert.ok(sitemap.includes(`${shop.url}/categories/lamps</loc>`))
  })

  test('with the platform away the frame says so honestly, and recovers by itself', async () => {
    const { page, leave } = await shop.visitor({ expects: /503|Failed to load/ })
    await shop.platform.halt('gateway')
    try {
      const answer = await fetch(`${shop.url}/products/skinner-maracas`)
      assert.equal(answer.status, 503)
      assert.equal(answer.headers.get('retry-after'), '2')
      await page.goto('/products/skinner-maracas')
      await page.getByRole('heading', { level: 1, name: 'The shop is taking a breath' }).waitFor()
      assert.equal((await fetch(`${shop.url}/api/products`)).status, 503)
    } finally {
      await shop.platform.resume('gateway')
    }
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { level: 1, name: 'Skinner Maracas' }).waitFor()
    await leave()
  })
})
