import {
  addCartItem,
  type Cart,
  clearCart,
  getCart,
  Problem,
  removeCartItem,
  updateCartItem,
} from '@shopfleet/contracts'
import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { tellTabs } from './cart/cart-tabs.ts'
import { type CartChange, changedCart, emptyCart, type InCart, type Purchasable } from './cart-lines.ts'
import { cartTokenKey, keep, kept, signedInKey } from './kept.ts'
import { observe } from './observe.ts'
import { orderedCart } from './order/ordered-cart.ts'
import { type Shop, useShop } from './shop.tsx'

/**
 * The visitor's cart. A change is shown at once and written behind; changes of one line that follow each other quickly
 * are written as one. What cannot be written is taken back, and whoever asked is told why.
 */

export const cartKey = ['cart'] as const
const settle_ms = 250
/** How often, and how long apart, it is tried whether an ordered cart has been closed. */
const closing_tries = 20
const closing_ms = 500

export const cartQuery = ({ api }: Pick<Shop, 'api'>) =>
  queryOptions({
    queryKey: cartKey,
    staleTime: 15_000,
    refetchOnWindowFocus: true,
    queryFn: async (): Promise<Cart> => {
      // A stranger without a token has no cart yet; asking would only be counted.
      if (kept(cartTokenKey) === undefined && kept(signedInKey) === undefined) return emptyCart
      return remember(await api.call(getCart, {}))
    },
  })

/** Keeps the token of a guest's cart. One that has just been ordered is over, also where the platform closes it a moment later. */
function remember(cart: Cart): Cart {
  if (cart.cart_token) keep(cartTokenKey, cart.cart_token)
  const ordered = orderedCart()
  return ordered?.is_settled && ordered.cart_id === cart.id ? { ...emptyCart, cart_token: cart.cart_token } : cart
}

/** What is on its way to the server, in turn; one for all components of a page. */
class CartWriter {
  readonly #queries: QueryClient
  readonly #shop: Shop
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #before: Cart | undefined
  readonly #timers = new Map<
    string,
    { timer: ReturnType<typeof setTimeout>; done: Array<PromiseWithResolvers<void>>; write(): void }
  >()

  constructor(shop: Shop) {
    this.#shop = shop
    this.#queries = shop.queries
  }

  #show(change: CartChange): void {
    const cart = this.#queries.getQueryData<Cart>(cartKey) ?? emptyCart
    if (this.#waiting === 0 && this.#timers.size === 0) this.#before = cart
    this.#queries.setQueryData(cartKey, changedCart(cart, change))
  }

  /** Writes after what was written before. Resolves when the server has it; rejects, with the change taken back. */
  #write(send: () => Promise<Cart | null>): Promise<void> {
    this.#waiting++
    void this.#queries.cancelQueries({ queryKey: cartKey })
    const written = this.#turn.then(send).then(
      cart => {
        this.#waiting--
        const now = cart ? remember(cart) : emptyCart
        // Later changes are on the screen already: an answer that does not know them must not take them away.
        if (this.#waiting === 0 && this.#timers.size === 0) this.#queries.setQueryData(cartKey, now)
        tellTabs()
      },
      error => {
        this.#waiting--
        if (this.#before) this.#queries.setQueryData(cartKey, this.#before)
        void this.#queries.invalidateQueries({ queryKey: cartKey })
        throw error
      },
    )
    this.#turn = written.catch(() => {})
    return written
  }

