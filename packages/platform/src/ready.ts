import { styleText } from 'node:util'
import type { Administrator } from './administrator.ts'
import type { Options } from './options.ts'
import { type PortPlan, urlOf } from './ports.ts'

export interface ReadyReport {
  options: Options
  ports: PortPlan
  /** The web app for shoppers is open. */
  hasStorefront: boolean
  /** The web app for staff is open. */
  hasPanel: boolean
  /** Mail is caught, and can be looked at. */
  hasMailbox: boolean
  administrator: Administrator | undefined
  /** A product that can be bought now. */
  productId: string | undefined
  /** Where PostgreSQL keeps its files, when that is not the data folder. */
  postgresFolder: string | undefined
  /** Runs in the background: there is no terminal to press keys in. */
  isDetached: boolean
  seconds: number
}

/** Something in stock that has no variants to choose from, asked for where a customer asks. */
export async function findProductId(gatewayUrl: string): Promise<string | undefined> {
  const answer = await fetch(`${gatewayUrl}/api/products?limit=50&in_stock=true`)
  if (!answer.ok) return undefined
  const { items } = (await answer.json()) as { items: { id: string; variant_count: number }[] }
  return items.find(item => item.variant_count === 0)?.id
}

/** A line for the shell that buys one of the product as a guest. */
export function purchaseLine(gatewayUrl: string, productId: string, platform = process.platform): string {
  const body = JSON.stringify({
    email: 'ada@example.com',
    items: [{ product_id: productId, quantity: 1 }],
    payment_method: 'tok_approve',
  })
  const quote = (text: string) =>
    platform === 'win32' ? `"${text.replaceAll('"', '\\"')}"` : `'${text.replaceAll("'", "'\\''")}'`
  return `curl -sS ${gatewayUrl}/api/orders -H ${quote('content-type: application/json')} -d ${quote(body)}`
}

/** The addresses, the credentials, and what to do next. */
export function readyText(report: ReadyReport): string {
  const { options, ports, administrator, productId, seconds } = report
  const gatewayUrl = urlOf(ports.service.gateway!, 'localhost')
  const shopUrl = urlOf(ports.storefront, 'localhost')
  if (options.quiet) return `Shopfleet is ready: ${report.hasStorefront ? shopUrl : gatewayUrl}`
  const bold = (text: string) => styleText('bold', text, { stream: process.stdout })
  const row = (name: string, text: string) => `  ${name.padEnd(18)}${text}`
  const own = Object.values(ports.service).filter(place => place.name !== 'gateway')
  const lines = [
    '',
    bold(`Shopfleet is ready after ${seconds.toFixed(1)} s`),
    '',
    ...(report.hasStorefront ? [row('storefront', `${bold(shopUrl)}   (open it in a browser)`)] : []),
    ...(report.hasPanel
      ? [row('admin panel', `${bold(urlOf(ports.panel, 'localhost'))}   (sign in as the administrator below)`)]
      : []),
    row('gateway', report.hasStorefront ? gatewayUrl : bold(gatewayUrl)),
    row('API reference', `${gatewayUrl}/docs   (OpenAPI: /openapi.json)`),
    ...own.map(place => row(place.name, urlOf(place, 'localhost'))),
    row('payment simulator', urlOf(ports.simulator, 'localhost')),
    ...(report.hasMailbox
      ? [row('mailbox', `${bold(urlOf(ports.mailbox, 'localhost'))}   (what the shop sends, to read)`)]
      : []),
    row('metrics', `${urlOf(ports.metrics, 'localhost')}/metrics, and /metrics of each service`),
    '',
    ...(administrator
      ? [
          row('administrator', `${administrator.email}  ${bold(administrator.password)}`),
          row('', `kept in ${administrator.file}`),
        ]
      : [row('administrator', 'exists already; the password is not kept here')]),
    row('data', options.dataDir),
    ...(report.postgresFolder ? [row('', `and, as root, PostgreSQL's files in ${report.postgresFolder}`)] : []),
    ...(options.logTo === 'file'
      ? [row('log', options.layout === 'one' ? `${options.dataDir}/shopfleet.log` : `${options.dataDir}/logs/`)]
      : []),
    '',
    ...(productId
      ? ['Buy something:', '', purchaseLine(gatewayUrl, productId)]
      : ['There is nothing to buy yet: add a product as the administrator (POST /api/products).']),
    '',
    report.isDetached ? 'Stop with npm stop.' : 'Stop with Ctrl-C, or with npm stop in another terminal.',
  ]
  return lines.join('\n')
}
