import { randomUUID } from 'node:crypto'
import type { Operation } from '@shopfleet/contracts'
import { Ref } from './schema.ts'

/** What answers have taught: ids by the name of their thing, tokens, cursors. Later requests speak of real things. */
export interface Memory {
  learn(operation: Operation, body: unknown): void
  add(name: string, value: string): void
  /** The value with every `Ref` in it filled in; a made-up id where nothing of the kind is known, and now and then. */
  fill(operation: Operation, value: unknown): unknown
  known(): number
}

const kept = 200

/** `/api/orders/:id/pay` → `orders`: what an unnamed `id` there is the id of. */
function thingOf(path: string): string {
  const parts = path.split('/').filter(part => part !== 'api' && part !== 'internal' && part !== '')
  const at = parts.findIndex(part => part.startsWith(':'))
  return (at > 0 ? parts[at - 1] : parts.at(-1)) ?? 'thing'
}
const plural: Record<string, string> = {
  product_id: 'products',
  user_id: 'users',
  actor_id: 'users',
  order_id: 'orders',
  category_id: 'categories',
  parent_id: 'categories',
  cart_id: 'cart',
  item_id: 'items',
}

export function createMemory(): Memory {
  const pools = new Map<string, string[]>()
  function add(name: string, value: string) {
    const pool = pools.get(name) ?? []
    pools.set(name, pool)
    if (pool.includes(value)) return
    pool.push(value)
    if (pool.length > kept) pool.shift()
  }

  function walk(value: unknown, thing: string): void {
    if (Array.isArray(value)) {
      for (const one of value.slice(0, 20)) walk(one, thing)
      return
    }
    if (typeof value !== 'object' || value === null) return
    for (const [name, one] of Object.entries(value)) {
      if (typeof one === 'string') {
        if (name === 'id') add(thing, one)
        else if (Object.hasOwn(plural, name)) add(plural[name]!, one)
        else if (/^(refresh_token|cart_token|order_token|mfa_token)$/.test(name)) add(name, one)
        else if (name === 'email') add('email', one)
      } else walk(one, name === 'items' && thing !== 'cart' ? thing : name)
    }
  }

  return {
    add,
    learn(operation, body) {
      walk(body, thingOf(operation.path))
      const { next_cursor } = (body ?? {}) as { next_cursor?: unknown }
      if (typeof next_cursor === 'string') add(`cursor of ${operation.name}`, next_cursor)
    },
    fill(operation, value) {
      const fill = (one: unknown): unknown => {
        if (one instanceof Ref) {
          const name =
            one.name === 'cursor'
              ? `cursor of ${operation.name}`
              : one.name === 'id'
                ? thingOf(operation.path)
                : (plural[one.name] ?? one.name)
          const pool = pools.get(name) ?? []
          const value = one.nth % 7 === 0 ? undefined : pool[one.nth % pool.length]
          return value ?? madeUp(one.name)
        }
        if (Array.isArray(one)) return one.map(fill)
        if (typeof one === 'object' && one !== null)
          return Object.fromEntries(Object.entries(one).map(([key, member]) => [key, fill(member)]))
        return one
      }
      return fill(value)
    },
    known: () => [...pools.values()].reduce((sum, pool) => sum + pool.length, 0),
  }
}

function madeUp(name: string): string | undefined {
  if (name === 'cursor') return undefined
  if (name === 'email') return `${randomUUID()}@example.com`
  return /token/.test(name) ? `${randomUUID()}-${randomUUID()}`.replaceAll('-', '').slice(0, 43) : randomUUID()
}
