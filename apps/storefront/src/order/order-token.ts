import { keep, kept } from '../kept.ts'

/** The tokens by which a guest reaches their orders: from the answer to the order, or from the link in its mail. */

const tokensKey = 'order-tokens'
/** More than anybody orders as a guest before they make an account or clear their browser. */
const most = 30

type Tokens = [order_id: string, token: string][]

function read(): Tokens {
  try {
    const tokens = JSON.parse(kept(tokensKey) ?? '[]') as unknown
    return Array.isArray(tokens) ? (tokens as Tokens) : []
  } catch {
    return []
  }
}

export const orderTokenOf = (order_id: string): string | undefined => read().find(([id]) => id === order_id)?.[1]

export function keepOrderToken(order_id: string, token: string): void {
  const others = read().filter(([id]) => id !== order_id)
  keep(tokensKey, JSON.stringify([[order_id, token], ...others].slice(0, most)))
}

/** What lets the platform show a guest their order. */
export function orderHeaders(order_id: string): Record<string, string> {
  const token = orderTokenOf(order_id)
  return token ? { 'x-order-token': token } : {}
}

/** The token in the fragment of a link: no server sees it, and it is in nobody's log. */
export function tokenInFragment(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') || undefined
}
