import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import sharp from 'sharp'
import { unlessBrowser } from '../storefront/shop.ts'
import { complaintOf, confirm, field, type Office, openOffice } from './office.ts'

describe('the catalogue in the admin panel, in a browser', unlessBrowser, () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  after(() => office?.stop())

  const priceOf = async (id: string) => (await office.shop.client.call(api.getProduct, { params: { id } })).price

  test('a product with a picture is created and seen in the shop at once; bad input is told beside its field', async () => {
    const name = `Brass Sextant ${randomUUID().slice(0, 8)}`
    const { page, leave } = await office.admin()
    await page.goto('/products/new')
    await field(page, 'name').fill(name)
    await field(page, 'price').fill('free')
    await page.getByRole('button', { name: 'Create product' }).click()
    assert.equal(await complaintOf(page, 'price'), 'A price, zero or more.')
    await field(page, 'price').fill('149.90')
    await field(page, 'stock').fill('7')
    await field(page, 'sku').fill('not a sku')
    await page.getByRole('button', { name: 'Create product' }).click()
    // The platform's own words, beside the field it means.
    assert.match(await complaintOf(page, 'sku'), /pattern|must/i)
    await field(page, 'sku').fill('')
    await page.getByRole('button', { name: 'Create product' }).click()
    await page.waitForURL(/\/products\/[0-9a-f-]{36}$/)
    await page.getByText(`${name} is in the catalogue`).waitFor()
    const png = await sharp({ create: { width: 900, height: 700, channels: 3, background: '#c29b3f' } })
      .png()
      .toBuffer()
    await page
      .getByLabel('Pictures', { exact: true })
      .and(page.locator('input'))
      .setInputFiles({ name: 'sextant.png', mimeType: 'image/png', buffer: png })
    await page.getByText('The picture is there').waitFor()

    const shopper = await office.shop.visitor()
    await shopper.page.goto(`/search?q=${encodeURIComponent(name)}`)
    await shopper.page.getByRole('link', { name }).first().click()
    await shopper.page.getByRole('heading', { level: 1, name }).waitFor()
    await shopper.page.getByText('$149.90').first().waitFor()
    const picture = shopper.page.locator('main img[src*=".webp"]').first()
    await picture.waitFor()
    await shopper.page.waitForFunction(
      image => (image as HTMLImageElement).naturalWidth > 0,
      await picture.elementHandle(),
    )
    await shopper.leave()
    await leave()
  })

  test('a file that is no picture is refused with the reason', async () => {
    const product = await office.shop.product()
    const { page, leave } = await office.admin()
    await page.goto(`/products/${product.id}`)
    await page
      .getByLabel('Pictures', { exact: true })
      .and(page.locator('input'))
      .setInputFiles({ name: 'virus.png', mimeType: 'image/png', buffer: Buffer.from('<svg onload=alert(1)>') })
    await page
      .getByRole('alert')
      .getByText(/^virus\.png: /)
      .waitFor()
    await leave()
  })

  test('what was typed is there again after leaving the page', async () => {
    const { page, leave } = await office.admin()
    await page.goto('/products/new')
    await field(page, 'name').fill('Half a thought')
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Orders' }).click()
    await page.waitForURL('**/orders')
    await page.goto('/products/new')
    await page.getByText('This is what you had typed before').waitFor()
    assert.equal(await field(page, 'name').inputValue(), 'Half a thought')
    await leave()
  })

  test('prices of many products are changed at once, and taken back', async () => {
    const mark = randomUUID().slice(0, 8)
    const products = [
      await office.shop.product({ name: `Quill ${mark}`, price: 10 }),
      await office.shop.product({ name: `Inkwell ${mark}`, price: 19.99 }),
    ]
    const { page, leave } = await office.admin()
    await page.goto(`/products?q=${mark}`)
    await page.getByRole('link', { name: `Quill ${mark}` }).waitFor()
    await page.getByRole('checkbox', { name: 'Select all rows' }).check()
    await page.getByText('2 chosen').waitFor()
    await page.getByRole('button', { name: 'Price', exact: true }).click()
    await field(page, 'value').fill('-15')
    await confirm(page, 'Change prices')
    await page.getByText('2 products changed').waitFor()
    assert.deepEqual(await Promise.all(products.map(one => priceOf(one.id))), [8.5, 16.99])
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('As it was before').waitFor()
    assert.deepEqual(await Promise.all(products.map(one => priceOf(one.id))), [10, 19.99])
    await leave()
  })

  test('a thousand rows with some bad ones are looked at, applied without these, and taken back', async () => {
    const mark = `IMP-${randomUUID().slice(0, 6).toUpperCase()}`
    const lines = Array.from(
      { length: 1000 },
      (_, i) => `${mark}-${i},Thing ${mark} ${i},${i % 100 === 7 ? 'dear' : '5.00'}`,
    )
    const { page, leave } = await office.admin()
    await page.goto('/products/import')
    await page.getByLabel('CSV file').setInputFiles({
      name: 'things.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['sku,name,price', ...lines].join('\n')),
    })
    await page.waitForURL(/\/products\/imports\/[0-9a-f-]{36}$/)
    const countMade = async () => {
      const [row] = await office.shop.platform.sql('product')`
        select count(*)::int as made from products where sku like ${`${mark}-%`} and deleted_at is null`
      return row!.made
    }
    assert.equal(await countMade(), 0, 'nothing changes before it is said')
    await page.getByLabel('Rows', { exact: true }).first().click()
    await page.getByRole('option', { name: 'Bad' }).click()
    await page
      .getByText(/price: /)
      .first()
      .waitFor()
    await page.getByRole('button', { name: 'Apply 990, leave out 10 bad' }).click()
    await page.getByRole('button', { name: 'Take back' }).waitFor()
    assert.equal(await countMade(), 990)
    await page.getByRole('button', { name: 'Take back' }).click()
    await confirm(page, 'Take back')
    await page.getByText('Undone', { exact: true }).waitFor()
    assert.equal(await countMade(), 0)
    await leave()
  })

  test('a product comes in variants, and saving it changes only what was changed', async () => {
    const product = await office.shop.product({ price: 12 })
    const { page, leave } = await office.admin()
    await page.goto(`/products/${product.id}`)
    for (const [values, stock] of [
      ['M', '3'],
      ['L', '4'],
    ] as const) {
      await page.getByRole('button', { name: 'Add variant' }).click()
      const dialog = page.getByRole('dialog')
      if (values === 'M') await dialog.locator('[name=names]').fill('size')
      await dialog.locator('[name=values]').fill(values)
      await dialog.locator('[name=stock]').fill(stock)
      await dialog.getByRole('button', { name: 'Add variant' }).click()
      await page.getByRole('link', { name: values, exact: true }).waitFor()
    }
    // Somebody else changes its description meanwhile.
    const params = { id: product.id }
    const body = { description: 'Of waxed canvas.' }
    await office.shop.client.call(api.updateProduct, { params, body }, office.shop.staff)
    await field(page, 'name').fill(`${product.name} with a lid`)
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText(`${product.name} with a lid is saved`).waitFor()
    const now = await office.shop.client.call(api.getCatalogueProduct, { params }, office.shop.staff)
    assert.deepEqual([now.name, now.description], [`${product.name} with a lid`, 'Of waxed canvas.'])
    assert.deepEqual(
      now.variants.map(one => [one.options, one.stock_quantity]),
      [
        [{ size: 'M' }, 3],
        [{ size: 'L' }, 4],
      ],
    )
    await leave()
  })

  test('stock is adjusted with its reason, seen in its history, and taken back', async () => {
    const product = await office.shop.product({ stock: 20 })
    const { page, leave } = await office.admin()
    await page.goto(`/stock/${product.id}`)
    await field(page, 'delta').fill('-30')
    await field(page, 'reason').fill('broken in the rain')
    await page.getByRole('button', { name: 'Adjust' }).click()
    await page.getByRole('alert').waitFor()
    await field(page, 'delta').fill('-3')
    await page.getByRole('button', { name: 'Adjust' }).click()
    await page.getByText('−3, now 17 on hand').waitFor()
    await page.getByRole('gridcell', { name: 'broken in the rain' }).waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('gridcell', { name: 'undone: broken in the rain' }).waitFor()
    await leave()
  })

  test('a table is downloaded as a file with everything the filters leave', async () => {
    const mark = randomUUID().slice(0, 8)
    for (let i = 0; i < 3; i++) await office.shop.product({ name: `=Formula ${mark} ${i}`, price: 3 })
    const { page, leave } = await office.admin()
    await page.goto(`/products?q=${mark}`)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ])
    assert.equal(download.suggestedFilename(), 'products.csv')
    const rows = readFileSync(await download.path(), 'utf8')
      .replace('\uFEFF', '')
      .trim()
      .split('\r\n')
    assert.equal(rows[0], 'Product,SKU,Category,Status,Available,Price,Currency')
    assert.equal(rows.length, 4)
    assert.match(rows[1]!, new RegExp(`^'=Formula ${mark}`), 'a spreadsheet takes it for a text')
    await leave()
  })
})
