import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as api from '@shopfleet/contracts'
import { readConfig } from '@shopfleet/service-kit'
import { createStorefront, StorefrontConfig } from '@shopfleet/storefront'
import { buildFolder, isBuilt } from '@shopfleet/storefront/builds'
import { freePorts, startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { ensureAdministrator } from '@shopfleet/user'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** A whole shop with its storefront, and people in real browsers who use it. */

const places = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const executablePath = places.find(path => path && existsSync(path))

/** For `test` and `describe`: why these are skipped where there is no browser. */
export const unlessBrowser = { skip: executablePath ? false : 'no Chromium is installed (CHROMIUM_PATH)' }

/** What a step in a browser may take on a busy machine. */
const patience_ms = 60_000

export interface Shop {
  url: string
  platform: TestPlatform
  client: api.Client
  staff: Record<string, string>
  product(fields?: Partial<{ name: string; price: number; stock: number }>): Promise<api.Product>
  /** Somebody with a browser of their own. Complaints of the page end the test, save those it `expects`. */
  visitor(options?: VisitorOptions): Promise<Visitor>
  /** What the provider took of a card, by order: it knows best who was charged how often. */
  captures(): Promise<{ order_id: string; amount: number }[]>
  stop(): Promise<void>
}

export interface VisitorOptions {
  /** Where they go, if not to the storefront. */
  baseURL?: string
  width?: number
  locale?: string
  colorScheme?: 'light' | 'dark'
  javaScriptEnabled?: boolean
  /** What an earlier visit left in the browser. */
  storageState?: Awaited<ReturnType<BrowserContext['storageState']>>
  expects?: RegExp
}

export interface Visitor {
  context: BrowserContext
  page: Page
  /** A further tab of the same browser. */
  tab(): Promise<Page>
  /** Throws if a page has complained. */
  leave(): Promise<void>
}

async function build(): Promise<void> {
  if (process.env.BUILD_DIR || isBuilt(buildFolder())) return
  const program = join(import.meta.dirname, '../../apps/storefront/src/server/build.ts')
  const code = await new Promise(resolve => fork(program, { stdio: 'inherit' }).once('exit', resolve))
  assert.equal(code, 0, 'the storefront is built')
}

/** `more` services beside those the storefront needs. */
export async function openShop({ more = [] }: { more?: api.ServiceName[] } = {}): Promise<Shop> {
  await build()
  const [port] = await freePorts(1)
  const url = `http://localhost:${port}`
  const platform = await startTestPlatform({
    services: [
      'user',
      'product',
      'inventory',
      'cart',
      'order',
      'payment',
      'review',
      'notification',
      'analytics',
      'gateway',
      ...more,
    ],
    simulator: true,
    mail: true,
    background: true,
    // The storefront says who asks, and under which address.
    // Nobody is turned away because the machine is busy with browsers.
    env: { SHOP_URL: url, TRUSTED_PROXIES: '127.0.0.1,::1,::ffff:127.0.0.1' },
  })
  const settings = {
    PORT: String(port),
    HOST: '127.0.0.1',
    GATEWAY_URL: platform.url('gateway'),
    LOG_LEVEL: 'silent',
    PAGE_CACHE_S: '0',
  }
  const build_dir = process.env.BUILD_DIR ? { BUILD_DIR: process.env.BUILD_DIR } : {}
  const storefront = await createStorefront(readConfig(StorefrontConfig, 'storefront', { ...settings, ...build_dir }))
  await storefront.start()
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
  const credentials = { email: 'admin@example.com', password: 'an administrator of the shop' }
  await ensureAdministrator(platform.service('user').ctx, credentials)
  const client = platform.client('gateway')
  const { access_token } = await client.call(api.login, { body: credentials })
  const staff = { authorization: `Bearer ${access_token}` }
  return {
    url,
    platform,
    client,
    staff,
    product: fields =>
      client.call(
        api.createProduct,
        { body: { name: `Lantern ${randomUUID().slice(0, 8)}`, price: 24.5, stock: 20, ...fields } },
        staff,
      ),
    visitor: options => visitor(browser, url, options),
    async captures() {
      const headers = { authorization: 'Bearer sim_key' }
      const found: { order_id: string; amount: number }[] = []
      for (let after: number | null = 0; after !== null; ) {
        const answer = await fetch(`${platform.simulator.url}/v1/journal?after=${after}`, { headers })
        const page = (await answer.json()) as {
          items: { type: string; reference: string; amount: number }[]
          next_after: number | null
        }
        for (const { type, reference, amount } of page.items) {
          if (type === 'captured') found.push({ order_id: reference, amount })
        }
        after = page.next_after
      }
      return found
    },
    async stop() {
      await browser.close()
      await storefront.stop()
      await platform.stop()
    },
  }
}

async function visitor(
  browser: Browser,
  baseURL: string,
  { width = 1280, expects, ...options }: VisitorOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL,
    locale: 'en-US',
    viewport: { width, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(patience_ms)
  const complaints: string[] = []
  context.on('page', page => {
    page.on('pageerror', error => complaints.push(String(error)))
    page.on('console', message => {
      // What the network refuses is said there too, and is what some of these tests are about.
      if (message.type() === 'error' && !/Failed to load resource|WebSocket/.test(message.text()))
        complaints.push(message.text())
    })
  })
  return {
    context,
    page: await context.newPage(),
    tab: () => context.newPage(),
    async leave() {
      await context.close()
      assert.deepEqual(
        complaints.filter(text => !expects?.test(text)),
        [],
      )
    },
  }
}

/** Waits for what the platform will bring about by itself. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + patience_ms; Date.now() < end; ) {
    const found = await look()
    if (found) return found
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  assert.fail(`never came about: ${what}`)
}
