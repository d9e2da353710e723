import type * as api from '@shopfleet/contracts'
import type { Random } from '@shopfleet/testing'
import type { Input, Outcome, Sender, ShopClient } from '../client.ts'

/* What all shoppers share: the shop they shop in, what is on its shelves, and how one goes about getting an answer. */

export interface Shop {
  client: ShopClient
  random: Random
  /** Plenty of each. */
  products: string[]
  /** A token of a card for each time it is used. */
  cards: readonly string[]
  /** A few of each: races for the last one. */
  hot: string[]
  /** Codes that shoppers have heard of; some have fewer uses than there are shoppers. */
  coupons: string[]
  /** Orders that were seen paid, for staff to work on; the newest. */
  paid: Recent<{ id: string; order_token?: string }>
  /** Orders of others, to be refused. */
  foreign: Recent<string>
  customers: Recent<Sender & { password: string }>
  isOver: () => boolean
  sleep: (ms: number) => Promise<void>
}

/** The last few of something; the oldest are forgotten. */
export interface Recent<T> {
  add(one: T): void
  take(): T | undefined
  pick(random: Random): T | undefined
}

export function createRecent<T>(size: number): Recent<T> {
  const list: T[] = []
  return {
    add(one) {
      list.push(one)
      if (list.length > size) list.shift()
    },
    take: () => list.shift(),
    pick: random => (list.length === 0 ? undefined : random.pick(list)),
  }
}

const attempts = 6

/**
 * Has one intention carried out: the same request under the same key until somebody says what became of it. Now and
 * then it is sent twice or thrice at once, as by a nervous finger; now and then the shopper walks away from an error.
 */
export async function insist(shop: Shop, sender: Sender, operation: api.Operation, input: Input): Promise<Outcome> {
  const { client, random } = shop
  const key = newKey(random)
  let outcome: Outcome = { phase: 'info' }
  let attempt = 1
  for (let round = 1; round <= attempts; round++) {
    const copies = random.next() < 0.05 ? 2 + random.below(2) : 1
    const outcomes = await Promise.all(
      Array.from({ length: copies }, () => client.send(sender, operation, input, { key, attempt: attempt++ })),
    )
    const decided = outcomes.find(one => one.phase === 'ok') ?? outcomes.find(isDecided)
    if (decided) return decided
    outcome = outcomes[0]!
    if (shop.isOver() || random.next() < 0.06) break
    await shop.sleep(Math.min(2000, 100 * 2 ** round) * (0.5 + random.next()))
  }
  return outcome
}

const isDecided = ({ phase, problem, status }: Outcome) =>
  phase === 'fail' && problem !== 'request-in-progress' && status !== 429

export function newKey(random: Random): string {
  return `k-${Array.from({ length: 4 }, () => random.below(2 ** 32).toString(36)).join('')}`
}

/** Asks until there is an answer, for what may be asked as often as one likes. */
export async function ask(shop: Shop, sender: Sender, operation: api.Operation, input: Input = {}): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await shop.client.send(sender, operation, input, { attempt })
    if (outcome.phase !== 'info' || attempt === 4 || shop.isOver()) return outcome
    await shop.sleep(150 * 2 ** attempt * (0.5 + shop.random.next()))
  }
}

/** Tokens of cards, with how often each is used. Every behaviour of the provider is among them. */
const cards: readonly (readonly [token: string, weight: number])[] = [
  ['tok_approve', 60],
  ['tok_decline', 6],
  ['tok_insufficient_funds', 2],
  ['tok_timeout_before', 2],
  ['tok_timeout_after', 3],
  ['tok_error_after', 3],
  ['tok_slow', 2],
  ['tok_webhook_late', 4],
  ['tok_webhook_thrice', 4],
  ['tok_webhook_never', 3],
  ['tok_capture_timeout_before', 2],
  ['tok_capture_timeout_after', 2],
  ['tok_capture_error_after', 2],
  ['tok_capture_decline', 2],
  ['tok_void_timeout_after', 1],
  ['tok_refund_timeout_after', 1],
  ['tok_refund_error_after', 1],
]

/** Each card as often as it is used; `more` says how often some are used instead. */
export const cardsOf = (more: Readonly<Record<string, number>> = {}): string[] =>
  cards.flatMap(([token, weight]) => Array<string>(more[token] ?? weight).fill(token))

export const cardOf = ({ random, cards }: Shop): string => random.pick(cards)

export const address = (random: Random) => ({
  name: `Shopper ${random.below(1000)}`,
  line1: `${1 + random.below(200)} Harbour Road`,
  city: 'Lisbon',
  postal_code: `1${String(random.below(1000)).padStart(3, '0')}-001`,
  country: 'PT',
})

export function linesOf({ random, products, hot }: Shop): { product_id: string; quantity: number }[] {
  const ids = new Set<string>()
  const wanted = 1 + random.below(3)
  while (ids.size < wanted) ids.add(random.next() < 0.12 ? random.pick(hot) : random.pick(products))
  return [...ids].map(product_id => ({ product_id, quantity: 1 + random.below(3) }))
}

/** A pause as of a person, shortened so that a minute sees many. */
export const think = ({ random, sleep }: Shop): Promise<void> => sleep(20 + random.below(160))
