import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { unlessBrowser } from '../storefront/shop.ts'
import { assertAccessible } from '../storefront/steps.ts'
import { type Office, openOffice } from './office.ts'

describe('coupons in the admin panel, in a browser', unlessBrowser, () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  after(() => office?.stop())

  const listed = async () => (await office.shop.client.call(api.listCoupons, { query: {} }, office.shop.staff)).items

  test('staff make a coupon, see what is wrong beside its field, switch it off and delete it', async () => {
    const { page, leave } = await office.admin()
    await page.goto('/coupons')
    await page.getByText('There are no coupons').waitFor()
    await page.getByRole('button', { name: 'New coupon' }).first().click()
    const making = page.getByRole('dialog', { name: 'New coupon' })
    await making.getByLabel('Code').fill('a')
    await making.getByRole('button', { name: 'Make coupon' }).click()
    await making.locator('#field-code[aria-invalid=true]').waitFor()
    await assertAccessible(page)
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/panel-new.png` })
    await making.getByLabel('Code').fill('harbour-5')
    await making.getByLabel('What for').fill('For friends of the harbour')
    await making.getByLabel('Uses in all').fill('20')
    await making.getByRole('button', { name: 'Make coupon' }).click()
    await page.getByRole('gridcell', { name: 'HARBOUR-5' }).waitFor()
    await assertAccessible(page)
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/panel.png` })
    const [made] = await listed()
    assert.deepEqual([made!.percent, made!.max_uses, made!.is_active], [10, 20, true])

    await page.getByRole('gridcell', { name: 'HARBOUR-5' }).click()
    const changing = page.getByRole('dialog', { name: 'Coupon HARBOUR-5' })
    await changing.getByLabel('It can be used').uncheck()
    await changing.getByRole('button', { name: 'Save' }).click()
    await changing.waitFor({ state: 'hidden' })
    assert.equal((await listed())[0]!.is_active, false)
    await page.getByRole('gridcell', { name: 'HARBOUR-5' }).click()
    await changing.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('There are no coupons').waitFor()
    assert.deepEqual(await listed(), [])
    await leave()
  })
})
