import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { Secret, TOTP } from 'otpauth'
import { join } from '../storefront/people.ts'
import { unlessBrowser } from '../storefront/shop.ts'
import { administrator, complaintOf, field, fillSignIn, type Office, openOffice, signIn } from './office.ts'

/* Who comes into the back office, and what they see there. */

describe('the door of the admin panel, in a browser', unlessBrowser, () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  after(() => office?.stop())

  test('staff sign in and are led to the page they wanted; a wrong password is told beside the field', async () => {
    const { page, leave } = await office.stranger()
    await page.goto('/orders?status=pending')
    await page.waitForURL(/\/sign-in\?from=/)
    await fillSignIn(page, { ...administrator, password: 'not this one' })
    assert.equal(await complaintOf(page, 'password'), 'E-mail or password is wrong.')
    assert.equal(await field(page, 'email').inputValue(), administrator.email, 'what was typed stays')
    await field(page, 'password').fill(administrator.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/orders?status=pending')
    await page.getByRole('heading', { level: 1, name: 'Orders' }).waitFor()
    await page.getByRole('button', { name: 'Your account' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in**')
    await leave()
  })

  test('a customer is told that this is for staff, and shown the way to the shop', async () => {
    const person = await join(office.shop)
    const { page, leave } = await office.stranger()
    await page.goto('/sign-in')
    await fillSignIn(page, person)
    await page.getByText('This is where staff work').waitFor()
    assert.equal(await page.getByRole('link', { name: 'To the shop' }).getAttribute('href'), office.shop.url)
    assert.equal(await page.getByRole('navigation').count(), 0)
    await leave()
  })

  test('whoever is staff in the panel can be a customer in the shop, in the same browser', async () => {
    const person = await join(office.shop)
    const { page, context, leave } = await office.stranger()
    await signIn(page, administrator)
    const shopPage = await context.newPage()
    await shopPage.goto(`${office.shop.url}/sign-in?from=/account`)
    await shopPage.waitForFunction(() =>
      Object.keys(document.querySelector('main') ?? {}).some(key => key.startsWith('__react')),
    )
    await shopPage.getByLabel('E-mail address').fill(person.email)
    await shopPage.getByLabel(/^Password/).fill(person.password)
    await shopPage.locator('form').getByRole('button', { name: 'Sign in' }).click()
    await shopPage.waitForURL('**/account')
    await page.reload()
    await page.getByRole('button', { name: 'Your account' }).click()
    await page.getByText(administrator.email).first().waitFor()
    await leave()
  })

  test('a second factor is set up on one’s account and asked for from then on', async () => {
    const person = await join(office.shop)
    await office.shop.client.call(
      api.setUserRole,
      { params: { id: person.id }, body: { role: 'support' } },
      office.shop.staff,
    )
    const { page, leave } = await office.stranger()
    await signIn(page, person)
    await page.goto('/account')
    await page.getByRole('button', { name: 'Set up' }).click()
    const setup = page.getByRole('region', { name: 'Second factor' })
    await setup.locator('[name=current_password]').fill(person.password)
    await setup.getByRole('button', { name: 'Begin' }).click()
    const secret = ((await setup.locator('code').first().textContent()) ?? '').replaceAll(/\s/g, '')
    const totp = new TOTP({ secret: Secret.fromBase32(secret) })
    await setup.locator('[name=code]').fill(totp.generate())
    await setup.getByRole('button', { name: 'Confirm' }).click()
    await setup.getByRole('list', { name: 'Recovery codes' }).waitFor()
    const recovery = await setup.getByRole('list', { name: 'Recovery codes' }).locator('code').first().textContent()
    await setup.getByRole('button', { name: 'I have kept them' }).click()
    await setup.getByText(/^On; \d+ recovery codes left/).waitFor()
    await leave()

    const later = await office.stranger()
    await later.page.goto('/sign-in')
    await fillSignIn(later.page, person)
    await field(later.page, 'code').fill('000000')
    await later.page.getByRole('button', { name: 'Go on' }).click()
    assert.equal(await complaintOf(later.page, 'code'), 'The code is wrong, or was used before.')
    await field(later.page, 'code').fill(recovery!)
    await later.page.getByRole('button', { name: 'Go on' }).click()
    await later.page.getByRole('link', { name: 'Dashboard' }).waitFor()
    await later.leave()
  })

  test('a role without a permission neither sees nor can do', async () => {
    const { page, leave } = await office.worker('warehouse')
    const menu = page.getByRole('navigation', { name: 'Pages' })
    await menu.getByRole('link', { name: 'Stock' }).waitFor()
    assert.deepEqual(await menu.getByRole('link').allTextContents(), ['Dashboard', 'Orders', 'Messages', 'Stock'])
    await page.goto('/products')
    await page.getByText('Your role does not include this').waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search everywhere' }).fill('roles')
    await page.getByText('Nothing found.').waitFor()
    // And the platform does not take the panel's word for it.
    const status = await page.evaluate(async () => {
      const headers = { 'content-type': 'application/json', 'x-session-mode': 'cookie' }
      const body = JSON.stringify({ name: 'A product of nobody', price: 1 })
      return (await fetch('/api/products', { method: 'POST', headers, body })).status
    })
    assert.equal(status, 403)
    await leave()
  })
})
