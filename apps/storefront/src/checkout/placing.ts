import {
  type Cart,
  type Client,
  createAddress,
  createClient,
  getProfile,
  type Order,
  Problem,
  placeOrder,
} from '@shopfleet/contracts'
import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { addressesKey } from '../account/queries.ts'
import { tellTabs } from '../cart/cart-tabs.ts'
import { cartKey } from '../cart.tsx'
import { emptyCart } from '../cart-lines.ts'
import { orderKey } from '../order/order-queries.ts'
import { keepOrderToken } from '../order/order-token.ts'
import { noteOrderOfCart } from '../order/ordered-cart.ts'
import { type Shop, useShop } from '../shop.tsx'
import {
  forgetIntention,
  type Intention,
  isStale,
  keepIntention,
  keptIntention,
  patience,
  type Verdict,
  verdictOf,
} from './intention.ts'

/** Pursues an intention until it is known what became of it, whichever page is shown meanwhile. */

export type Placing =
  | { step: 'idle' }
  /** Sent a moment ago. */
  | { step: 'sending' }
  /** No answer, or not the last one: asking again, under the same key. */
  | { step: 'finding-out' }
  /** From an earlier visit: pursued when the shopper says so. */
  | { step: 'stale'; began_ms: number; total: number; currency: string | undefined }
  /** Only whoever wanted it can find out. */
  | { step: 'signed-out' }
  | { step: 'refused'; problem: Problem }
  | { step: 'placed'; order: Order }

/** After this long an answer does not come any more. */
const answer_ms = 20_000

/** One tab at a time: two must not make two keys of one wish. */
const inTurn = <T>(work: () => Promise<T>): Promise<T> =>
  navigator.locks ? navigator.locks.request('checkout', work) : work()

/** `randomUUID` is not there on a shop without HTTPS. */
const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')

class Placer {
  readonly #shop: Pick<Shop, 'api'>
  readonly #queries: QueryClient
  readonly #listeners = new Set<() => void>()
  #state: Placing = { step: 'idle' }
  #isBusy = false

  constructor(shop: Shop) {
    this.#shop = shop
    this.#queries = shop.queries
  }

  readonly state = (): Placing => this.#state
  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #show(state: Placing): void {
    this.#state = state
    for (const listener of this.#listeners) listener()
  }

  /** A press of "Pay". While something is being pursued already, it is that which is pursued. */
  begin(wish: Omit<Intention, 'key' | 'began_ms'>): void {
    void this.#pursue(() => {
      const before = keptIntention(wish.user_id)
      if (before) return before
      const intention: Intention = { ...wish, key: newKey(), began_ms: Date.now() }
      // Before it is sent: whatever happens to this page, the next one knows the key.
      keepIntention(intention)
      return intention
    })
  }

  /** On arriving at the checkout: goes on with what an earlier page began. `agreed`: the shopper wants it, however old. */
  resume(user_id: string | null, agreed = false): void {
    const before = keptIntention(user_id)
    if (!before || this.#isBusy) return
    const { expected_total: total, currency } = before.body
    if (!agreed && isStale(before, Date.now())) {
      this.#show({ step: 'stale', began_ms: before.began_ms, total, currency })
      return
    }
    void this.#pursue(() => keptIntention(user_id))
  }

  /** What was told has been seen. */
  settle(): void {
    if (!this.#isBusy) this.#show({ step: 'idle' })
  }

  async #pursue(find: () => Intention | undefined): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    this.#show({ step: 'sending' })
    const end = await inTurn(async (): Promise<Placing> => {
      const intention = find()
      if (!intention) {
        // Another tab has found out.
        await this.#queries.invalidateQueries({ queryKey: cartKey })
        return { step: 'idle' }
      }
      return this.#findOut(intention)
    })
    this.#isBusy = false
    this.#show(end)
  }

  async #findOut(intention: Intention): Promise<Placing> {
    for (let tries = 0; ; tries++) {
      const verdict = await this.#ask(intention)
      switch (verdict.kind) {
        case 'placed':
          this.#wasPlaced(intention, verdict.order)
          return { step: 'placed', order: verdict.order }
        case 'refused':
          forgetIntention(intention)
          void this.#queries.invalidateQueries({ queryKey: cartKey })
          return { step: 'refused', problem: verdict.problem }
        case 'signed-out':
          return { step: 'signed-out' }
        case 'unknown':
          this.#show({ step: 'finding-out' })
          await pause(patience(tries))
      }
    }
  }

  async #ask(intention: Intention): Promise<Verdict> {
    const { user_id, cart_token, key, body } = intention
    try {
      const api = user_id === null ? asGuest(cart_token) : this.#shop.api
      if (user_id !== null && !(await isUser(api, user_id))) return { kind: 'signed-out' }
      return verdictOf(await inTime(api.send(placeOrder, { body }, { 'idempotency-key': key })))
    } catch {
      return verdictOf(undefined)
    }
  }

  #wasPlaced(intention: Intention, order: Order): void {
    if (order.order_token) keepOrderToken(order.id, order.order_token)
    noteOrderOfCart(order)
    forgetIntention(intention)
    this.#queries.setQueryData(orderKey(order.id), order)
    if (order.status !== 'pending') {
      this.#queries.setQueryData<Cart>(cartKey, before => ({ ...emptyCart, cart_token: before?.cart_token ?? null }))
    }
    tellTabs()
    const { shipping_address: address } = intention.body
    if (!intention.keeps_address || !address) return
    // A courtesy: an order is no less placed when the address could not be kept.
    this.#shop.api.call(createAddress, { body: { address } }).then(
      () => this.#queries.invalidateQueries({ queryKey: addressesKey }),
      () => {},
    )
  }
}

/**
 * As the guest who wanted it, also when somebody has signed in since: without cookies, so that the platform finds the
 * key where it was used.
 */
const asGuest = (cart_token: string | null): Client =>
  createClient({
    baseUrl: '',
    headers: cart_token === null ? {} : { 'x-cart-token': cart_token },
    fetch: (input, init) => fetch(input, { ...init, credentials: 'omit' }),
  })

/** Whether the session is still that of the customer who wanted it. Throws when nobody can say. */
async function isUser(api: Client, user_id: string): Promise<boolean> {
  try {
    return (await inTime(api.call(getProfile, {}))).id === user_id
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return false
    throw error
  }
}

const inTime = <T>(answer: Promise<T>): Promise<T> =>
  Promise.race([
    answer,
    new Promise<never>((_, reject) => setTimeout(() => reject(new TypeError('no answer')), answer_ms)),
  ])

/** Some time, or until there is a connection again. */
function pause(ms: number): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener('online', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    addEventListener('online', done)
  })
}

const placers = new WeakMap<QueryClient, Placer>()
function placerOf(shop: Shop): Placer {
  const placer = placers.get(shop.queries) ?? new Placer(shop)
  placers.set(shop.queries, placer)
  return placer
}

const idle: Placing = { step: 'idle' }

export function usePlacing(): { placing: Placing; begin: Placer['begin']; resume: Placer['resume']; settle(): void } {
  const placer = placerOf(useShop())
  const placing = useSyncExternalStore(placer.subscribe, placer.state, () => idle)
  return {
    placing,
    begin: wish => placer.begin(wish),
    resume: (user_id, agreed) => placer.resume(user_id, agreed),
    settle: () => placer.settle(),
  }
}
