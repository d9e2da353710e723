import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import sharp from 'sharp'
import { openShop, type Shop, unlessBrowser } from './shop.ts'
import { assertAccessible, hydrated } from './steps.ts'

describe('a product in variants, in a browser', unlessBrowser, () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
  })
  after(() => shop?.stop())

  async function shirt() {
    const parent = await shop.product({ price: 30, stock: 0 })
    const add = (options: Record<string, string>, more: object) =>
      shop.client.call(api.createVariant, { params: { id: parent.id }, body: { options, ...more } }, shop.staff)
    const small = await add({ size: 'S', colour: 'red' }, { stock: 0 })
    const medium = await add({ size: 'M', colour: 'red' }, { stock: 3, price: 24 })
    const blue = await add({ size: 'M', colour: 'blue' }, { stock: 20, price: 31 })
    return { parent, small, medium, blue }
  }

  test('is chosen by its options, shows what that one costs and has, and is what gets into the cart', async () => {
    const { parent, medium, blue } = await shirt()
    const { page, leave } = await shop.visitor()
    await page.goto(`/products/${parent.slug}`)
    await hydrated(page)
    const option = (name: string) => page.getByRole('radio', { name })
    assert.equal(await option('M').isChecked(), true, 'the first that is there')
    await assertAccessible(page)
    await page.getByText('Only 3 left').waitFor()
    await page.getByText('$24.00').first().waitFor()
    // By the keyboard as well.
    await option('red').focus()
    await page.keyboard.press('ArrowRight')
    assert.equal(await option('blue').isChecked(), true)
    await page.getByText('$31.00').first().waitFor()
    await page.getByText('In stock').first().waitFor()
    await option('S').check()
    await page.getByText('$30.00').first().waitFor()
    await page.getByRole('status').getByText('Sold out').waitFor()
    assert.equal(await page.locator('button[data-add]').isDisabled(), true)
    await option('M').check()
    assert.equal(await option('red').isChecked(), true, 'what else was chosen stays')
    await page.locator('button[data-add]').click()
    await page.getByRole('dialog').getByRole('link', { name: medium.name }).waitFor()
    await page.goto(`/products/${blue.slug}`)
    await page.getByText('$31.00').first().waitFor()
    assert.equal(await option('blue').isChecked(), true, 'the address of a variant shows it')
    assert.equal(await page.locator('link[rel=canonical]').getAttribute('href'), `${shop.url}/products/${parent.slug}`)
    await leave()
  })

  test('is one card in a list, with the lowest price; its uploaded picture comes in the size it is shown', async () => {
    const { parent } = await shirt()
    const bytes = await sharp({ create: { width: 1600, height: 1600, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer()
    const input = { params: { id: parent.id }, query: { alt: 'Folded' }, body: Uint8Array.from(bytes) }
    const { image_url } = await shop.client.call(api.uploadImage, input, shop.staff)
    const { page, leave } = await shop.visitor({ width: 390 })
    await page.goto(`/search?q=${encodeURIComponent(parent.name)}`)
    await hydrated(page)
    const cards = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: parent.name }) })
    assert.equal(await cards.count(), 1)
    await cards.getByText('from $24.00').waitFor()
    const fetched = await cards.locator('img').evaluate(async (img: HTMLImageElement) => {
      await img.decode()
      return new URL(img.currentSrc).pathname
    })
    assert.notEqual(fetched, image_url)
    assert.match(fetched, /-(320|640)\.webp$/)
    await leave()
  })
})
