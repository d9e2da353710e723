import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as api from '@shopfleet/contracts'
import { services } from '@shopfleet/platform'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { dashboards } from '../../infrastructure/monitoring/grafana/dashboards.ts'

/* What is watched exists: every metric that a rule, a test or a dashboard speaks of is told by a running platform. */

const root = join(import.meta.dirname, '../..')
const monitoring = join(root, 'infrastructure/monitoring')
const read = (file: string) => readFileSync(join(monitoring, file), 'utf8')
const ruleFiles = globSync('prometheus/rules/*.yaml', { cwd: monitoring })
const testFiles = globSync('prometheus/tests/*.yaml', { cwd: monitoring })
const rules = ruleFiles.map(read).join('\n')
const tests = testFiles.map(read).join('\n')

interface Alert {
  name: string
  text: string
}
const alerts: Alert[] = rules
  .split(/^ +- (?=alert: |record: )/m)
  .filter(text => text.startsWith('alert: '))
  .map(text => ({ name: /^alert: (\w+)/.exec(text)![1]!, text }))
const recorded = [...rules.matchAll(/- record: (\S+)/g)].map(match => match[1]!)

/** Expressions of rules: the rest of the line, or the lines below that are further in. */
const expressions = [...rules.matchAll(/^( +)expr: (?:\|\n((?:\1 +.*\n)+)|(.+)\n)/gm)].map(
  match => match[2] ?? match[3]!,
)
const queries = (part: unknown): string[] => {
  if (Array.isArray(part)) return part.flatMap(queries)
  if (typeof part !== 'object' || part === null) return []
  return Object.entries(part).flatMap(([key, value]) =>
    key === 'expr' && typeof value === 'string' ? [value] : queries(value),
  )
}

