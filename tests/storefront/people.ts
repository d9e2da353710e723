import { randomUUID } from 'node:crypto'
import * as api from '@shopfleet/contracts'
import type { Page } from 'playwright-core'
import { eventually, type Shop } from './shop.ts'
import { hydrated } from './steps.ts'

/** People with an account, and what they do with it. */

export interface Person {
  email: string
  password: string
}

export const newPerson = (): Person => ({ email: `ada.${randomUUID()}@example.com`, password: 'correct horse battery' })

/** Somebody who has an account already. */
export async function join(shop: Shop, names: { first_name?: string; last_name?: string } = {}) {
  const person = newPerson()
  const { user, access_token } = await shop.client.call(api.register, {
    body: { ...person, first_name: 'Ada', last_name: 'Lovelace', ...names },
  })
  return { ...person, id: user.id, headers: { authorization: `Bearer ${access_token}` } }
}

export async function fillSignIn(page: Page, { email, password }: Person): Promise<void> {
  await field(page, 'E-mail address').fill(email)
  await field(page, 'Password').fill(password)
  await page.locator('form').getByRole('button', { name: 'Sign in' }).click()
}

/** Signs in on the page made for it, and waits to be where that leads. */
export async function signIn(page: Page, person: Person, from = '/account'): Promise<void> {
  await page.goto(`/sign-in?from=${encodeURIComponent(from)}`)
  await hydrated(page)
  await fillSignIn(page, person)
  await page.waitForURL(url => url.pathname + url.search === from)
}

/** The link in the newest mail of a kind. */
export async function linkIn(shop: Shop, email: string, template: string, count = 1): Promise<string> {
  return eventually(`mail ${count} of ${template} to ${email}`, async () => {
    const mails = (await shop.platform.mail.sent(email)).filter(
      mail => mail.headers['x-shopfleet-template'] === template,
    )
    return mails.length >= count && /https?:\/\/\S+[?&]token=[\w-]+/.exec(mails.at(-1)!.text)?.[0]
  })
}

/** A field by what stands on it. */
export const field = (page: Page, label: string) => page.getByLabel(label).and(page.locator('input, select')).first()

/** What is said beside a field. */
export async function complaintOf(page: Page, label: string): Promise<string> {
  const invalid = field(page, label).and(page.locator('[aria-invalid=true]'))
  await invalid.waitFor()
  const ids = (await invalid.getAttribute('aria-describedby')) ?? ''
  return (await page.locator(`#${ids.split(' ')[0]!.replaceAll('.', '\\.')}`).textContent()) ?? ''
}

/** Whether the field has the focus. */
export const isFocused = (page: Page, label: string) =>
  field(page, label).evaluate(one => one === document.activeElement)
