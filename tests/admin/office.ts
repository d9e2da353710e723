import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { AdminPanelConfig, createAdminPanel } from '@shopfleet/admin-panel'
import { isBuilt } from '@shopfleet/admin-panel/builds'
import * as api from '@shopfleet/contracts'
import { readConfig } from '@shopfleet/service-kit'
import { freePorts } from '@shopfleet/testing'
import type { Page } from 'playwright-core'
import { openShop, type Shop, type Visitor, type VisitorOptions } from '../storefront/shop.ts'

/** A shop with its back office, and staff in real browsers who work there. */

export const administrator = { email: 'admin@example.com', password: 'an administrator of the shop' }

export interface Office {
  shop: Shop
  /** Where the panel is. */
  url: string
  /** Somebody at the door of the panel. */
  stranger(options?: VisitorOptions): Promise<Visitor>
  /** The administrator, signed in. */
  admin(options?: VisitorOptions): Promise<Visitor>
  /** Somebody of staff with a role, signed in. */
  worker(role: string, options?: VisitorOptions): Promise<Visitor>
  /** An order of a guest, paid. */
  order(product_id: string, quantity?: number): Promise<api.Order>
  stop(): Promise<void>
}

async function build(): Promise<void> {
  if (isBuilt()) return
  const program = join(import.meta.dirname, '../../apps/admin/src/server/build.ts')
  const code = await new Promise(resolve => fork(program, { stdio: 'inherit' }).once('exit', resolve))
  assert.equal(code, 0, 'the panel is built')
}

export async function openOffice(): Promise<Office> {
  await build()
  const shop = await openShop({ more: ['admin'] })
  const [port] = await freePorts(1)
  const url = `http://localhost:${port}`
  const panel = await createAdminPanel(
    readConfig(AdminPanelConfig, 'admin panel', {
      PORT: String(port),
      HOST: '127.0.0.1',
      GATEWAY_URL: shop.platform.url('gateway'),
      SHOP_URL: shop.url,
      LOG_LEVEL: 'silent',
    }),
  )
  await panel.start()

  const stranger = (options: VisitorOptions = {}) => shop.visitor({ baseURL: url, ...options })
  /** Signed in once each: a browser's session is good for all its pages. */
  const sessions = new Map<string, VisitorOptions['storageState']>()
  async function inside(who: { email: string; password: string }, options: VisitorOptions = {}) {
    const storageState = sessions.get(who.email)
    const visitor = await stranger({ ...options, storageState })
    if (!storageState) {
      await signIn(visitor.page, who)
      sessions.set(who.email, await visitor.context.storageState())
    }
    return visitor
  }
  return {
    shop,
    url,
    stranger,
    admin: options => inside(administrator, options),
    async worker(role, options) {
      const who = { email: `${role}.${randomUUID()}@example.com`, password: 'correct horse battery' }
      const { id } = await shop.client.call(api.createUser, { body: who }, shop.staff)
      await shop.client.call(api.setUserRole, { params: { id }, body: { role } }, shop.staff)
      return inside(who, options)
    },
    order: (product_id, quantity = 1) =>
      shop.client.call(
        api.placeOrder,
        { body: { items: [{ product_id, quantity }], email: 'grace@example.com', payment_method: 'tok_approve' } },
        { 'idempotency-key': randomUUID() },
      ),
    async stop() {
      await panel.stop()
      await shop.stop()
    },
  }
}

/** A field by the name it is sent under. */
export const field = (page: Page, name: string) => page.locator(`[name="${name}"]`)

export async function fillSignIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await field(page, 'email').fill(email)
  await field(page, 'password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Signs in, and waits to be in. */
export async function signIn(page: Page, who: { email: string; password: string }): Promise<void> {
  await page.goto('/sign-in')
  await fillSignIn(page, who)
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Dashboard' }).waitFor()
}

/** What is said beside a field. */
export async function complaintOf(page: Page, name: string): Promise<string> {
  await page.locator(`[name="${name}"][aria-invalid=true]`).waitFor()
  return (await page.locator(`#field-${name}-helper-text`).textContent()) ?? ''
}

/** Answers the question that stands over the page. */
export async function confirm(page: Page, act: string): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: act }).click()
}
