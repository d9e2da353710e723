import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import type { Page } from 'playwright-core'
import { unlessBrowser, type Visitor } from '../storefront/shop.ts'
import { assertAccessible } from '../storefront/steps.ts'
import { type Office, openOffice } from './office.ts'

/* Every page, with something in it, as a screen reader and a telephone have it. */

const lists = [
  '/',
  '/analytics',
  '/orders',
  '/coupons',
  '/messages',
  '/messages/templates',
  '/products',
  '/products/new',
  '/products/import',
  '/categories',
  '/stock',
  '/reviews',
  '/customers',
  '/staff',
  '/roles',
  '/system',
  '/dead-letters',
  '/findings',
  '/audit-log',
  '/webhooks',
  '/settings',
  '/account',
  '/nowhere',
]

/** Pages of one thing each. */
const things = [
  '/orders/:id',
  '/messages/:id',
  '/products/:id',
  '/products/imports/:id',
  '/stock/:id',
  '/customers/:id',
  '/webhooks/:id',
  '/findings/:id',
  '/dead-letters/product/:id',
]

/** What it is about is there, and nothing is on its way any more. */
async function arrive(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.waitForFunction(() => !document.querySelector('[role=status][aria-label=Loading]'))
}

describe('the pages of the admin panel, in a browser', unlessBrowser, () => {
  let office: Office
  const ids: Record<string, string> = {}
  before(async () => {
    office = await openOffice()
    const product = await office.shop.product()
    const order = await office.order(product.id)
    await office.shop.platform.drain()
    const [sent] = await office.shop.platform.sql('notification')`select id from messages where status = 'sent' limit 1`
    const [user] = await office.shop.platform.sql('user')`select id from users limit 1`
    const body = new TextEncoder().encode('sku,name,price\nNEW-1,A new one,5\nBAD-1,A bad one,dear')
    const looked = await office.shop.client.call(api.importProducts, { body }, office.shop.staff)
    const webhook = await office.shop.client.call(
      api.createWebhook,
      { body: { url: 'https://example.com/hook', events: ['*'] } },
      office.shop.staff,
    )
    const [finding] = await office.shop.platform.sql('admin')`
      insert into findings (kind, subject, evidence, first_seen, last_seen)
      values ('order-stuck', ${order.id}, '{"for": "an hour"}', now(), now()) returning id`
    const letter = randomUUID()
    const message = {
      ...{ id: letter, name: 'stock.changed', version: 1, service: 'inventory', aggregate_id: randomUUID() },
      ...{ payload: {}, correlation_id: 'test', traceparent: null, occurred_at: new Date().toISOString() },
    }
    await office.shop.platform.sql('product')`
      insert into dead_letters (topic, event_id, aggregate_id, message, error, attempts)
      values ('inventory', ${letter}, ${message.aggregate_id}, ${message as never}::jsonb, 'it does not fit', 5)`
    Object.assign(ids, {
      '/orders/:id': order.id,
      '/messages/:id': sent!.id,
      '/products/:id': product.id,
      '/stock/:id': product.id,
      '/customers/:id': user!.id,
      '/products/imports/:id': looked.id,
      '/webhooks/:id': webhook.id,
      '/findings/:id': finding!.id,
      '/dead-letters/product/:id': letter,
    })
  })
  after(() => office?.stop())

  for (const { width, colorScheme } of [
    { width: 1440, colorScheme: 'light' },
    { width: 390, colorScheme: 'dark' },
  ] as const) {
    describe(`at ${width} px, ${colorScheme}`, () => {
      let visitor: Visitor
      before(async () => {
        visitor = await office.admin({ width, colorScheme })
      })
      after(() => visitor?.leave())

      for (const path of [...lists, ...things]) {
        test(`axe finds nothing on ${path}, and nothing is wider than the screen`, async () => {
          const { page } = visitor
          await arrive(
            page,
            path.replace(':id', () => ids[path]!),
          )
          await assertAccessible(page)
          const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
          assert.ok(beyond <= 0, `${beyond} px too wide`)
        })
      }
    })
  }

  test('the page before signing in is as accessible', async () => {
    const { page, leave } = await office.stranger({ width: 390 })
    await arrive(page, '/sign-in')
    await assertAccessible(page)
    await leave()
  })

  test('one goes from page to page by keys alone', async () => {
    const { page, leave } = await office.admin()
    await arrive(page, '/')
    await page.keyboard.press('g')
    await page.keyboard.press('p')
    await page.waitForURL('**/products')
    await page.getByRole('heading', { level: 1, name: 'Products' }).waitFor()
    await page.keyboard.press('/')
    await page.waitForFunction(() => document.activeElement?.id === 'filter-q')
    await page.keyboard.press('Escape')
    await page.locator('main').focus()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await leave()
  })
})
