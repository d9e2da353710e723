import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Browser, chromium, type Page } from 'playwright-core'

/*
 * What a visitor waits for: `node scripts/run.mjs load/storefront.ts [-- --url http://localhost:3000 --cpu 4 --runs 5]`, against a running shop.
 * Each page is loaded by a browser that has never been here, its processor slowed down; the middle one of several runs counts. Largest
 * contentful paint, layout shift and blocking time are those of the browser's own observers, bytes are as they were sent.
 */

const { values } = parseArgs({
  args: process.argv.slice(2).filter(arg => arg !== '--'),
  options: {
    url: { type: 'string', default: 'http://localhost:3000' },
    cpu: { type: 'string', default: '4' },
    runs: { type: 'string', default: '5' },
  },
})

const places = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const screens = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } }
const settle_ms = 1500

interface Figures {
  ttfb_ms: number
  lcp_ms: number
  cls: number
  blocking_ms: number
  ready_ms: number
  js_kb: number
  all_kb: number
}

/** Runs in the page, before anything of it. */
function observe() {
  const seen = { lcp: 0, cls: 0, blocking: 0, element: '' }
  ;(globalThis as any).__seen = seen
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) {
      seen.lcp = entry.startTime
      seen.element = (entry as any).element?.outerHTML?.slice(0, 80) ?? ''
    }
  }).observe({ type: 'largest-contentful-paint', buffered: true })
  new PerformanceObserver(list => {
    for (const entry of list.getEntries() as any[]) if (!entry.hadRecentInput) seen.cls += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) seen.blocking += Math.max(0, entry.duration - 50)
  }).observe({ type: 'longtask', buffered: true })
}

async function visit(browser: Browser, path: string, viewport: { width: number; height: number }): Promise<Figures> {
  const context = await browser.newContext({ viewport, deviceScaleFactor: viewport.width < 500 ? 2 : 1 })
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: Number(values.cpu) })
  await cdp.send('Network.enable')
  const sent = new Map<string, { type: string; bytes: number }>()
  cdp.on('Network.responseReceived', ({ requestId, type }) => sent.set(requestId, { type, bytes: 0 }))
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const one = sent.get(requestId)
    if (one) one.bytes = encodedDataLength
  })
  await page.addInitScript(observe)
  await page.goto(values.url + path, { waitUntil: 'load' })
  const ready_ms = await untilReady(page)
  await page.waitForLoadState('networkidle')
  await page.waitForTimeout(settle_ms)
  const seen = await page.evaluate(() => ({
    ...(globalThis as any).__seen,
    ttfb: (performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming).responseStart,
  }))
  await context.close()
  const kb = (wanted: (type: string) => boolean) =>
    [...sent.values()].filter(one => wanted(one.type)).reduce((sum, one) => sum + one.bytes, 0) / 1024
  return {
    ttfb_ms: seen.ttfb,
    lcp_ms: seen.lcp,
    cls: seen.cls,
    blocking_ms: seen.blocking,
    ready_ms,
    js_kb: kb(type => type === 'Script'),
    all_kb: kb(() => true),
  }
}

/** When the page does what is pressed. */
async function untilReady(page: Page): Promise<number> {
  await page.waitForFunction(() =>
    Object.keys(document.querySelector('main') ?? {}).some(key => key.startsWith('__react')),
  )
  return page.evaluate(() => performance.now())
}

const middle = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!

async function somePaths(): Promise<Record<string, string>> {
  const answer = await fetch(`${values.url}/api/products?limit=1&in_stock=true`)
  const { items } = (await answer.json()) as { items: { slug: string; category: { slug: string } | null }[] }
  const [product] = items
  if (!product) throw new Error(`there is nothing for sale at ${values.url}`)
  return {
    home: '/',
    category: product.category ? `/categories/${product.category.slug}` : '/products',
    search: '/search?q=lamp',
    product: `/products/${product.slug}`,
  }
}

const executablePath = places.find(path => path && existsSync(path))
if (!executablePath) throw new Error('no Chromium is installed (CHROMIUM_PATH)')
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
try {
  console.log(`${values.url}, processor ${values.cpu} times slower, middle of ${values.runs} first visits\n`)
  console.log('| page | screen | first byte | LCP | ready | blocked | CLS | JavaScript | all |')
  console.log('|---|---|---|---|---|---|---|---|---|')
  for (const [name, path] of Object.entries(await somePaths())) {
    for (const [screen, viewport] of Object.entries(screens)) {
      const runs: Figures[] = []
      for (let i = 0; i < Number(values.runs); i++) runs.push(await visit(browser, path, viewport))
      const of = (key: keyof Figures) => middle(runs.map(run => run[key]))
      const ms = (key: keyof Figures) => `${Math.round(of(key))} ms`
      const kb = (key: keyof Figures) => `${Math.round(of(key))} KB`
      console.log(
        `| ${name} | ${screen} | ${ms('ttfb_ms')} | ${ms('lcp_ms')} | ${ms('ready_ms')} | ${ms('blocking_ms')} | ${of('cls').toFixed(3)} | ${kb('js_kb')} | ${kb('all_kb')} |`,
      )
    }
  }
} finally {
  await browser.close()
}