const words = new Set('and or unless bool offset by without on ignoring group_left group_right inf nan'.split(' '))
/** The metrics an expression of PromQL asks for. */
function metricsIn(expression: string): string[] {
  const bare = expression
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, '')
    .replaceAll(/\boffset\s+\w+/g, '')
  return [...bare.matchAll(/[a-zA-Z_:][\w:]*(?!\w)(?!\s*\()/g)]
    .map(match => match[0])
    .filter(name => !words.has(name) && !/^(e|s|m|h|d)$/.test(name))
}
const used = new Set([
  ...[...expressions, ...queries(Object.values(dashboards))].flatMap(metricsIn),
  ...[...tests.matchAll(/series: '([\w:]+)/g)].map(match => match[1]!),
])

/** What others tell: Prometheus itself, and the exporters of PostgreSQL and of the machine. */
const isOfOthers = (name: string) => name === 'up' || name === 'ALERTS' || /^(pg|node)_/.test(name)

let platform: TestPlatform
let told: Map<string, string>
async function scrape(): Promise<Map<string, string>> {
  const texts = await Promise.all(
    services.map(async ({ name }): Promise<[string, string]> => {
      const origin = name === 'gateway' ? `http://127.0.0.1:${platform.env(name).METRICS_PORT}` : platform.url(name)
      return [name, await (await fetch(`${origin}/metrics`)).text()]
    }),
  )
  return new Map(texts)
}
/** The value of the first series with these labels; its labels as they are written there. */
function seriesOf(service: string, name: string, labels = ''): number {
  const line = told
    .get(service)!
    .split('\n')
    .find(text => text.startsWith(`${name}{`) && text.includes(labels))
  return Number(line?.split(' ').at(-1))
}

before(async () => {
  platform = await startTestPlatform({ services: services.map(entry => entry.name), simulator: true, mail: true })
  const { ensureAdministrator } = await import('@shopfleet/user')
  const credentials = { email: 'admin@example.com', password: 'an administrator of the shop' }
  await ensureAdministrator(platform.service('user').ctx, credentials)
  const shop = platform.client('gateway')
  const session = await shop.call(api.login, { body: credentials })
  assert.ok('access_token' in session)
  const admin = { authorization: `Bearer ${session.access_token}` }
  const body = { name: 'Lantern', price: 24.5, stock: 5 }
  const product = await shop.call(api.createProduct, { body }, admin)
  await platform.drain()
  const buy = (payment_method: string, quantity: number) =>
    shop.call(api.placeOrder, {
      body: { email: 'ada@example.com', items: [{ product_id: product.id, quantity }], payment_method },
    })
  const paid = await buy('tok_approve', 2)
  await assert.rejects(buy('tok_decline', 1))
  await assert.rejects(buy('tok_approve', 50))
  await shop.call(api.getProduct, { params: { id: product.id } })
  await platform.drain()
  await shop.call(api.cancelOrder, { params: { id: paid.id }, body: {} }, { ...admin })
  await platform.drain()
  told = await scrape()
})
after(() => platform?.stop())

test('every metric that a rule, a test of one or a dashboard asks for is told by a running platform', () => {
  const names = new Set(
    [...told.values()]
      .flatMap(text => [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)])
      .flatMap(([, name, type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name!],
      ),
  )
  const missing = [...used].filter(name => !names.has(name) && !recorded.includes(name) && !isOfOthers(name))
  assert.deepEqual(missing, [])
  assert.ok(used.size > 50, `only ${used.size} metrics were found in the expressions`)
})

test('a purchase, a decline, a shortage and a cancellation are counted once each', () => {
  assert.equal(seriesOf('order', 'orders_total', 'status="placed"'), 3)
  assert.equal(seriesOf('order', 'orders_total', 'status="paid"'), 1)
  assert.equal(seriesOf('order', 'orders_total', 'status="cancelled"'), 3)
  assert.equal(seriesOf('order', 'orders_value_total', 'currency="USD"'), 49)
  assert.equal(seriesOf('order', 'orders_cancelled_total', 'reason="payment_declined"'), 1)
  assert.equal(seriesOf('order', 'orders_cancelled_total', 'reason="out_of_stock"'), 1)
  assert.equal(seriesOf('order', 'orders_cancelled_total', 'reason="asked"'), 1)
  assert.equal(seriesOf('inventory', 'stock_shortages_total'), 1)
  assert.equal(seriesOf('payment', 'payments_total', 'status="captured"'), 1)
  assert.equal(seriesOf('payment', 'payments_total', 'status="declined"'), 1)
  assert.equal(seriesOf('payment', 'refunds_total', 'outcome="asked"'), 1)
  assert.equal(seriesOf('payment', 'refunds_total', 'outcome="made"'), 1)
  assert.equal(seriesOf('order', 'orders_unfinished'), 0)
  assert.equal(seriesOf('payment', 'payments_in_question'), 0)
  assert.equal(seriesOf('analytics', 'event_lag_seconds', 'topic="order"'), 0)
  for (const { name, hasDatabase } of services) if (hasDatabase) assert.equal(seriesOf(name, 'db_up'), 1, name)
})

test('every alert says how bad it is, in words what it means, and where it is read up; both its sides are tested', () => {
  assert.ok(alerts.length > 30)
  for (const { name, text } of alerts) {
    assert.match(text, /severity: (page|ticket)\b/, name)
    assert.match(text, /summary: '.{20,}'/, name)
    const [, file, anchor] = /runbook_url: (docs\/runbooks\/[a-z-]+\.md)#(\w+)/.exec(text) ?? []
    assert.ok(file, `${name} has no runbook`)
    const headings = [...readFileSync(join(root, file), 'utf8').matchAll(/^## (.+)$/gm)]
    assert.ok(headings.map(heading => heading[1]!.toLowerCase()).includes(anchor!), `${file}#${anchor}`)
    assert.equal(anchor, name.toLowerCase())
    for (const side of ['fires', 'is quiet']) assert.match(tests, new RegExp(`name: ${name} ${side}\n`))
  }
})

test('every service is a target, at the port it has', () => {
  const targets = read('prometheus/targets.yaml')
  for (const { name, port } of services)
    assert.match(targets, new RegExp(`'${name}:${name === 'gateway' ? 8081 : port}'\\], labels: \\{ service: ${name} `))
})

const programs: [string, string[]][] = [
  ['promtool', ['check', 'config', 'prometheus/prometheus.yaml']],
  ['promtool', ['check', 'rules', ...ruleFiles]],
  ['promtool', ['test', 'rules', ...testFiles]],
  ['amtool', ['check-config', 'alertmanager/alertmanager.yaml']],
]
for (const [program, args] of programs) {
  const isThere = spawnSync(program, ['--version']).error === undefined
  const skip = isThere ? false : `${program} is not installed: apt-get install prometheus prometheus-alertmanager`
  test(`${program} ${args.slice(0, 2).join(' ')} finds nothing wrong`, { skip }, () => {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: monitoring, encoding: 'utf8' })
    assert.equal(status, 0, `${stdout}${stderr}`)
  })
}
