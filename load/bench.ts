import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { createClient, listCategories, listProducts, login, setStock } from '@shopfleet/contracts'
import { freePortBase } from '@shopfleet/testing'
import { startBareServer, startBareStatements } from './limits.ts'
import { addPastOrders } from './past-orders.ts'
import { cpuByRole, less } from './processor-time.ts'
import { makeCustomers } from './purchase.ts'
import { median, type Sample } from './sample.ts'
import { bareParts, openLoopScenario, type Scenario, type Scene, scenariosOf } from './scenarios.ts'
import { addProducts, memoryOf, type Shop, startShop } from './shop.ts'

/*
 * `npm run bench`: starts a Shopfleet of its own with the launcher, measures each scenario several times, each time right
 * after its limit, and prints what it does on this machine. The load comes from the same machine, so the figures are what
 * is left beside the load generator. Nothing is asserted.
 */

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    shoppers: { type: 'string', default: '16' },
    products: { type: 'string', default: '1000' },
    'past-orders': { type: 'string', default: '0' },
    layout: { type: 'string', default: 'one' },
    /** Kept: what was loaded into it is there the next time. */
    'data-dir': { type: 'string' },
    /** Scenarios whose names hold this; all without it. */
    only: { type: 'string', default: '' },
    /** Minutes of a shop's day at the end, to see whether memory grows. */
    soak: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const help = `npm run bench -- [options]
  --seconds n       of each measurement (5)      --rounds n        measurements of each scenario (3)
  --connections n   of readers (32)              --shoppers n      who buy at the same time (16)
  --products n      generated beside the demonstration's 208 (1000)
  --past-orders n   made before (0)              --layout one|processes
  --only text       scenarios whose name holds it
  --data-dir path   of the shop, kept for the next run; made for this one without it
  --soak minutes    of mixed load at the end, with the memory before, after each, and after a quiet one
  --json            for machines`

const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const say = (text: string) => console.error(text)
/** So many for each who buys at the same time: a customer's next cart is not asked for before the last is closed. */
const customersEach = 4
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

interface Row {
  name: string
  sample: Sample
  spread: string
  errors: number
  /** Processor time in milliseconds of each request, by process. */
  cpu_ms: Record<string, number>
  limit?: { name: string; per_second: number; spread: string; ratio: number }
}

