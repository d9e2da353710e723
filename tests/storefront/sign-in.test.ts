import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { freePorts } from '@shopfleet/testing'
import { Secret, TOTP } from 'otpauth'
import { complaintOf, field, fillSignIn, isFocused, join, linkIn, newPerson, signIn } from './people.ts'
import { openShop, type Shop, unlessBrowser } from './shop.ts'
import { addToCart, assertAccessible, hydrated } from './steps.ts'

/** A provider of sign-ins, with its own pages. */
async function startProvider(shop: string): Promise<{ issuer: string; server: Server }> {
  // It has no types of its own.
  const { default: Provider } = (await import('oidc-provider' as string)) as { default: any }
  const [port] = await freePorts(1)
  const issuer = `http://localhost:${port}`
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'shop', client_secret: 'hush', redirect_uris: [`${shop}/sign-in/callback`] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['a key of this test'] },
    findAccount: async (_: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, email: `${id}@example.com`, email_verified: true, name: 'Grace Hopper' }),
    }),
  })
  const server = createServer(provider.callback())
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return { issuer, server }
}

describe('signing in, in a browser', unlessBrowser, () => {
  let shop: Shop
  let provider: Server
  before(async () => {
    shop = await openShop()
    const { issuer, server } = await startProvider(shop.url)
    provider = server
    Object.assign(shop.platform.service('user').ctx.config, {
      OIDC_ISSUER: issuer,
      OIDC_NAME: 'Example',
      OIDC_CLIENT_ID: 'shop',
      OIDC_CLIENT_SECRET: 'hush',
    })
  })
  after(async () => {
    await shop?.stop()
    provider?.closeAllConnections()
    provider?.close()
  })

  test('somebody registers, confirms the address by the mail, signs out, and signs in again', async () => {
    const { page, leave } = await shop.visitor()
    const { email, password } = newPerson()
    await page.goto('/register')
    await hydrated(page)
    await assertAccessible(page)
    await field(page, 'Your name').fill('Ada Lovelace')
    await field(page, 'E-mail address').fill('ada at example')
    await field(page, 'Password').fill('short')
    await page.getByText('At least 8 characters, not yet').waitFor()
    await page.getByRole('button', { name: 'Create account' }).click()
    assert.match(await complaintOf(page, 'E-mail address'), /such as ada@example.com/)
    assert.match(await complaintOf(page, 'Password'), /at least 8 characters/)
    assert.ok(await isFocused(page, 'E-mail address'), 'the focus goes to the first complaint')
    assert.equal(await field(page, 'Your name').inputValue(), 'Ada Lovelace')
    assert.equal(await field(page, 'Password').inputValue(), 'short')
    await assertAccessible(page)

    await field(page, 'E-mail address').fill(email)
    await field(page, 'Password').fill('password123')
    await page.getByText('At least 8 characters, met').waitFor()
    await page.getByRole('button', { name: 'Create account' }).click()
    assert.match(await complaintOf(page, 'Password'), /commonest passwords/)
    await field(page, 'Password').fill(password)
    await page.getByRole('button', { name: 'Show password' }).click()
    assert.equal(await field(page, 'Password').getAttribute('type'), 'text')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.waitForURL('**/account')
    await page.getByRole('heading', { level: 1, name: 'Hello, Ada' }).waitFor()
    await page.getByText('Please confirm your e-mail address').waitFor()

    await page.goto(await linkIn(shop, email, 'verify-email'))
    await page.getByRole('heading', { level: 1, name: 'Your address is confirmed' }).waitFor()
    await assertAccessible(page)
    await page.getByRole('link', { name: 'Go to your account' }).click()
    await page.getByRole('heading', { level: 1, name: 'Hello, Ada' }).waitFor()
    assert.equal(await page.getByText('Please confirm your e-mail address').count(), 0)

    await page.getByRole('button', { name: 'Sign out' }).first().click()
    await page.getByText('You are signed out.').waitFor()
    assert.equal(new URL(page.url()).pathname, '/')
    const cookies = (await page.context().cookies()).filter(({ name }) => name.startsWith('__Host-'))
    assert.deepEqual(cookies, [], 'nothing of the session is left in the browser')

    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByRole('heading', { level: 1, name: 'Welcome back' }).waitFor()
    await fillSignIn(page, { email, password: 'a wrong one' })
    await page.getByText('do not belong together').waitFor()
    assert.equal(await field(page, 'E-mail address').inputValue(), email)
    await fillSignIn(page, { email, password })
    // Back to where the link was pressed.
    await page.waitForURL(`${shop.url}/`)
    await page.getByRole('link', { name: 'Account' }).first().waitFor()
    await leave()
  })

  test('by keyboard alone: from the page to the form, past a wrong password, into the account', async () => {
    const person = await join(shop)
    const { page, leave } = await shop.visitor()
    await page.goto('/sign-in')
    await hydrated(page)
    const at = () =>
      page.evaluate(() => document.activeElement?.getAttribute('name') ?? document.activeElement?.textContent)
    async function tabTo(what: string) {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press('Tab')
        if ((await at()) === what) return
      }
      assert.fail(`the Tab key never gets to ${what}`)
    }
    await tabTo('email')
    await page.keyboard.type(person.email)
    await tabTo('password')
    await page.keyboard.type('not this one')
    await page.keyboard.press('Enter')
    await page.getByText('do not belong together').waitFor()
    assert.equal(await at(), 'password', 'the focus has not been lost')
    await page.keyboard.press('ControlOrMeta+A')
    await page.keyboard.type(person.password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Hello, Ada' }).waitFor()
    await leave()
  })

  test('who has an account already is told so, and led to signing in with the address typed', async () => {
    const person = await join(shop)
    const { page, leave } = await shop.visitor()
    await page.goto('/register')
    await hydrated(page)
    await field(page, 'E-mail address').fill(person.email)
    await field(page, 'Password').fill(person.password)
    await page.getByRole('button', { name: 'Create account' }).click()
    assert.match(await complaintOf(page, 'E-mail address'), /There is an account/)
    await assertAccessible(page)
    await page.getByRole('link', { name: 'Sign in instead' }).click()
    assert.equal(await field(page, 'E-mail address').inputValue(), person.email)
    await leave()
  })

  test('a stranger who wants into an account is led to signing in and back; other sites are led to by nobody', async () => {
    const person = await join(shop)
    const { page, leave } = await shop.visitor()
    await page.goto('/account/addresses/new')
    await page.waitForURL('**/sign-in')
    await page.getByText('Sign in to go on to where you wanted to go.').waitFor()
    await hydrated(page)
    await fillSignIn(page, person)
    await page.getByRole('heading', { level: 1, name: 'Add an address' }).waitFor()
    assert.equal(new URL(page.url()).pathname, '/account/addresses/new')
    for (const from of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '/%09/evil.example',
      'javascript:alert(1)',
    ]) {
      const [other] = [await shop.visitor()]
      await other.page.goto(`/sign-in?from=${from}`)
      await hydrated(other.page)
      await fillSignIn(other.page, person)
      await other.page.waitForURL(url => url.pathname !== '/sign-in')
      assert.equal(new URL(other.page.url()).origin, shop.url, from)
      await other.leave()
    }
    await leave()
  })

  test('a forgotten password: the mail leads to a new one, the old one and the link are no longer good', async () => {
    const person = await join(shop)
    const elsewhere = await shop.visitor()
    await signIn(elsewhere.page, person)
    const { page, leave } = await shop.visitor()
    await page.goto('/sign-in')
    await hydrated(page)
    await page.getByRole('link', { name: 'Forgotten your password?' }).click()
    await page.getByRole('heading', { level: 1, name: 'Forgotten your password?' }).waitFor()
    await assertAccessible(page)
    await field(page, 'E-mail address').fill(person.email)
    await page.getByRole('button', { name: 'Send the link' }).click()
    await page.getByRole('heading', { level: 1, name: 'Look into your mailbox' }).waitFor()
    await assertAccessible(page)
    const link = await linkIn(shop, person.email, 'reset-password')
    assert.ok(link.startsWith(`${shop.url}/reset-password?token=`))
    await page.goto(link)
    await hydrated(page)
    await assertAccessible(page)
    await field(page, 'New password').fill('short')
    await page.getByRole('button', { name: 'Set password' }).click()
    assert.match(await complaintOf(page, 'New password'), /at least 8/)
    const fresh = { email: person.email, password: 'another battery staple' }
    await field(page, 'New password').fill(fresh.password)
    await page.getByRole('button', { name: 'Set password' }).click()
    await page.getByText('Your new password is set').waitFor()
    await fillSignIn(page, person)
    await page.getByText('do not belong together').waitFor()
    await fillSignIn(page, fresh)
    await page.waitForURL('**/account')
    await page.goto(link)
    await hydrated(page)
    await field(page, 'New password').fill(person.password)
    await page.getByRole('button', { name: 'Set password' }).click()
    await page.getByRole('heading', { level: 1, name: 'This link is no longer good' }).waitFor()
    await assertAccessible(page)
    // Whoever was signed in may be why it was set: the next page they open asks them to sign in.
    await elsewhere.page.goto('/account/orders')
    await elsewhere.page.waitForURL('**/sign-in')
    await elsewhere.leave()
    await leave()
  })

  test("a guest's cart and what was saved for later come along at sign-in, and are there on another device", async () => {
    const person = await join(shop)
    const [kept, later] = [await shop.product({ name: 'Brass Compass' }), await shop.product({ name: 'Oak Stool' })]
    const { page, leave } = await shop.visitor()
    await addToCart(page, kept)
    await addToCart(page, later)
    await page.goto('/cart')
    await page.getByRole('button', { name: `Save for later: ${later.name}` }).click()
    await page.getByText(`${later.name} is saved for later.`).waitFor()
    await signIn(page, person, '/cart')
    await page.getByRole('link', { name: kept.name }).first().waitFor()
    await page.getByRole('heading', { name: 'Saved for later' }).waitFor()
    await page.getByRole('link', { name: later.name }).first().waitFor()
    await page.getByRole('link', { name: 'Cart, 1 item' }).waitFor()
    assert.equal(await page.evaluate(() => localStorage.getItem('cart-token')), null)

    const other = await shop.visitor()
    await signIn(other.page, person, '/cart')
    await other.page.getByRole('link', { name: kept.name }).first().waitFor()
    await other.page.getByRole('link', { name: later.name }).first().waitFor()
    await other.leave()

    await page.goto('/account')
    await page.getByRole('button', { name: 'Sign out' }).first().click()
    await page.getByText('You are signed out.').waitFor()
    await page.goto('/cart')
    await page.getByRole('heading', { name: 'Your cart is empty' }).waitFor()
    await leave()
  })

  test('a cart that could not come along at sign-in comes along later', async () => {
    const person = await join(shop)
    const product = await shop.product({ name: 'Linen Apron' })
    const { page, leave } = await shop.visitor()
    await addToCart(page, product)
    await page.route('**/api/cart/merge', route => route.abort())
    await signIn(page, person)
    await page.getByRole('heading', { level: 1, name: 'Hello, Ada' }).waitFor()
    await page.unroute('**/api/cart/merge')
    await page.goto('/cart')
    await page.getByRole('link', { name: product.name }).first().waitFor()
    assert.equal(await page.evaluate(() => localStorage.getItem('cart-token')), null)
    await leave()
  })

  test('two tabs: signing in and out in one is signing in and out in the other', async () => {
    const person = await join(shop)
    const { page, tab, leave } = await shop.visitor()
    const other = await tab()
    await other.goto('/sign-in')
    await hydrated(other)
    await signIn(page, person)
    await other.waitForURL('**/account')
    await other.getByRole('heading', { level: 1, name: 'Hello, Ada' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).first().click()
    await page.getByText('You are signed out.').waitFor()
    await other.waitForURL('**/sign-in')
    await leave()
  })

  test('a session that has run out is renewed once for all that is asked at the same time', async () => {
    const person = await join(shop)
    const { page, context, leave } = await shop.visitor()
    await signIn(page, person)
    const renewals: number[] = []
    page.on('response', answer => {
      if (answer.url().endsWith('/api/auth/refresh')) renewals.push(answer.status())
    })
    // What this page still asks for would renew it.
    await page.waitForLoadState('networkidle')
    await context.clearCookies({ name: '__Host-access' })
    // A renewal of a moment ago would do; this visitor comes back later.
    await page.evaluate(() => localStorage.removeItem('session-renewed'))
    await page.goto('/account/security')
    await page.getByText('This one').waitFor()
    await page.getByText('With a code of an app').waitFor()
    assert.deepEqual(renewals, [200])
    await context.clearCookies()
    await page.goto('/account/orders')
    await page.waitForURL('**/sign-in')
    await leave()
  })

  test('a second factor is set up, asked for at sign-in, stood in for by a recovery code, and switched off', async () => {
    const person = await join(shop)
    const { page, leave } = await shop.visitor()
    await signIn(page, person, '/account/security')
    await page.getByRole('link', { name: 'Set up' }).click()
    await field(page, 'Your password').fill('not this one')
    await page.getByRole('button', { name: 'Continue' }).click()
    assert.match(await complaintOf(page, 'Your password'), /not your password/)
    await assertAccessible(page)
    await field(page, 'Your password').fill(person.password)
    await page.getByRole('button', { name: 'Continue' }).click()
    const secret = (await page.locator('code').textContent())!.replaceAll(' ', '')
    const link = await page.getByRole('link', { name: 'Open in the app' }).getAttribute('href')
    assert.equal(new URL(link!).searchParams.get('secret'), secret)
    await assertAccessible(page)
    const totp = new TOTP({ secret: Secret.fromBase32(secret) })
    // A code is good once: the next one is that of the step after.
    let step = totp.counter()
    const nextCode = () => {
      step = Math.max(step, totp.counter()) + 1
      return totp.generate({ timestamp: (step - 1) * 30_000 })
    }
    await field(page, 'The six digits').fill('000000')
    await page.getByRole('button', { name: 'Switch on' }).click()
    assert.match(await complaintOf(page, 'The six digits'), /wrong/)
    await field(page, 'The six digits').fill(nextCode())
    await page.getByRole('button', { name: 'Switch on' }).click()
    const listed = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem')
    await listed.first().waitFor()
    const codes = await listed.allTextContents()
    assert.equal(codes.length, 10)
    await assertAccessible(page)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download' }).click(),
    ])
    assert.equal(download.suggestedFilename(), 'recovery-codes.txt')
    await field(page, 'I have kept them').check()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText('You have 10 recovery codes left.').waitFor()

    const phone = await shop.visitor({ width: 390 })
    await phone.page.goto('/sign-in?from=/account/orders')
    await hydrated(phone.page)
    await fillSignIn(phone.page, person)
    await phone.page.getByRole('heading', { level: 1, name: 'Show it is you' }).waitFor()
    await assertAccessible(phone.page)
    assert.ok(await isFocused(phone.page, 'Code'), 'one may type at once')
    await field(phone.page, 'Code').fill('000000')
    await phone.page.getByRole('button', { name: 'Continue' }).click()
    assert.match(await complaintOf(phone.page, 'Code'), /wrong/)
    await field(phone.page, 'Code').fill(nextCode())
    await phone.page.getByRole('button', { name: 'Continue' }).click()
    await phone.page.getByRole('heading', { level: 1, name: 'Your orders' }).waitFor()
    await phone.leave()

    const lost = await shop.visitor()
    await lost.page.goto('/sign-in')
    await hydrated(lost.page)
    await fillSignIn(lost.page, person)
    await lost.page.getByRole('button', { name: 'Use a recovery code' }).click()
    await field(lost.page, 'Recovery code').fill(codes[0]!)
    await lost.page.getByRole('button', { name: 'Continue' }).click()
    await lost.page.getByRole('heading', { level: 1, name: 'Hello, Ada' }).waitFor()
    await lost.page.goto('/account/security')
    await lost.page.getByText('You have 9 recovery codes left.').waitFor()
    await lost.page.getByRole('link', { name: 'Switch off' }).click()
    await field(lost.page, 'Your password').fill(person.password)
    await field(lost.page, 'Code of the app').fill(codes[0]!)
    await lost.page.getByRole('button', { name: 'Switch off' }).click()
    assert.match(await complaintOf(lost.page, 'Code of the app'), /wrong/, 'each is good once')
    await field(lost.page, 'Code of the app').fill(codes[1]!)
    await lost.page.getByRole('button', { name: 'Switch off' }).click()
    await lost.page.getByRole('link', { name: 'Set up' }).waitFor()
    await lost.leave()
    await leave()
  })

  test('with another provider: a new account, back where one wanted to be; a broken or refused answer is explained', async () => {
    const { page, leave } = await shop.visitor({ expects: /Content Security Policy/ })
    await page.goto('/sign-in?from=/account/profile')
    await hydrated(page)
    await assertAccessible(page)
    await page.getByRole('button', { name: 'Continue with Example' }).click()
    await page.locator('input[name=login]').fill('grace')
    await page.locator('input[name=password]').fill('any')
    await page.locator('button[type=submit]').click()
    await page.locator('button[type=submit]').click()
    await page.waitForURL(`${shop.url}/account/profile`)
    await page.getByText('Now: grace@example.com').waitFor()
    assert.equal(await field(page, 'First name').inputValue(), 'Grace')
    await page.goto('/sign-in/callback?code=c&state=s')
    await page.getByText('begun in another browser').waitFor()
    await assertAccessible(page)
    await page.goto('/sign-in/callback?error=access_denied&state=s')
    await page.getByText('you stopped there').waitFor()
    await leave()
  })

  test('where registering goes by mail: written to, not let in before the address is confirmed, and written to again', async () => {
    const { config } = shop.platform.service('user').ctx
    config.OPEN_REGISTRATION = false
    try {
      const { page, leave } = await shop.visitor()
      const person = newPerson()
      await page.goto('/register')
      await hydrated(page)
      await field(page, 'E-mail address').fill(person.email)
      await field(page, 'Password').fill(person.password)
      await page.getByRole('button', { name: 'Create account' }).click()
      await page.getByText(`We wrote to ${person.email}`).waitFor()
      await page.getByRole('link', { name: 'Back to sign-in' }).click()
      await fillSignIn(page, person)
      await page.getByText('Your e-mail address is not confirmed yet').waitFor()
      await assertAccessible(page)
      await linkIn(shop, person.email, 'verify-email')
      await page.getByRole('button', { name: 'Send the mail again' }).click()
      await page.getByText('A new mail is on its way').waitFor()
      await page.goto(await linkIn(shop, person.email, 'verify-email', 2))
      await page.getByRole('heading', { level: 1, name: 'Your address is confirmed' }).waitFor()
      await page.getByRole('link', { name: 'Sign in' }).last().click()
      await fillSignIn(page, person)
      await page.waitForURL('**/account')
      await leave()
    } finally {
      config.OPEN_REGISTRATION = true
    }
  })

  test('who may do more than others and has no second factor is led to setting one up', async () => {
    const person = await join(shop)
    const { config } = shop.platform.service('user').ctx
    await shop.client.call(api.setUserRole, { params: { id: person.id }, body: { role: 'support' } }, shop.staff)
    config.REQUIRE_STAFF_MFA = true
    try {
      const { page, leave } = await shop.visitor()
      await page.goto('/sign-in')
      await hydrated(page)
      await fillSignIn(page, person)
      await page.getByText('Set up a second factor to go on.').waitFor()
      assert.equal(new URL(page.url()).pathname, '/account/security/second-factor')
      await leave()
    } finally {
      config.REQUIRE_STAFF_MFA = false
    }
  })
})