  add(product: Purchasable, quantity: number): Promise<void> {
    this.#show({ kind: 'add', product, quantity })
    return this.#write(async () => {
      const cart = await this.#addToOpenCart(product.id, quantity)
      observe({ what: 'carted', product_id: product.id })
      return cart
    })
  }

  /** What is added in the moment before the platform closes an ordered cart goes with it: it is added to the next one. */
  async #addToOpenCart(product_id: string, quantity: number): Promise<Cart> {
    for (let tries = 0; ; tries++) {
      const cart = await this.#shop.api.call(addCartItem, { body: { product_id, quantity } })
      const ordered = orderedCart()
      if (!ordered?.is_settled || ordered.cart_id !== cart.id || tries === closing_tries) return cart
      await new Promise(resolve => setTimeout(resolve, closing_ms))
    }
  }

  setQuantity(item: InCart, quantity: number): Promise<void> {
    this.#show({ kind: 'quantity', item_id: item.id, quantity })
    const done = Promise.withResolvers<void>()
    const earlier = this.#timers.get(item.id)
    clearTimeout(earlier?.timer)
    const all = [...(earlier?.done ?? []), done]
    const write = () => {
      clearTimeout(timer)
      this.#timers.delete(item.id)
      const written = this.#write(() =>
        this.#shop.api.call(updateCartItem, { params: { item_id: item.id }, body: { quantity } }),
      )
      // Only the last of several quick changes is told of a failure: there was one writing.
      for (const one of earlier?.done ?? []) one.resolve()
      written.then(done.resolve, done.reject)
    }
    const timer = setTimeout(write, settle_ms)
    this.#timers.set(item.id, { timer, done: all, write })
    return done.promise
  }

  remove(item: InCart): Promise<void> {
    const pending = this.#timers.get(item.id)
    if (pending) {
      clearTimeout(pending.timer)
      this.#timers.delete(item.id)
      for (const one of pending.done) one.resolve()
    }
    this.#show({ kind: 'remove', item_id: item.id })
    return this.#write(async () => {
      try {
        return await this.#shop.api.call(removeCartItem, { params: { item_id: item.id } })
      } catch (error) {
        // Gone already, in another tab: that is what was asked for.
        if (error instanceof Problem && error.problem === 'not-found') return this.#shop.api.call(getCart, {})
        throw error
      }
    })
  }

  /** A change of another kind, after what was asked for before. */
  change(shown: CartChange | null, send: () => Promise<Cart>): Promise<void> {
    for (const { write } of this.#timers.values()) write()
    if (shown) this.#show(shown)
    else if (this.#waiting === 0) this.#before = this.#queries.getQueryData<Cart>(cartKey)
    return this.#write(send)
  }

  clear(): Promise<void> {
    this.#show({ kind: 'clear' })
    return this.#write(async () => {
      await this.#shop.api.call(clearCart, {})
      return null
    })
  }
}

const writers = new WeakMap<QueryClient, CartWriter>()
function writerOf(shop: Shop): CartWriter {
  const writer = writers.get(shop.queries) ?? new CartWriter(shop)
  writers.set(shop.queries, writer)
  return writer
}

export interface UseCart {
  /** Undefined until it is known. */
  cart: Cart | undefined
  isLoading: boolean
  error: Error | null
  /** Each change is shown at once; the promise says whether it was kept. */
  add(product: Purchasable, quantity?: number): Promise<void>
  setQuantity(item: InCart, quantity: number): Promise<void>
  remove(item: InCart): Promise<void>
  clear(): Promise<void>
  /** A change by another operation that answers with the cart, and how it looks until then. */
  change(shown: CartChange | null, send: () => Promise<Cart>): Promise<void>
  /** After an order took the cart, or another tab changed it. */
  refresh(): Promise<void>
}

export function useCart(): UseCart {
  const shop = useShop()
  const queries = useQueryClient()
  const { data, isLoading, error } = useQuery(cartQuery(shop))
  const writer = writerOf(shop)
  return {
    cart: data,
    isLoading,
    error,
    add: (product, quantity = 1) => writer.add(product, quantity),
    setQuantity: (item, quantity) => writer.setQuantity(item, quantity),
    remove: item => writer.remove(item),
    clear: () => writer.clear(),
    change: (shown, send) => writer.change(shown, send),
    refresh: () => queries.invalidateQueries({ queryKey: cartKey }),
  }
}
