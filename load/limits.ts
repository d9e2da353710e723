import { execFileSync, fork } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { hash, verify } from '@node-rs/bcrypt'
import { connect, type Sql, startEmbeddedPostgres } from '@shopfleet/database'
import { addToGuestCart, findCartOf } from '../services/cart/src/store.ts'
import { insertReservation } from '../services/inventory/src/store.ts'
import { insertOrder, moveOrder } from '../services/order/src/store.ts'
import { insertPayment, settlePayment } from '../services/payment/src/store.ts'
import { percentilesOf, type Sample } from './sample.ts'

/* What the machine would let us do at best, measured beside what we do, in the same run. */

export interface BareServer {
  url: string
  /** Its own path for one of the shop's. */
  pathOf(path: string): string
  stop(): void
}

/** A bare Fastify server that sends the same bytes as the shop does under these paths. */
export async function startBareServer(folder: string, gateway: string, paths: readonly string[]): Promise<BareServer> {
  const pages = await Promise.all(
    paths.map(async path => {
      const answer = await fetch(gateway + path, { headers: { 'accept-encoding': 'identity' } })
      return { path, type: answer.headers.get('content-type')!, body: await answer.text() }
    }),
  )
  const file = join(folder, 'limit-pages.json')
  writeFileSync(file, JSON.stringify(pages))
  const child = fork(join(import.meta.dirname, 'limit-server.ts'), [file])
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', message => resolve((message as { port: number }).port))
    child.once('exit', code => reject(new Error(`the bare server ended (${code})`)))
  })
  return { url: `http://127.0.0.1:${port}`, pathOf: path => `/${paths.indexOf(path)}`, stop: () => void child.kill() }
}

export interface BareStatements {
  measure(shoppers: number, seconds: number): Promise<Sample>
  stop(): Promise<void>
}

/**
 * The statements of a purchase, by the services' own functions, straight against a PostgreSQL with a copy of the shop's
 * data and its durability: no HTTP, no provider, no rules, no events read. The copy is made of the data of a shop that is
 * not running.
 */
export async function startBareStatements(dataDir: string, product_ids: readonly string[]): Promise<BareStatements> {
  const copy = `${dataDir}-limit`
  // With the owners of its files: PostgreSQL does not run as root.
  execFileSync('cp', ['-a', dataDir, copy])
  const postgres = await startEmbeddedPostgres({ dataDir: copy })
  const open = (database: string): Sql => {
    const url = new URL(postgres.adminUrl)
    url.pathname = `/shopfleet_${database}`
    return connect(url.href, { name: 'limit', plans: 'generic' })
  }
  const [cart, order, inventory, payment] = ['cart', 'order', 'inventory', 'payment'].map(open) as [Sql, Sql, Sql, Sql]
  const paid = { name: 'order.paid', version: 1 } as never

  async function buy(product_id: string): Promise<void> {
    const fresh = crypto.getRandomValues(new Uint8Array(32))
    const { made } = await addToGuestCart(cart, { given: null, fresh }, { product_id, quantity: 1 })
    const owner = { user_id: null, token_hash: fresh }
    await findCartOf(cart, made!.id, owner)
    await findCartOf(cart, made!.id, owner)
    const totals = { subtotal_minor: 1000, discount_minor: 0, shipping_minor: 0, tax_minor: 0, total_minor: 1000 }
    const line = {
      product_id,
      sku: 'sku',
      product_name: 'A lamp',
      quantity: 1,
      price_minor: 1000,
      subtotal_minor: 1000,
    }
    const placed = await insertOrder(order, {
      ...totals,
      ...{
        id: newId(),
        user_id: null,
        email: 'bench@example.com',
        goal: 'pay',
        payment_method: 'tok',
        currency: 'USD',
      },
      ...{ shipping_address: null, cart_id: made!.id, hold_s: 900, lease_ms: 60_000 },
      ...{ idempotency_scope: null, idempotency_key: null, request_hash: '', lines: [line] },
      ...{ coupon_code: null, coupon_once: false },
    })
    await insertReservation(inventory, placed.id, [{ product_id, quantity: 1 }], { expires_in_s: 900, sell: true })
    const asked = { order_id: placed.id, attempt: 1, amount_minor: 1000, currency: 'USD', provider: 'bench' }
    const begun = await insertPayment(payment, { ...asked, payment_method: null, at_once: true }, 60_000)
    const seen = { captured_minor: 0, refunded_minor: 0, provider_reference: begun!.id, decline_code: null }
    await settlePayment(payment, begun!.id, { ...seen, status: 'captured', captured_minor: 1000 } as never)
    await moveOrder(order, placed, {
      from: { statuses: ['pending'], goals: ['pay'], attempt: 1 },
      to: { status: 'processing', payment_status: 'paid', goal: 'none', settled: true },
      ...{ note: 'paid', event: paid, with_items: true, answer: 'paid' },
    })
  }

  return {
    async measure(shoppers, seconds) {
      const times: number[] = []
      const began = performance.now()
      let n = 0
      await Promise.all(
        Array.from({ length: shoppers }, async () => {
          while (performance.now() < began + seconds * 1000) {
            const from = performance.now()
            await buy(product_ids[n++ % product_ids.length]!)
            times.push(performance.now() - from)
          }
        }),
      )
      const took_ms = performance.now() - began
      return { per_second: (times.length / took_ms) * 1000, ...percentilesOf(times), errors: 0 }
    },
    async stop() {
      await Promise.all([cart, order, inventory, payment].map(sql => sql.end()))
      await postgres.stop()
      rmSync(copy, { recursive: true, force: true })
    },
  }
}

let count = 0
/** A UUIDv7. */
function newId(): string {
  const at = Date.now().toString(16).padStart(12, '0')
  const rest = `7000-8000-${(count++).toString(16).padStart(12, '0')}`
  return `${at.slice(0, 8)}-${at.slice(8)}-${rest}`
}

/** bcrypt alone, at the cost the shop uses, on all cores. */
export async function measureBcrypt(seconds: number): Promise<Sample> {
  const known = await hash('a horse of battery staples', 12)
  const times: number[] = []
  const began = performance.now()
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      while (performance.now() < began + seconds * 1000) {
        const from = performance.now()
        await verify('a horse of battery staples', known)
        times.push(performance.now() - from)
      }
    }),
  )
  const took_ms = performance.now() - began
  return { per_second: (times.length / took_ms) * 1000, ...percentilesOf(times), errors: 0 }
}
