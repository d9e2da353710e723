import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import type { Page } from 'playwright-core'
import { complaintOf, field, fillSignIn, isFocused, join, linkIn, signIn } from './people.ts'
import { eventually, openShop, type Shop, unlessBrowser } from './shop.ts'
import { assertAccessible, fillAddress, hydrated } from './steps.ts'

describe('the account of a customer, in a browser', unlessBrowser, () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
  })
  after(() => shop?.stop())

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name })
  /** What is said in passing. */
  const told = (page: Page, text: string | RegExp) =>
    page.getByRole('status').filter({ hasText: text }).last().waitFor()

  test('every page of an account: axe finds nothing, in light and in dark, and nothing is wider than a telephone', async () => {
    const person = await join(shop)
    const product = await shop.product()
    const body = { items: [{ product_id: product.id, quantity: 1 }], payment_method: 'tok_approve' }
    await shop.client.call(api.placeOrder, { body }, person.headers)
    const address = { name: 'Ada', line1: '12 St James Square', city: 'London', postal_code: 'SW1Y 4JH', country: 'GB' }
    await shop.client.call(api.createAddress, { body: { address } }, person.headers)
    const { page, leave } = await shop.visitor({ width: 390 })
    await signIn(page, person)
    const pages = ['', '/orders', '/addresses', '/addresses/new', '/profile', '/security', '/security/second-factor']
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const path of [...pages, '/wishlist', '/reviews', '/notifications', '/data']) {
        await page.goto(`/account${path}`)
        await hydrated(page)
        await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
        const tooWide_px = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        assert.ok(tooWide_px <= 0, `/account${path} is ${tooWide_px} px too wide`)
        await assertAccessible(page)
      }
    }
    await leave()
  })

  test('in German every page of an account speaks German', async () => {
    const person = await join(shop)
    const { page, leave } = await shop.visitor({ locale: 'de-DE' })
    await page.goto('/sign-in')
    await hydrated(page)
    await field(page, 'E-Mail-Adresse').fill(person.email)
    await field(page, 'Passwort').fill(person.password)
    await page.locator('form').getByRole('button', { name: 'Anmelden' }).click()
    await heading(page, 'Hallo, Ada').waitFor()
    for (const [name, title] of [
      ['Bestellungen', 'Ihre Bestellungen'],
      ['Wunschzettel', 'Ihr Wunschzettel'],
      ['Bewertungen', 'Ihre Bewertungen'],
      ['Adressen', 'Ihre Adressen'],
      ['Profil', 'Ihr Profil'],
      ['Anmeldung und Sicherheit', 'Anmeldung und Sicherheit'],
      ['Benachrichtigungen', 'Benachrichtigungen'],
      ['Ihre Daten', 'Ihre Daten'],
    ] as const) {
      await page.getByRole('navigation', { name: 'Ihr Konto' }).getByRole('link', { name }).click()
      await heading(page, title).waitFor()
    }
    await leave()
  })

  test('orders: page by page, newest first, and ordered again with a word about what is not to be had', async () => {
    const person = await join(shop)
    const [plenty, last] = [
      await shop.product({ name: 'Clay Jug' }),
      await shop.product({ name: 'Last Lamp', stock: 1 }),
    ]
    const order = (products: api.Product[]) =>
      shop.client.call(
        api.placeOrder,
        { body: { items: products.map(one => ({ product_id: one.id, quantity: 1 })), payment_method: 'tok_approve' } },
        person.headers,
      )
    const oldest = await order([plenty, last])
    for (let i = 0; i < 11; i++) await order([plenty])
    const { page, leave } = await shop.visitor()
    await signIn(page, person, '/account/orders')
    const list = page.getByRole('article')
    await list.nth(9).waitFor()
    assert.equal(await list.count(), 10)
    await page.getByRole('button', { name: 'Show older orders' }).click()
    await list.nth(11).waitFor()
    assert.equal(await list.count(), 12)
    assert.equal(await page.getByRole('button', { name: 'Show older orders' }).count(), 0)
    const first = list.nth(10).getByRole('link').first()
    await eventually('the focus on the first of the older ones', () =>
      first.evaluate(link => link === document.activeElement),
    )
    await list.last().getByRole('link', { name: last.name }).waitFor({ state: 'attached' })
    await page.getByRole('button', { name: `Order again: ${oldest.number}` }).click()
    await page.waitForURL('**/cart')
    await told(page, `Not all of it: ${last.name} cannot be bought just now.`)
    await page.getByRole('link', { name: plenty.name }).first().waitFor()
    await page.goBack()
    await page.getByRole('link', { name: `Show order: ${oldest.number}` }).waitFor({ state: 'detached' })
    await page
      .getByRole('link', { name: /^Show order/ })
      .first()
      .click()
    await page.waitForURL(/\/orders\/[0-9a-f-]{36}$/)
    await leave()
  })

  test('addresses: complaints beside their fields, added, changed, made the default, deleted and put back', async () => {
    const person = await join(shop)
    const { page, leave } = await shop.visitor()
    await signIn(page, person, '/account/addresses')
    await page.getByRole('heading', { name: 'No addresses yet' }).waitFor()
    await page.getByRole('main').getByRole('link', { name: 'Add an address' }).first().click()
    await heading(page, 'Add an address').waitFor()
    await field(page, 'City').fill('London')
    await page.getByRole('button', { name: 'Save' }).click()
    assert.match(await complaintOf(page, 'Street and number'), /fill this in/)
    assert.match(await complaintOf(page, 'Postal code'), /fill this in/)
    assert.ok(await isFocused(page, 'Street and number'), 'the focus goes to the first complaint')
    assert.equal(await field(page, 'City').inputValue(), 'London')
    await assertAccessible(page)
    await field(page, 'Street and number').fill('x')
    assert.equal(await field(page, 'Street and number').getAttribute('aria-invalid'), 'false')
    await fillAddress(page)
    await field(page, 'What you call it').fill('Home')
    await page.getByRole('button', { name: 'Save' }).click()
    await told(page, 'The address is saved.')
    const card = (name: string) =>
      page.getByRole('listitem').filter({ has: page.getByRole('button', { name: `Delete: ${name}` }) })
    await card('Home').getByText('Default', { exact: true }).waitFor()

    await page.getByRole('link', { name: 'Add an address' }).first().click()
    await fillAddress(page)
    await field(page, 'Street and number').fill('77 Unter den Linden')
    await field(page, 'What you call it').fill('Office')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('button', { name: 'Use as default: Office' }).click()
    await card('Office').getByText('Default', { exact: true }).waitFor()
    assert.equal(await card('Home').getByText('Default', { exact: true }).count(), 0)

    await page.getByRole('link', { name: 'Edit: Home' }).click()
    await heading(page, 'Edit address').waitFor()
    assert.equal(await field(page, 'Street and number').inputValue(), '12 St James Square')
    await field(page, 'City').fill('Westminster')
    await page.getByRole('button', { name: 'Save' }).click()
    await card('Home').getByText('SW1Y 4JH Westminster').waitFor()

    await page.getByRole('button', { name: 'Delete: Home' }).click()
    await card('Home').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await card('Home').getByText('SW1Y 4JH Westminster').waitFor()
    const { items } = await shop.client.call(api.listAddresses, {}, person.headers)
    assert.deepEqual(
      items.map(({ label, is_default }) => [label, is_default]),
      [
        ['Office', true],
        ['Home', false],
      ],
    )
    await leave()
  })

  test('another name at once; another e-mail with the password, once the link sent there is opened', async () => {
    const person = await join(shop)
    const next = `grace.${person.email}`
    const { page, leave } = await shop.visitor()
    await signIn(page, person, '/account/profile')
    await field(page, 'First name').fill('Grace')
    await field(page, 'Last name').fill('')
    await page.getByRole('button', { name: 'Save name' }).click()
    await told(page, 'Saved.')
    const profile = await shop.client.call(api.getProfile, {}, person.headers)
    assert.deepEqual([profile.first_name, profile.last_name], ['Grace', null])

    await field(page, 'New e-mail address').fill(next)
    await field(page, 'Your password').fill('not this one')
    await page.getByRole('button', { name: 'Change address' }).click()
    assert.match(await complaintOf(page, 'Your password'), /not your password/)
    assert.ok(await isFocused(page, 'Your password'))
    assert.equal(await field(page, 'New e-mail address').inputValue(), next)
    await field(page, 'Your password').fill(person.password)
    await page.getByRole('button', { name: 'Change address' }).click()
    await page.getByText(`We wrote to ${next}`).waitFor()
    await page.getByText(`Now: ${person.email}`).waitFor()
    await page.goto(await linkIn(shop, next, 'verify-email'))
    await heading(page, 'Your address is confirmed').waitFor()
    await page.goto('/account/profile')
    await page.getByText(`Now: ${next}`).waitFor()
    await page.getByText('confirmed', { exact: true }).waitFor()
    await leave()
  })

  test('devices: this one is marked, another one is ended, and another password ends the rest', async () => {
    const person = await join(shop)
    const { page, leave } = await shop.visitor()
    const [one, two] = [await shop.visitor(), await shop.visitor({ width: 390 })]
    await signIn(one.page, person)
    await signIn(two.page, person)
    await signIn(page, person, '/account/security')
    const devices = page.getByRole('listitem').filter({ hasText: 'Last used' })
    // Registering has made one more.
    await devices.nth(3).waitFor()
    assert.equal(await devices.filter({ hasText: 'This one' }).count(), 1)
    assert.equal(await devices.first().getByRole('button').count(), 0, 'this one is ended by signing out')
    await devices
      .nth(1)
      .getByRole('button', { name: /^Sign out/ })
      .click()
    await told(page, /is signed out\.$/)
    await devices.nth(3).waitFor({ state: 'detached' })
    // The newest comes first: it is the second visitor who was ended.
    await eventually('a page that sends the second visitor away', async () => {
      await two.page.goto('/account/orders')
      await two.page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('[aria-busy=true]'))
      return new URL(two.page.url()).pathname === '/sign-in'
    })

    await field(page, 'Current password').fill('not this one')
    await field(page, 'New password').fill('another battery staple')
    await page.getByRole('button', { name: 'Change password' }).click()
    assert.match(await complaintOf(page, 'Current password'), /not your password/)
    await field(page, 'Current password').fill(person.password)
    await page.getByRole('button', { name: 'Change password' }).click()
    await told(page, 'Your password is changed')
    await devices.nth(1).waitFor({ state: 'detached' })
    await eventually('a page that sends the first visitor away', async () => {
      await one.page.goto('/account/orders')
      await one.page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('[aria-busy=true]'))
      return new URL(one.page.url()).pathname === '/sign-in'
    })
    await fillSignIn(one.page, { ...person, password: 'another battery staple' })
    await heading(one.page, 'Your orders').waitFor()
    await page.reload()
    await devices.nth(1).waitFor()
    await one.leave()
    await two.leave()
    await leave()
  })

  test('notifications: language, mails, and text messages once there is a number', async () => {
    const person = await join(shop)
    const { page, leave } = await shop.visitor()
    await signIn(page, person, '/account/notifications')
    const kept = () => shop.client.call(api.getNotificationPreferences, {}, person.headers)
    await page.getByRole('radio', { name: 'Deutsch' }).click({ force: true })
    await told(page, 'Saved.')
    assert.equal((await kept()).locale, 'de')
    await page.getByRole('switch', { name: 'News and offers' }).click()
    await eventually('news', async () => (await kept()).email_news)
    await page.getByRole('switch', { name: 'Your wishlist' }).click()
    await eventually('no news of wishes', async () => !(await kept()).email_wishlist)
    const sms = page.getByRole('switch', { name: /confirmed, shipped or delivered/ }).first()
    await sms.click()
    assert.ok(await isFocused(page, 'Mobile number'), 'a number is asked for first')
    await field(page, 'Mobile number').fill('0151 12345678')
    await page.getByRole('button', { name: 'Save number' }).click()
    assert.match(await complaintOf(page, 'Mobile number'), /country code/)
    assert.equal((await kept()).sms_order_updates, false)
    await field(page, 'Mobile number').fill('+49 151 12345678')
    await page.getByRole('button', { name: 'Save number' }).click()
    await eventually('text messages', async () => {
      const { phone, sms_order_updates } = await kept()
      return phone === '+4915112345678' && sms_order_updates
    })
    await page.reload()
    await page.locator('input[role=switch]:checked').nth(2).waitFor()
    assert.ok(await sms.isChecked())
    await leave()
  })

  test('who agrees to be reminded of their cart is, once, and ends it with a click in the mail', async () => {
    const person = await join(shop)
    const product = await shop.product()
    const { page, leave } = await shop.visitor()
    await signIn(page, person, '/account/notifications')
    const reminders = page.getByRole('switch', { name: 'Your cart' })
    assert.equal(await reminders.isChecked(), false, 'off until asked for')
    await reminders.click()
    await told(page, 'Saved.')

    const body = { product_id: product.id, quantity: 2 }
    const cart = await shop.client.call(api.addCartItem, { body }, person.headers)
    await shop.platform.sql('cart')`
      update carts set updated_at = now() - interval '5 hours', watch_at = now() where id = ${cart.id}`
    const mail = await eventually('a reminder', async () => {
      await shop.platform.drain()
      return (await shop.platform.mail.sent(person.email)).find(one => one.subject.includes(product.name))
    })
    const [, link] = /Unsubscribe: (\S+)/.exec(mail.text)!
    await page.goto(shop.platform.url('gateway') + new URL(link!).pathname)
    await page.getByText('will no longer send you reminders of your cart').waitFor()
    await page.getByRole('button', { name: /Unsubscribe/ }).click()
    await page.getByRole('heading', { name: /Done/ }).waitFor()
    await page.goto('/account/notifications')
    await hydrated(page)
    await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
    assert.equal(await reminders.isChecked(), false)
    assert.equal(await page.getByRole('switch', { name: 'Your wishlist' }).isChecked(), true)
    await leave()
  })

  test('a message to the browser is shown, and leads to the order when it is pressed', async () => {
    const { page, context, leave } = await shop.visitor()
    await context.grantPermissions(['notifications'], { origin: shop.url })
    await page.goto('/sign-in')
    const session = await context.newCDPSession(page)
    const registered = new Promise<string>(resolve =>
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        if (registrations[0]) resolve(registrations[0].registrationId)
      }),
    )
    await session.send('ServiceWorker.enable')
    await page.evaluate(async () => {
      await navigator.serviceWorker.register('/push-worker.js')
      await navigator.serviceWorker.ready
    })
    const note = { id: 'one', title: 'Shopfleet', body: 'SF-100001 is on its way', url: `${shop.url}/account/orders` }
    const push = { origin: shop.url, registrationId: await registered, data: JSON.stringify(note) }
    const shown = await eventually('the message', async () => {
      // Chromium drops what it is given before its worker runs, and says nothing. A message that comes twice is shown once.
      await session.send('ServiceWorker.deliverPushMessage', push)
      return page.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready
        const [first] = await registration.getNotifications()
        return first && { title: first.title, body: first.body, url: first.data.url }
      })
    })
    assert.deepEqual(shown, { title: note.title, body: note.body, url: note.url })
    await leave()
  })

  test('everything the shop knows of a person is a file; an erased account is gone, with a receipt', async () => {
    const person = await join(shop)
    const { page, leave } = await shop.visitor()
    await signIn(page, person, '/account/data')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download my data' }).click(),
    ])
    assert.match(download.suggestedFilename(), /^my-data-\d{4}-\d\d-\d\d\.json$/)
    const all = JSON.parse(await readFile(await download.path(), 'utf8'))
    assert.equal(all.user_id, person.id)
    assert.deepEqual(Object.keys(all.services).sort(), ['analytics', 'cart', 'notification', 'order', 'review', 'user'])

    await page.getByRole('button', { name: 'Erase my account' }).click()
    await field(page, 'E-mail address').fill('somebody@example.com')
    await page.getByRole('button', { name: 'Erase for good' }).click()
    assert.match(await complaintOf(page, 'E-mail address'), /not your e-mail address/)
    await assertAccessible(page)
    await page.getByRole('button', { name: 'Keep my account' }).click()
    await page.getByRole('button', { name: 'Erase my account' }).click()
    await field(page, 'E-mail address').fill(person.email)
    await page.getByRole('button', { name: 'Erase for good' }).click()
    await page.waitForURL(/\/erased\/[0-9a-f-]{36}$/)
    await heading(page, 'Your account is erased').waitFor()
    await page.getByText('All parts of the shop have forgotten you.').waitFor()
    await assertAccessible(page)
    await page.getByRole('link', { name: 'Sign in' }).first().click()
    await hydrated(page)
    await fillSignIn(page, person)
    await page.getByText('do not belong together').waitFor()
    await leave()
  })
})
