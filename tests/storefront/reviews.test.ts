import assert from 'node:assert/strict'
import { join as joinPath } from 'node:path'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { join, signIn } from './people.ts'
import { eventually, openShop, type Shop, unlessBrowser } from './shop.ts'
import { assertAccessible, hydrated } from './steps.ts'

/* What customers say of products, and which they wish for. `SCREENSHOTS=folder` keeps what was looked at. */

const picture = (width = 640) =>
  sharp({ create: { width, height: 480, channels: 3, background: '#8aa' } })
    .jpeg()
    .toBuffer()

describe('reviews and wishlists, in a browser', unlessBrowser, () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
  })
  after(() => shop?.stop())

  const at = (product: api.Product) => `/products/${product.slug}`
  const told = (page: Page, text: string | RegExp) =>
    page.getByRole('status').filter({ hasText: text }).last().waitFor()
  const reviews = (page: Page) => page.getByRole('region', { name: 'Reviews' })
  const look = async (page: Page, name: string) => {
    const folder = process.env.SCREENSHOTS
    if (folder) await page.screenshot({ path: joinPath(folder, `${name}.png`), fullPage: true })
  }
  async function openReviews(page: Page, product: api.Product): Promise<void> {
    await page.goto(`${at(product)}#reviews`)
    await hydrated(page)
  }
  const write = async (product: api.Product, words: Partial<api.BodyOf<typeof api.createReview>>, name = 'Ben') => {
    const who = await join(shop, { first_name: name })
    const body = { stars: 5, text: 'It gives a warm light.', ...words }
    return shop.client.call(api.createReview, { params: { id: product.id }, body }, who.headers)
  }
  const shownRating = (product: api.Product, count: number) =>
    eventually('the catalogue shows the rating', async () => {
      const { rating_count } = await shop.client.call(api.getProduct, { params: { id: product.id } })
      return rating_count === count
    })

  test('somebody is led to signing in, writes a review with complaints beside its fields, edits it, and deletes it', async () => {
    const product = await shop.product()
    const person = await join(shop)
    const { page, leave } = await shop.visitor()
    await openReviews(page, product)
    await reviews(page).getByRole('button', { name: 'Write a review' }).click()
    await page.waitForURL(/\/sign-in/)
    await signIn(page, person, at(product))
    await openReviews(page, product)
    await reviews(page).getByRole('button', { name: 'Write a review' }).click()
    const form = page.getByRole('region', { name: 'Your review' })
    await form.getByLabel('What is it like?').fill('x')
    await form.getByRole('button', { name: 'Send review' }).click()
    await form.getByText('Please choose one to five stars.').waitFor()
    assert.equal(await page.evaluate(() => (document.activeElement as HTMLInputElement).name), 'stars')
    // By the keys, like any radio.
    await page.keyboard.press('Space')
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight')
    await form.getByLabel('What is it like?').fill('')
    await form.getByRole('button', { name: 'Send review' }).click()
    await form.getByText('Please fill this in.').waitFor()
    await form.getByLabel('Headline').fill('Warm')
    await form.getByLabel('What is it like?').fill('It gives a warm light.')
    await look(page, 'form-1280')
    await assertAccessible(page)
    await form.getByRole('button', { name: 'Send review' }).click()
    await told(page, 'Your review is published.')

    const mine = page.getByRole('region', { name: 'Your review' })
    await mine.getByText('Published', { exact: true }).waitFor()
    await mine.getByText('It gives a warm light.').waitFor()
    const kept = await shop.client.call(api.getOwnReview, { params: { id: product.id } }, person.headers)
    assert.deepEqual([kept.review!.stars, kept.review!.title], [4, 'Warm'])
    await shownRating(product, 1)
    await page.reload()
    await page.getByRole('link', { name: /Rated 4 out of 5 by 1 customer/ }).waitFor()

    await mine.getByRole('button', { name: 'Edit' }).click()
    await form.getByLabel('What is it like?').fill('Ask me at ada@example.com')
    await form.getByRole('button', { name: 'Save changes' }).click()
    await told(page, 'We look at your review before others see it.')
    await mine.getByText('Waits for a look by us').waitFor()
    await mine.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await told(page, 'Your review is deleted.')
    await reviews(page).getByRole('button', { name: 'Write a review' }).waitFor()
    await leave()
  })

  test('one page has all of one’s own: what waits for a word is written, what was said is edited and deleted', async () => {
    const person = await join(shop)
    const [lamp, pot, cup] = [await shop.product(), await shop.product(), await shop.product()]
    const items = [lamp, pot, cup].map(({ id }) => ({ product_id: id, quantity: 1 }))
    const body = { items, payment_method: 'tok_approve' }
    const { id } = await shop.client.call(api.placeOrder, { body }, person.headers)
    for (const status of ['shipped', 'delivered'] as const)
      await shop.client.call(api.setOrderStatus, { params: { id }, body: { status } }, shop.staff)
    const words = { stars: 2, text: 'Buy it at www.other.example instead.' }
    const refused = await shop.client.call(api.createReview, { params: { id: pot.id }, body: words }, person.headers)
    const verdict = { status: 'rejected' as const, reason: 'It leads to another shop.' }
    await shop.client.call(api.moderateReview, { params: { id: refused.id }, body: verdict }, shop.staff)
    await eventually('what was delivered waits', async () => {
      const waiting = await shop.client.call(api.listUnreviewed, {}, person.headers)
      return waiting.items.length === 2
    })

    const { page, leave } = await shop.visitor({ width: 390 })
    await signIn(page, person, '/account/reviews')
    const waiting = page.getByRole('region', { name: 'Not reviewed yet' })
    const said = page.getByRole('region', { name: 'What you have said' })
    const card = (product: api.Product) => said.getByRole('region', { name: product.name })
    await card(pot).getByText('Not published').waitFor()
    await card(pot).getByText('We do not publish it: It leads to another shop.').waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await assertAccessible(page)
      await look(page, `own-390-${colorScheme}`)
    }

    await waiting.getByRole('button', { name: `Write a review: ${lamp.name}` }).click()
    const form = page.getByRole('region', { name: lamp.name })
    await form.getByLabel('4 stars').check({ force: true })
    await form.getByLabel('What is it like?').fill('It gives a warm light.')
    await assertAccessible(page)
    await form.getByRole('button', { name: 'Send review' }).click()
    await told(page, 'Your review is published.')
    await card(lamp).getByText('Published', { exact: true }).waitFor()
    await card(lamp).getByText('Verified purchase').waitFor()
    await waiting.getByText(cup.name).waitFor()
    assert.equal(await waiting.getByText(lamp.name).count(), 0)
    await eventually('whoever types goes on at the review', () =>
      page.evaluate(
        product => document.activeElement?.closest('[data-product]')?.getAttribute('data-product') === product,
        lamp.id,
      ),
    )

    await card(pot).getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('region', { name: pot.name }).getByLabel('What is it like?').fill('It drips a little.')
    await page.getByRole('button', { name: 'Save changes' }).click()
    await card(pot).getByText('Waits for a look by us').waitFor()

    await card(lamp).getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await told(page, 'Your review is deleted.')
    await waiting.getByRole('button', { name: `Write a review: ${lamp.name}` }).waitFor()
    await leave()
  })

  test('pictures are added to a review; one that cannot be read is told with its name, and nothing is lost', async () => {
    const product = await shop.product()
    const person = await join(shop)
    const { page, leave } = await shop.visitor()
    await signIn(page, person, at(product))
    await openReviews(page, product)
    await reviews(page).getByRole('button', { name: 'Write a review' }).click()
    const form = page.getByRole('region', { name: 'Your review' })
    await form.getByLabel('4 stars').check({ force: true })
    await form.getByLabel('What is it like?').fill('It gives a warm light.')
    await form.locator('input[type=file]').setInputFiles([
      { name: 'lamp.jpg', mimeType: 'image/jpeg', buffer: await picture() },
      { name: 'note.png', mimeType: 'image/png', buffer: Buffer.from('no picture') },
    ])
    await form.getByRole('button', { name: 'Send review' }).click()
    await form.getByText('note.png: This is no picture we can read.').waitFor()
    await form.getByRole('button', { name: 'Take picture 2 away' }).click()
    await form.getByRole('button', { name: 'Send review' }).click()
    await told(page, 'We look at your review before others see it.')
    const { review } = await shop.client.call(api.getOwnReview, { params: { id: product.id } }, person.headers)
    assert.deepEqual([review!.photos.length, review!.status], [1, 'pending'])
    const shown = page.getByRole('img', { name: 'Picture 1 of the review by Ada L.' })
    await eventually('the picture is there', () => shown.evaluate((img: HTMLImageElement) => img.naturalWidth > 0))
    await leave()
  })

  test('reviews are sorted, narrowed, paged, and found helpful; axe finds nothing, in both languages and themes', async () => {
    const product = await shop.product()
    const words = ['Broke on the second day.', 'Good, though the cord is short.', 'Does what it should.']
    for (let i = 0; i < 8; i++) {
      const stars = [1, 4, 5, 5, 3, 4, 5, 5][i]!
      await write(
        product,
        { stars, title: `Number ${i}`, text: words[i % 3]!.repeat(1 + (i % 4)) },
        ['Ben', 'Cleo', 'Zoë'][i % 3],
      )
    }
    await shownRating(product, 8)
    const person = await join(shop)
    const { page, leave } = await shop.visitor({ width: 1440 })
    await signIn(page, person, at(product))
    await openReviews(page, product)
    const list = reviews(page)
    const titles = () => list.getByRole('article').getByRole('heading').allTextContents()
    await list.getByRole('article').nth(5).waitFor()
    assert.deepEqual(
      await titles(),
      [7, 6, 5, 4, 3, 2].map(i => `Number ${i}`),
    )
    await list.getByRole('button', { name: 'More reviews' }).click()
    await list.getByRole('article').nth(7).waitFor()
    await look(page, 'reviews-1440')
    await assertAccessible(page)

    await list.getByRole('button', { name: /^1 star/ }).click()
    await eventually('one is left', async () => (await titles()).join() === 'Number 0')
    await list.getByRole('button', { name: /^1 star/ }).click()
    await list.getByLabel('Sort by').selectOption('lowest')
    await eventually('the worst first', async () => (await titles())[0] === 'Number 0')
    await list.getByRole('button', { name: 'Verified purchases' }).click()
    await list.getByText('No review fits').waitFor()
    await list.getByRole('button', { name: 'Show all' }).click()

    const helpful = list
      .getByRole('article')
      .first()
      .getByRole('button', { name: /^Helpful/ })
    await helpful.click()
    await list.getByRole('article').first().getByText('(1)').waitFor()
    assert.equal(await helpful.getAttribute('aria-pressed'), 'true')
    await page.reload()
    await list.getByLabel('Sort by').selectOption('helpful')
    await list.getByRole('button', { name: /^Helpful/, pressed: true }).waitFor()
    assert.equal((await titles())[0], 'Number 0')
    await leave()

    const phone = await shop.visitor({ width: 390, locale: 'de-DE', colorScheme: 'dark' })
    await phone.page.goto(`${at(product)}#reviews`)
    await hydrated(phone.page)
    const german = phone.page.getByRole('region', { name: 'Bewertungen' })
    await german.getByRole('article').nth(5).waitFor()
    await german.getByText('von 5', { exact: true }).waitFor()
    await look(phone.page, 'reviews-390-dark')
    await assertAccessible(phone.page)
    const tooWide_px = await phone.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    assert.ok(tooWide_px <= 0, `${tooWide_px} px too wide`)
    await phone.leave()
  })

  test('a heart is kept, on the card and on the page; the wishlist shows what became cheaper and what is gone', async () => {
    const [lamp, gone] = [await shop.product({ price: 30 }), await shop.product()]
    const guest = await shop.visitor({ width: 390 })
    await guest.page.goto(at(lamp))
    await hydrated(guest.page)
    await guest.page.getByRole('button', { name: `Put on your wishlist: ${lamp.name}` }).click()
    await guest.page.waitForURL(/\/sign-in/)
    await guest.leave()

    const person = await join(shop)
    const { page, leave } = await shop.visitor({ width: 390 })
    await signIn(page, person, at(lamp))
    const heart = page.getByRole('button', { name: `Put on your wishlist: ${lamp.name}` })
    await heart.click()
    await told(page, 'On your wishlist.')
    assert.equal(await heart.getAttribute('aria-pressed'), 'true')
    await look(page, 'product-390')
    await page.goto('/products')
    const card = page.getByRole('button', { name: `Put on your wishlist: ${gone.name}` })
    await hydrated(page)
    await card.click()
    await told(page, 'On your wishlist.')
    await look(page, 'cards-390')

    const change = (product: api.Product, body: api.BodyOf<typeof api.updateProduct>) =>
      shop.client.call(api.updateProduct, { params: { id: product.id }, body }, shop.staff)
    await change(lamp, { price: 20 })
    await change(gone, { stock: 0 })
    await page.goto('/account/wishlist')
    await hydrated(page)
    await page.getByText('$10.00 less than before').waitFor()
    await page.getByText('Sold out. We write when it is back.').waitFor()
    await look(page, 'wishlist-390')
    await assertAccessible(page)
    await page.getByRole('button', { name: `Take off the wishlist: ${gone.name}` }).click()
    await told(page, 'no longer on your wishlist')
    await page.getByRole('button', { name: `Add to cart: ${lamp.name}` }).click()
    await page.getByRole('dialog', { name: 'In your cart' }).getByRole('link', { name: lamp.name }).waitFor()
    const { product_ids } = await shop.client.call(api.listWishlistIds, {}, person.headers)
    assert.deepEqual(product_ids, [lamp.id])
    await eventually('a mail about the price', async () =>
      (await shop.platform.mail.sent(person.email)).some(mail => mail.subject === `Now $20.00: ${lamp.name}`),
    )
    await leave()
  })
})
