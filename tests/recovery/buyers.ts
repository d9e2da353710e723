import { randomUUID } from 'node:crypto'
import * as api from '@shopfleet/contracts'

/* Guests who buy, hold, pay later and cancel, and write down what they were told: the shop must stand by it. */

export interface Told {
  id: string
  number: string
  total: number
  order_token: string
  /** What the last acknowledged answer said, and when it came; undefined while a later request has no answer. */
  state: 'paid' | 'held' | 'cancelled' | undefined
  at_ms: number
  placed_ms: number
}

export interface Buyers {
  told: Map<string, Told>
  /** Answers so far, and requests that nobody answered. */
  count: { answered: number; refused: number; lost: number }
  stop(): Promise<void>
}

const patience_ms = 8000

/** Lets so many guests buy without a break until they are stopped. */
export function startBuyers(gatewayUrl: string, products: readonly string[], howMany: number): Buyers {
  const told = new Map<string, Told>()
  const count = { answered: 0, refused: 0, lost: 0 }
  const client = api.createClient({
    baseUrl: gatewayUrl,
    fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(patience_ms) }),
  })
  let isOver = false
  let turn = 0

  async function ask<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await work()
      count.answered++
      return answer
    } catch (error) {
      const refused = error instanceof api.Problem && error.status < 500
      if (refused) count.refused++
      else count.lost++
      // A shop that is not available is not hammered.
      if (!refused) await new Promise(resolve => setTimeout(resolve, 100))
      return undefined
    }
  }

  async function visit(): Promise<void> {
    const kind = turn++ % 5
    const product_id = products[turn % products.length]!
    const hold = kind === 1 || kind === 2
    const body = { product_id, quantity: 1 + (turn % 2), email: `guest-${turn}@example.com` }
    const key = { 'idempotency-key': randomUUID() }
    const order = await ask(() =>
      client.call(api.placeOrder, { body: hold ? body : { ...body, payment_method: 'tok_approve' } }, key),
    )
    if (!order) return
    const now_ms = Date.now()
    const entry: Told = {
      ...{ id: order.id, number: order.number, total: order.total, order_token: order.order_token! },
      ...{
        state: hold ? 'held' : order.payment_status === 'paid' ? 'paid' : undefined,
        at_ms: now_ms,
        placed_ms: now_ms,
      },
    }
    told.set(order.id, entry)
    const token = { 'x-order-token': entry.order_token }
    const follow = async (state: 'paid' | 'cancelled', work: () => Promise<unknown>) => {
      entry.state = undefined
      if ((await ask(work)) !== undefined) Object.assign(entry, { state, at_ms: Date.now() })
    }
    const params = { id: order.id }
    if (kind === 1) {
      await follow('paid', () =>
        client.call(
          api.payOrder,
          { params, body: { payment_method: 'tok_approve' } },
          { ...token, 'idempotency-key': randomUUID() },
        ),
      )
    }
    if (kind === 3) await follow('cancelled', () => client.call(api.cancelOrder, { params, body: {} }, token))
  }

  const running = Promise.all(
    Array.from({ length: howMany }, async () => {
      while (!isOver) await visit()
    }),
  )
  return {
    told,
    count,
    async stop() {
      isOver = true
      await running
    },
  }
}
