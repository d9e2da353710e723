import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type * as api from '@shopfleet/contracts'
import type { Page, Request } from 'playwright-core'

/** What people do in the shop, step by step. */

/** Puts a product into the cart from its page, and leaves the drawer that opens. */
export async function addToCart(page: Page, product: Pick<api.Product, 'slug'>): Promise<void> {
  await page.goto(`/products/${product.slug}`)
  await hydrated(page)
  await page.getByRole('button', { name: 'Add to cart' }).click()
  const drawer = page.getByRole('dialog', { name: 'In your cart' })
  await drawer.getByRole('link', { name: 'View cart' }).waitFor()
  // The line has its buttons once the platform has it.
  await drawer
    .getByRole('button', { name: /^Remove/ })
    .first()
    .waitFor()
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
}

/** The page is React's by now, and does what is pressed. */
export const hydrated = (page: Page) =>
  page.waitForFunction(() => Object.keys(document.querySelector('main') ?? {}).some(key => key.startsWith('__react')))

export const ada = {
  email: 'ada@example.com',
  name: 'Ada Lovelace',
  line1: '12 St James Square',
  postal_code: 'SW1Y 4JH',
  city: 'London',
}

export async function goToCheckout(page: Page): Promise<void> {
  await page.goto('/checkout')
  await page.getByRole('button', { name: /^Pay \$/ }).waitFor()
}

export async function fillAddress(page: Page): Promise<void> {
  await page.getByLabel('Country').selectOption('GB')
  await page.getByLabel('Name', { exact: false }).first().fill(ada.name)
  await page.getByLabel('Street and number').fill(ada.line1)
  await page.getByLabel('Postal code').fill(ada.postal_code)
  await page.getByLabel('City').fill(ada.city)
}

/** Fills in what a guest is asked for. */
export async function fillIn(page: Page, email = ada.email): Promise<void> {
  await page.getByLabel('E-mail address').fill(email)
  await fillAddress(page)
}

export const chooseCard = (page: Page, name: string) =>
  page.getByRole('radio', { name: new RegExp(`^${name}`) }).check({ force: true })

/** Of the checkout's own form: the coupon has one as well. */
export const payButton = (page: Page) => page.locator('form:has(> fieldset) button[type=submit]')

/** On the page of an order; answers its id. */
export async function arriveAtOrder(page: Page): Promise<string> {
  await page.waitForURL(/\/orders\/[0-9a-f-]{36}$/)
  await page.getByRole('list', { name: 'How far your order is' }).waitFor()
  return page.url().split('/').at(-1)!
}

/** The keys under which orders were asked for, in order. */
export function watchOrders(page: Page): { keys: string[] } {
  const watched = { keys: [] as string[] }
  page.on('request', (request: Request) => {
    if (isPlacing(request)) watched.keys.push(request.headers()['idempotency-key']!)
  })
  return watched
}

export const isPlacing = (request: Request) =>
  request.method() === 'POST' && new URL(request.url()).pathname === '/api/orders'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Fails with what axe finds on the page as it stands, once no colour is on its way to another. */
export async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(axe)
  await page.evaluate(async () => {
    const isEnding = (one: any) => one.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY
    const frame = () => new Promise(done => (globalThis as any).requestAnimationFrame(done))
    const late = performance.now() + 2000
    for (;;) {
      // Transitions that a change brings begin with a frame, those of what hears of the change (a theme) with the next.
      await frame()
      await frame()
      const moving = (globalThis as any).document.getAnimations().filter(isEnding)
      if (moving.length === 0 || performance.now() > late) break
      await Promise.race([
        Promise.allSettled(moving.map((one: any) => one.finished)),
        new Promise(done => setTimeout(done, 2000)),
      ])
    }
  })
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as any).axe.run(document, { resultTypes: ['violations'] })
    return violations.map(
      (one: any) => `${one.id}: ${one.nodes.map((node: any) => `${node.target} ${node.failureSummary}`).join(' | ')}`,
    )
  })
  assert.deepEqual(found, [], page.url())
}
