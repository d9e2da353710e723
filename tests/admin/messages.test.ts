import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { unlessBrowser } from '../storefront/shop.ts'
import { type Office, openOffice } from './office.ts'

describe('messages in the admin panel, in a browser', unlessBrowser, () => {
  let office: Office
  before(async () => {
    office = await openOffice()
  })
  after(() => office?.stop())

  test('what a customer was sent is opened from their order, and opens nothing: not the order, not the network', async () => {
    const product = await office.shop.product()
    const order = await office.order(product.id)
    await office.shop.platform.drain()
    const { page, leave } = await office.worker('support', { expects: /^Blocked script|^Loading the image/ })
    await page.goto(`/orders/${order.id}`)
    const story = page.getByRole('region', { name: 'What happened' })
    await story.getByRole('link', { name: /is confirmed \(email, sent\)/ }).click()
    await page.getByRole('heading', { level: 1, name: `Order ${order.number} is confirmed` }).waitFor()
    await page.getByText(order.email!).first().waitFor()
    const letter = page.frameLocator('iframe[title="The message as it was sent"]')
    await letter.getByRole('heading', { name: 'Thank you for your order' }).waitFor()
    await letter.getByText(product.name).first().waitFor()
    const html = await letter.locator('html').innerHTML()
    assert.match(html, new RegExp(`/orders/${order.id}#…`))
    assert.ok(!html.includes(order.order_token!), 'the token that opens the order is not shown')

    // As if a message had been written by somebody who means ill.
    const loads: string[] = []
    const isBlocked = (why = '') => /csp|blocked/i.test(why)
    page.on('requestfinished', request => loads.push(request.url()))
    page.on('requestfailed', request => {
      if (!isBlocked(request.failure()?.errorText)) loads.push(request.url())
    })
    await office.shop.platform.sql('notification')`
      update message_tries set html = ${`<!doctype html><h1>Thank you, and look</h1><script>top.document.title = 'mine'</script>
        <img src="${office.shop.url}/logo.png?seen"><img src="https://elsewhere.invalid/seen.png">`}`
    await page.reload()
    await letter.getByRole('heading', { name: 'Thank you, and look' }).waitFor()
    await page.waitForLoadState('networkidle')
    assert.deepEqual(
      loads.filter(url => /seen/.test(url)),
      [],
    )
    assert.doesNotMatch(await page.title(), /mine/)

    await page.getByRole('button', { name: 'Text' }).click()
    await page.getByText(/Thank you for your order\n/).waitFor()
    await page.getByRole('region', { name: 'Tries' }).getByText('Sent').waitFor()
    await page.getByRole('link', { name: 'Open the order' }).click()
    await page.waitForURL(`**/orders/${order.id}`)
    await leave()
  })

  test('a link that sets a password is not shown to staff; it is found by the address, and from the customer’s page', async () => {
    const email = `ada.${randomUUID()}@example.com`
    const { user } = await office.shop.client.call(api.register, { body: { email, password: 'correct horse battery' } })
    await office.shop.client.call(api.forgotPassword, { body: { email } })
    await office.shop.platform.drain()
    const [mail] = (await office.shop.platform.mail.sent(email)).filter(one => /password/i.test(one.subject))
    const [, token] = /\/reset-password\?token=([\w-]+)/.exec(mail!.text)!

    const { page, leave } = await office.admin()
    await page.goto(`/messages?recipient=${encodeURIComponent(email)}&template=reset-password`)
    await page.getByRole('link', { name: mail!.subject }).click()
    const letter = page.frameLocator('iframe[title="The message as it was sent"]')
    await letter.getByRole('link', { name: 'Set a new password' }).waitFor()
    assert.match(await letter.locator('html').innerHTML(), /\/reset-password\?…/)
    await page.getByRole('button', { name: 'Text' }).click()
    await page.getByText(/\/reset-password\?…/).waitFor()
    const everything =
      (await page.content()) + (await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage })))
    assert.ok(!everything.includes(token!))

    await page.getByRole('link', { name: 'Open the customer' }).click()
    await page.waitForURL(`**/customers/${user.id}`)
    await page.getByRole('link', { name: mail!.subject }).click()
    await page.waitForURL('**/messages/*')
    await leave()
  })

  test('a message that was refused says why, shows what it would have said, and is sent again', async () => {
    const email = `grace.${randomUUID()}@example.com`
    const { platform } = office.shop
    await platform.mail.setFault('permanent')
    try {
      const body = { email, subject: 'Your question', text: 'Yes, it comes in blue.' }
      await office.shop.client.call(api.sendNotification, { body }, office.shop.staff)
      await platform.drain()
    } finally {
      await platform.mail.setFault()
    }
    const { page, leave } = await office.worker('support')
    await page.goto('/messages?status=failed')
    await page.getByRole('link', { name: 'Your question' }).click()
    const tries = page.getByRole('region', { name: 'Tries' })
    await tries.getByText(/550/).waitFor()
    await page
      .frameLocator('iframe[title="The message as it was sent"]')
      .getByText('Yes, it comes in blue.')
      .last()
      .waitFor()
    await page.getByRole('button', { name: 'Send again' }).click()
    await page.getByText('It is sent again').waitFor()
    await tries.getByText('Sent', { exact: true }).waitFor()
    assert.equal((await platform.mail.sent(email)).length, 1)
    await leave()
  })
})