async function main(): Promise<void> {
  const kept = values['data-dir']
  const dataDir = kept ? resolve(kept) : await mkdtemp(join(tmpdir(), 'shopfleet-bench-'))
  const options = { dataDir, layout: values.layout, portBase: await freePortBase() }
  let shop: Shop | undefined
  let scene: Scene | undefined
  try {
    let fresh_ms: number | undefined
    if (!existsSync(join(dataDir, 'postgres'))) {
      say('a first start on a fresh data folder …')
      shop = await startShop(options)
      fresh_ms = Math.round(shop.first_purchase_ms)
      await shop.stop()
    }
    say(`${values.products} generated products beside the demonstration's …`)
    await addProducts(dataDir, values.products)
    if (Number(values['past-orders']) > 0) await addPastOrders(dataDir, Number(values['past-orders']), say)
    shop = await startShop(options)
    const client = createClient({ baseUrl: shop.gateway })
    const listed = await client.call(listProducts, { query: { limit: 100, in_stock: true } })
    // One of its variants is bought of a product that has some.
    const items = listed.items.filter(item => item.variant_count === 0)
    const on_hand = 10_000_000
    const staffToken = await signIn(shop)
    say('stock for all that will be bought …')
    for (const { id } of items) {
      await client.call(
        setStock,
        { params: { product_id: id }, body: { on_hand } },
        { authorization: `Bearer ${staffToken}` },
      )
    }
    const categories = await client.call(listCategories, {})
    const customers = await makeCustomers(shop.gateway, customersEach * Number(values.shoppers))
    await shop.stop()
    const followed = { product_id: items.at(-1)!.id, on_hand }
    const product_ids = items.slice(0, -1).map(item => item.id)
    const statements = 'purchase, guests'.includes(values.only)
      ? await startBareStatements(dataDir, product_ids)
      : undefined
    const existing: number[] = []
    for (let i = 0; i < rounds; i++) {
      if (i > 0) await shop.stop()
      say('a start on existing data …')
      shop = await startShop(options)
      existing.push(shop.first_purchase_ms)
    }
    await pause(3000)
    const idle = memoryOf(shop)
    const slugs = items.map(item => item.slug)
    const wordsOf = (text: string) => text.toLowerCase().match(/[a-z]{4,}/g) ?? []
    const known = {
      gateway: shop.gateway,
      slugs,
      category: categories.items.find(one => one.product_count > 0)?.slug ?? '',
    }
    scene = {
      ...known,
      connections: Number(values.connections),
      shoppers: Number(values.shoppers),
      product_ids,
      followed,
      words: [...new Set(items.flatMap(item => wordsOf(`${item.name} ${item.description}`)))],
      customers,
      staffToken: await signIn(shop),
      bare: await startBareServer(dataDir, shop.gateway, Object.values(bareParts(known)).flat()),
      statements,
    }
    const rows = await measureAll(shop, scene)
    const loaded = memoryOf(shop)
    const soak = Number(values.soak) > 0 ? await soakFor(Number(values.soak), shop, scene) : undefined
    const report = {
      node: process.version,
      layout: values.layout,
      generated_products: Number(values.products),
      past_orders: Number(values['past-orders']),
      connections: Number(values.connections),
      shoppers: Number(values.shoppers),
      rounds,
      seconds_each: seconds,
      start_fresh_ms: fresh_ms,
      start_existing_ms: Math.round(median(existing)),
      memory_idle_mb: idle,
      memory_after_load_mb: loaded,
      ...(soak ? { soak } : {}),
      rows,
    }
    if (values.json) console.log(JSON.stringify(report, null, 2))
    else print(report)
  } finally {
    scene?.bare.stop()
    await shop?.stop()
    await scene?.statements?.stop()
    if (!kept) await rm(dataDir, { recursive: true, force: true })
  }
}

async function signIn(shop: Shop): Promise<string> {
  const { email, password } = JSON.parse(await readFile(join(shop.dataDir, 'admin.json'), 'utf8'))
  const session = await createClient({ baseUrl: shop.gateway }).call(login, { body: { email, password } })
  if (!('access_token' in session)) throw new Error('the administrator cannot sign in')
  return session.access_token
}

interface Found {
  samples: Sample[]
  limits: number[]
  cpu: Record<string, number>[]
}

/** Round by round, so that what the machine does beside it falls upon all. */
async function measureAll(shop: Shop, scene: Scene): Promise<Row[]> {
  const scenarios = scenariosOf(scene).filter(({ name }) => name.includes(values.only))
  const found = new Map<Scenario, Found>()
  async function measure(scenario: Scenario, round: number): Promise<void> {
    const entry = found.get(scenario) ?? { samples: [], limits: [], cpu: [] }
    found.set(scenario, entry)
    if (round > 0) say(`  ${scenario.name} …`)
    const undo = await scenario.prepare?.()
    try {
      await measurePrepared(scenario, round, entry)
    } finally {
      undo?.()
    }
  }
  async function measurePrepared(scenario: Scenario, round: number, entry: Found): Promise<void> {
    if (round === 0) return void (await scenario.measure(1))
    if (scenario.limit) entry.limits.push((await scenario.limit.measure(seconds)).per_second)
    const before = cpuByRole(shop)
    const sample = await scenario.measure(seconds)
    const used = less(cpuByRole(shop), before)
    const done = sample.per_second * seconds
    entry.samples.push(sample)
    entry.cpu.push(Object.fromEntries(Object.entries(used).map(([role, ms]) => [role, ms / done])))
    // What follows a purchase is not to fall upon whoever is measured next.
    if (scenario.name.startsWith('purchase')) await pause(1500)
  }
  for (let round = 0; round <= rounds; round++) {
    say(round === 0 ? 'warming up …' : `round ${round} of ${rounds}`)
    for (const scenario of scenarios) await measure(scenario, round)
  }
  const closed = scenarios.find(({ name }) => name === 'purchase, guests')
  if (closed) {
    const rate = median(found.get(closed)!.samples.map(sample => sample.per_second))
    const open = openLoopScenario(scene, Math.max(1, Math.round(rate / 2)))
    for (let round = 0; round <= rounds; round++) await measure(open, round)
  }
  return [...found].map(([scenario, { samples, limits, cpu }]) => {
    const rates = samples.map(sample => sample.per_second)
    const middle = samples.find(sample => sample.per_second === median(rates))!
    const roles = [...new Set(cpu.flatMap(Object.keys))].filter(role => !role.startsWith(' '))
    return {
      name: scenario.name,
      sample: middle,
      spread: spreadOf(rates),
      errors: samples.reduce((sum, sample) => sum + sample.errors, 0),
      cpu_ms: Object.fromEntries(roles.map(role => [role, median(cpu.map(used => used[role] ?? 0))])),
      ...(scenario.limit
        ? {
            limit: {
              name: scenario.limit.name,
              per_second: median(limits),
              spread: spreadOf(limits),
              ratio: median(samples.map((sample, i) => sample.per_second / limits[i]!)),
            },
          }
        : {}),
    }
  })
}

