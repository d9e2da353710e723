import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { eventually, unlessBrowser } from '../storefront/shop.ts'
import { arriveAtOrder, fillIn, hydrated, payButton } from '../storefront/steps.ts'
import { confirm, field, type Office, openOffice } from './office.ts'

describe('a catalogue that comes from Shopify, in a browser', unlessBrowser, () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  after(() => office?.stop())

  /** Six variants of a shirt; the one in ink has a picture of its own. */
  const shirtOf = (mark: string) =>
    [
      'Handle,Title,Body (HTML),Vendor,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Inventory Qty,Variant Price,Image Src,Image Position,Variant Image',
      `shirt-${mark},Shirt ${mark},<p>Woven in one piece.</p>,Loom,true,Size,S,Colour,Chalk,SH-${mark}-S-C,4,58.00,/api/images/brim-straw-sun-hat.svg,1,`,
      `shirt-${mark},,,,,,S,,Ink,SH-${mark}-S-I,0,58.00,/api/images/brim-baseball-cap.svg,2,/api/images/brim-baseball-cap.svg`,
      `shirt-${mark},,,,,,M,,Chalk,SH-${mark}-M-C,9,58.00,,,`,
      `shirt-${mark},,,,,,M,,Ink,SH-${mark}-M-I,5,61.50,,,/api/images/brim-baseball-cap.svg`,
      `shirt-${mark},,,,,,L,,Chalk,SH-${mark}-L-C,1,dear,,,`,
    ].join('\n')

  async function takeIn(mark: string) {
    const { page, leave } = await office.admin()
    await page.goto('/products/import')
    await page.getByLabel('CSV file').setInputFiles({
      name: 'products_export.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(shirtOf(mark)),
    })
    await page.waitForURL(/\/products\/imports\/[0-9a-f-]{36}$/)
    await page.getByText('Variant Price: must be a number like 1234.50').waitFor()
    await page.getByRole('button', { name: 'Apply 5, leave out 1 bad' }).click()
    await page.getByRole('button', { name: 'Take back' }).waitFor()
    return { page, leave }
  }
  const shirt = (mark: string) => office.shop.client.call(api.getProduct, { params: { id: `shirt-${mark}` } })

  test('is taken in, found by the sku and the size of a variant, and this variant is bought', async () => {
    const mark = randomUUID().slice(0, 6)
    const staff = await takeIn(mark)
    await staff.leave()
    const { page, leave } = await office.shop.visitor()
    await page.goto(`/search?q=SH-${mark}-M-I`)
    await hydrated(page)
    const card = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: `Shirt ${mark}` }) })
    await card.getByText('from $58.00').waitFor()
    // What it comes in narrows the list.
    await page.goto(`/search?q=${mark}&attribute.size=L`)
    await hydrated(page)
    assert.equal(await card.count(), 0)
    await page.goto(`/search?q=${mark}&attribute.size=M`)
    await hydrated(page)
    await page.getByRole('link', { name: `Shirt ${mark}` }).click()
    await page.waitForURL('**/products/*')
    await page.getByRole('radio', { name: 'M' }).check()
    await page.getByRole('radio', { name: 'Ink' }).check()
    await page.getByText('$61.50').first().waitFor()
    // Its own picture is what one sees.
    await page.locator('[aria-current=true] img[src$="brim-baseball-cap.svg"]').waitFor()
    await page.getByRole('button', { name: 'Add to cart' }).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByRole('link', { name: `Shirt ${mark} – M / Ink` }).waitFor()
    await drawer.locator('img[src$="brim-baseball-cap.svg"]').waitFor()
    await drawer.getByRole('link', { name: 'Check out' }).click()
    await page.waitForURL('**/checkout')
    await fillIn(page, `${mark}@example.com`)
    await payButton(page).click()
    await arriveAtOrder(page)
    await leave()
    const stock = await eventually('the stock to follow', async () => {
      const { variants, stock_quantity } = await shirt(mark)
      return stock_quantity === 17 && variants.map(one => one.stock_quantity)
    })
    assert.deepEqual(stock, [4, 0, 9, 4])
  })

  test('has one line in the list of staff; its prices change together and come back, and so does it when it is deleted', async () => {
    const mark = randomUUID().slice(0, 6)
    const { page, leave } = await takeIn(mark)
    const prices = async () => (await shirt(mark)).variants.map(one => one.price)
    await page.goto(`/products?q=SH-${mark}-M`)
    await page.getByRole('row').filter({ hasText: '4 variants' }).getByText('from $58.00').waitFor()
    await page.getByRole('checkbox', { name: 'Select all rows' }).check()
    await page.getByText('1 chosen').waitFor()
    await page.getByRole('button', { name: 'Price', exact: true }).click()
    await field(page, 'value').fill('-10')
    await confirm(page, 'Change prices')
    await page.getByText('4 products changed').waitFor()
    assert.deepEqual(await prices(), [52.2, 52.2, 52.2, 55.35])
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('As it was before').waitFor()
    assert.deepEqual(await prices(), [58, 58, 58, 61.5])

    await page.getByRole('link', { name: `Shirt ${mark}` }).click()
    await page.getByRole('link', { name: 'M / Ink' }).waitFor()
    const before = await shirt(mark)
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await confirm(page, 'Delete product')
    await page.getByText(`Shirt ${mark} is deleted`).waitFor()
    const { status } = await office.shop.client.send(api.getProduct, { params: { id: before.id } })
    assert.equal(status, 404)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText(`Shirt ${mark} is back as it was`).waitFor()
    assert.deepEqual((await shirt(mark)).variants, before.variants)
    await leave()
  })
})
