import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import autocannon from 'autocannon'
import { measurePurchases } from './purchases.ts'
import { addProducts, freePortBase, memoryOf, type Shop, startShop } from './shop.ts'

/*
 * `npm run bench`: starts a Shopfleet of its own with the launcher, and prints what it does on this machine. The load
 * comes from the same machine, so the figures are what is left beside the load generator. Nothing is asserted.
 */

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    products: { type: 'string', default: '1000' },
    layout: { type: 'string', default: 'one' },
    json: { type: 'boolean', default: false },
  },
})
const duration = Number(values.seconds)
const rounds = Number(values.rounds)
const connections = Number(values.connections)

interface Row {
  what: string
  per_second: number
  spread: string
  p50_ms: number
  p97_5_ms: number
  p99_ms: number
  errors: number
}

const median = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!
const say = (text: string) => console.error(text)

async function main(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'shopfleet-bench-'))
  const options = { dataDir, layout: values.layout, portBase: await freePortBase() }
  let shop: Shop | undefined
  try {
    say('a first start on a fresh data folder …')
    shop = await startShop(options)
    const fresh_ms = shop.first_purchase_ms
    await shop.stop()
    say(`${values.products} generated products beside the demonstration's …`)
    await addProducts(dataDir, values.products)
    const existing: number[] = []
    for (let i = 0; i < rounds; i++) {
      say('a start on existing data …')
      shop = await startShop(options)
      existing.push(shop.first_purchase_ms)
      if (i < rounds - 1) await shop.stop()
    }
    await new Promise(resolve => setTimeout(resolve, 3000))
    const idle = memoryOf(shop!)
    const rows = await measure(shop!)
    const loaded = memoryOf(shop!)
    const report = {
      node: process.version,
      layout: values.layout,
      generated_products: Number(values.products),
      connections,
      rounds,
      seconds_each: duration,
      start_fresh_ms: Math.round(fresh_ms),
      start_existing_ms: Math.round(median(existing)),
      memory_idle_mb: idle,
      memory_after_load_mb: loaded,
      rows,
    }
    if (values.json) console.log(JSON.stringify(report, null, 2))
    else print(report)
  } finally {
    await shop?.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function measure(shop: Shop): Promise<Row[]> {
  const list = (await (await fetch(`${shop.gateway}/api/products?limit=100&in_stock=true`)).json()) as {
    items: { id: string; slug: string }[]
  }
  const product_ids = await stockUp(
    shop,
    list.items.map(item => item.id),
  )
  const paths: [what: string, path: string][] = [
    ['product list, 20 with price and stock', '/api/products'],
    ['product detail', `/api/products/${list.items[0]!.slug}`],
    ['search for a word', '/api/products/search?q=lamp'],
  ]
  const found = new Map<string, Row[]>()
  const note = (row: Row) => found.set(row.what, [...(found.get(row.what) ?? []), row])
  for (let round = 0; round <= rounds; round++) {
    say(round === 0 ? 'warming up …' : `round ${round} of ${rounds} …`)
    const seconds = round === 0 ? 2 : duration
    for (const [what, path] of paths) {
      const result = await autocannon({ url: shop.gateway + path, connections, duration: seconds })
      const { requests, latency, errors, non2xx } = result
      if (round > 0) {
        note({
          what,
          per_second: Math.round(requests.average),
          spread: '',
          p50_ms: latency.p50,
          p97_5_ms: latency.p97_5,
          p99_ms: latency.p99,
          errors: errors + non2xx,
        })
      }
    }
    for (const [what, ids] of [
      ['whole purchase, distinct products', product_ids],
      ['whole purchase, one hot product', product_ids.slice(0, 1)],
    ] as const) {
      const run = await measurePurchases(shop.gateway, {
        product_ids: [...ids],
        shoppers: connections,
        duration_s: seconds,
      })
      if (round > 0) note({ what, spread: '', ...run })
    }
  }
  return [...found.values()].map(list => {
    const rates = list.map(row => row.per_second)
    const middle = list.find(row => row.per_second === median(rates))!
    return {
      ...middle,
      spread: `${Math.min(...rates)}–${Math.max(...rates)}`,
      errors: list.reduce((n, row) => n + row.errors, 0),
    }
  })
}

/** Makes sure that no purchase fails for want of stock. */
async function stockUp(shop: Shop, ids: string[]): Promise<string[]> {
  const credentials = JSON.parse(await readFile(join(shop.dataDir, 'admin.json'), 'utf8')) as {
    email: string
    password: string
  }
  const headers = { 'content-type': 'application/json' }
  const signedIn = await fetch(`${shop.gateway}/api/auth/login`, {
    method: 'POST',
    headers,
    body: JSON.stringify(credentials),
  })
  const { access_token } = (await signedIn.json()) as { access_token: string }
  for (const id of ids) {
    const answer = await fetch(`${shop.gateway}/api/inventory/${id}`, {
      method: 'PUT',
      headers: { ...headers, authorization: `Bearer ${access_token}` },
      body: JSON.stringify({ on_hand: 10_000_000 }),
    })
    if (answer.status !== 200)
      throw new Error(`stock of ${id} could not be set: ${answer.status} ${await answer.text()}`)
  }
  return ids
}

function print(report: { rows: Row[]; [key: string]: unknown }): void {
  const { rows, ...facts } = report
  for (const [key, value] of Object.entries(facts))
    console.log(`${key.padEnd(22)} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
  console.log()
  console.table(Object.fromEntries(rows.map(({ what, ...row }) => [what, row])))
}

await main()