const spreadOf = (rates: number[]) => `${Math.round(Math.min(...rates))}–${Math.round(Math.max(...rates))}`

/**
 * A shop's day for as long as it takes to see whether anything grows: the memory of the platform before, after each minute,
 * and when it has been quiet for a while. What it grows by in a minute is the slope of the second half of them: at first
 * everything grows, until it is warm.
 */
async function soakFor(minutes: number, shop: Shop, scene: Scene) {
  const day = scenariosOf(scene).find(({ name }) => name.startsWith('a shop'))!
  const platform = () => memoryOf(shop).platform ?? 0
  const before_mb = platform()
  const memory_mb: number[] = []
  let requests = 0
  let errors = 0
  for (let minute = 1; minute <= minutes; minute++) {
    const sample = await day.measure(60)
    requests += sample.per_second * 60
    errors += sample.errors
    memory_mb.push(platform())
    say(`  minute ${minute} of ${minutes}: ${Math.round(sample.per_second)} requests a second, ${memory_mb.at(-1)} MB`)
  }
  say('  and a minute of quiet …')
  await pause(60_000)
  const warm = memory_mb.slice(Math.floor(memory_mb.length / 2))
  return {
    ...{ minutes, requests: Math.round(requests), errors },
    ...{ before_mb, memory_mb, quiet_mb: platform(), grows_mb_a_minute: Math.round(slopeOf(warm) * 100) / 100 },
  }
}

/** Of the straight line through figures a step apart (least squares); none of fewer than two. */
function slopeOf(figures: number[]): number {
  const middle = (figures.length - 1) / 2
  let over = 0
  let under = 0
  for (const [i, figure] of figures.entries()) {
    over += (i - middle) * figure
    under += (i - middle) ** 2
  }
  return figures.length < 2 ? Number.NaN : over / under
}

function print({ rows, ...facts }: { rows: Row[]; [key: string]: unknown }): void {
  for (const [key, value] of Object.entries(facts))
    console.log(`${key.padEnd(22)} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
  console.log()
  console.log('| | per second | spread | p50 ms | p95 ms | p99 ms | errors | processor ms each | its limit | of it |')
  console.log('|---|---|---|---|---|---|---|---|---|---|')
  for (const { name, sample, spread, errors, cpu_ms, limit } of rows) {
    const cpu = Object.entries(cpu_ms)
      .filter(([role, ms]) => role !== 'wrapper' && ms >= 0.001)
      .map(([role, ms]) => `${role} ${ms < 0.1 ? ms.toFixed(3) : ms.toFixed(1)}`)
      .join(', ')
    const ratio = limit ? `${Math.round(limit.per_second)} ${limit.name} | ${Math.round(limit.ratio * 100)} %` : ' | '
    const cells = [
      Math.round(sample.per_second),
      spread,
      sample.p50_ms,
      sample.p95_ms,
      sample.p99_ms,
      errors,
      cpu,
      ratio,
    ]
    console.log(`| ${name} | ${cells.join(' | ')} |`)
  }
}

if (values.help) console.log(help)
else await main()
