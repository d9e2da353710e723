import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

/*
 * Loads the verbs of the order, inventory and payment services as they are, with three things exchanged: their store.ts
 * for its model in memory, the provider's HTTP connection for the simulated line, and the decider of the checkout for
 * itself with a counter. A variant is the same with one deliberate mistake in its source text. Each variant has its own
 * instances of these modules; everything else is shared.
 */

const here = new URL('./', import.meta.url).href
const services = new URL('../../services/', import.meta.url).href

/** A deliberate mistake: `find` stands in `file` (from services/, or here) exactly once. */
export interface Mistake {
  name: string
  file: string
  find: string
  put: string
  /** Where to begin looking for it, for one that shows itself rarely. */
  seed?: number
}

const mistakes = new Map<string, Mistake>()
const exchanged: Record<string, string> = {
  'order/src/store.ts': 'order-store.ts',
  'order/src/refunds/refund-store.ts': 'refund-store.ts',
  'inventory/src/store.ts': 'inventory-store.ts',
  'payment/src/store.ts': 'payment-store.ts',
}

const urlOf = ({ file }: Mistake) => (file.includes('/') ? services : here) + file

/** The source of a mistake's file with the mistake in it. Throws when its place is not there, or more than once. */
export function withMistake(mistake: Mistake): string {
  const parts = readFileSync(fileURLToPath(urlOf(mistake)), 'utf8').split(mistake.find)
  if (parts.length !== 2)
    throw new Error(`${mistake.name}: its place in ${mistake.file} is there ${parts.length - 1} times`)
  return parts.join(mistake.put)
}

const variantOf = (url: string | undefined) => url?.match(/\?variant=(.*)$/)?.[1]

registerHooks({
  resolve(specifier, context, next) {
    const variant = variantOf(context.parentURL)
    if (variant === undefined) return next(specifier, context)
    const parent = context.parentURL!.replace(/\?.*$/, '')
    if (specifier === 'undici' && parent.startsWith(services))
      return { url: `${here}provider-line.ts`, shortCircuit: true }
    if (!specifier.startsWith('.')) return next(specifier, context)
    let url = new URL(specifier, parent).href
    if (url.startsWith(services)) {
      const path = url.slice(services.length)
      if (exchanged[path]) url = here + exchanged[path]
      else if (path === 'order/src/order.ts' && parent === `${services}order/src/checkout.ts`)
        url = `${here}observed-order.ts`
      // Stores of what takes no part in a checkout stay as they are; nothing here calls them.
      else if (path.endsWith('-store.ts')) return next(specifier, context)
    }
    return { url: `${url}?variant=${variant}`, shortCircuit: true }
  },
  load(url, context, next) {
    const mistake = mistakes.get(decodeURIComponent(variantOf(url) ?? ''))
    if (!mistake || url.replace(/\?.*$/, '') !== urlOf(mistake)) return next(url, context)
    return { format: 'module-typescript', source: withMistake(mistake), shortCircuit: true }
  },
})

/** The shop's code, as it is or with one mistake. */
export async function loadShop(mistake?: Mistake) {
  const variant = mistake?.name ?? 'as it is'
  if (mistake) mistakes.set(variant, mistake)
  const load = (url: string) => import(`${url}?variant=${encodeURIComponent(variant)}`)
  const of = (path: string) => load(services + path)
  const order: Pick<typeof import('../../services/order/src/routes.ts'), 'routes'> = await of('order/src/routes.ts')
  const checkout: typeof import('../../services/order/src/checkout.ts') = await of('order/src/checkout.ts')
  const events: typeof import('../../services/order/src/events.ts') = await of('order/src/events.ts')
  const inventory: typeof import('../../services/inventory/src/routes.ts') = await of('inventory/src/routes.ts')
  const reserve: typeof import('../../services/inventory/src/reserve.ts') = await of('inventory/src/reserve.ts')
  const payment: typeof import('../../services/payment/src/routes.ts') = await of('payment/src/routes.ts')
  const webhook: typeof import('../../services/payment/src/receive-webhook.ts') = await of(
    'payment/src/receive-webhook.ts',
  )
  const sweep: typeof import('../../services/payment/src/sweep.ts') = await of('payment/src/sweep.ts')
  const provider: typeof import('../../services/payment/src/provider.ts') = await of('payment/src/provider.ts')
  const observed: typeof import('./observed-order.ts') = await load(`${here}observed-order.ts`)
  const orderStore: typeof import('./order-store.ts') = await load(`${here}order-store.ts`)
  const inventoryStore: typeof import('./inventory-store.ts') = await load(`${here}inventory-store.ts`)
  const paymentStore: typeof import('./payment-store.ts') = await load(`${here}payment-store.ts`)
  return {
    routes: { order: order.routes, inventory: inventory.routes, payment: payment.routes },
    sweepOrders: checkout.sweep,
    handlers: events.handlers,
    expireReservations: reserve.expireOverdue,
    receiveWebhook: webhook.receiveWebhook,
    settleOverdue: sweep.settleOverdue,
    reconcile: sweep.reconcile,
    createProvider: provider.createProvider,
    nextDue: {
      order: orderStore.nextDue,
      inventory: inventoryStore.nextDue,
      settle: paymentStore.nextDue,
      compare: paymentStore.nextCompare,
    },
    decisions: observed.decisions,
  }
}
export type Shop = Awaited<ReturnType<typeof loadShop>>
