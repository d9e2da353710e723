import autocannon from 'autocannon'
import { type Followers, fanOutLoop, openFollowers } from './followers.ts'
import type { BareServer, BareStatements } from './limits.ts'
import { measureBcrypt } from './limits.ts'
import { cartLoop, closedLoop, loginLoop, mixedLoop, openLoop } from './purchase.ts'
import type { Sample } from './sample.ts'

/* What is measured, and the limit it is measured against. */

export interface Scenario {
  name: string
  /** What has to be there first and is no part of the figure, nor of its processor time. Answers what takes it away. */
  prepare?(): Promise<() => void>
  measure(seconds: number): Promise<Sample>
  /** What the machine would let us do at best; measured right before, in each round. */
  limit?: { name: string; measure(seconds: number): Promise<Sample> }
}

export interface Scene {
  gateway: string
  connections: number
  shoppers: number
  /** Products with stock for all that is bought. */
  product_ids: readonly string[]
  slugs: readonly string[]
  /** One with the same stock that nobody buys. */
  followed: { product_id: string; on_hand: number }
  /** Words of the catalogue. */
  words: readonly string[]
  category: string
  customers: readonly { email: string; token: string }[]
  staffToken: string
  bare: BareServer
  statements: BareStatements | undefined
}

/** Paths whose answers the bare server sends as well. */
export const bareParts = ({ slugs, category }: Pick<Scene, 'slugs' | 'category'>) => ({
  list: ['/api/products'],
  pages: slugs.map(slug => `/api/products/${slug}`),
  filtered: [`/api/products?category=${category}&in_stock=true&max_price=500&sort=price`],
})

/**
 * As fast as answers come. `paths` are asked for in turn, and ready before; where they are made one by one, that is a
 * part of what the load takes from the machine.
 */
async function reads(
  url: string,
  paths: readonly string[] | (() => string),
  { connections, seconds, token }: { connections: number; seconds: number; token?: string },
): Promise<Sample> {
  const { requests, latency, errors, non2xx } = await autocannon({
    url,
    connections,
    duration: seconds,
    ...(token ? { headers: { authorization: `Bearer ${token}` } } : {}),
    requests:
      typeof paths === 'function'
        ? [{ setupRequest: request => ({ ...request, path: paths() }) }]
        : paths.map(path => ({ path })),
  })
  return {
    per_second: requests.average,
    p50_ms: latency.p50,
    // autocannon knows no 95th: the 97.5th is the next that is no better.
    p95_ms: latency.p97_5,
    p99_ms: latency.p99,
    errors: errors + non2xx,
  }
}

/** A word with two letters changed places, as people type. */
function misspell(word: string, n: number): string {
  const at = 1 + (n % Math.max(1, word.length - 2))
  return word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2)
}

export function scenariosOf(scene: Scene): Scenario[] {
  const { gateway, connections, words, slugs, shoppers, product_ids, customers, staffToken, bare, statements } = scene
  const ask = (paths: readonly string[] | (() => string), token?: string) => (seconds: number) =>
    reads(gateway, paths, { connections, seconds, ...(token ? { token } : {}) })
  let n = 0
  /** Two words, and a page size: thousands of questions before one comes again. */
  const pair = () => {
    n++
    const [a, b] = [words[n % words.length]!, words[(n * 7 + Math.floor(n / words.length)) % words.length]!]
    return { a, b, limit: 10 + (n % 11) }
  }
  const search = (q: string, more = '') => `/api/products/search?q=${encodeURIComponent(q)}${more}`
  const { list, pages, filtered } = bareParts(scene)
  const bareLimit = (paths: readonly string[]) => ({
    name: 'a bare server sending the same bytes',
    measure: (seconds: number) => reads(bare.url, paths.map(bare.pathOf), { connections, seconds }),
  })
  const statementLimit = statements && {
    name: 'its statements alone',
    measure: (seconds: number) => statements.measure(shoppers, seconds),
  }
  const looks = () => {
    const m = n++ % 10
    if (m < 4) return `/api/products/${slugs[(n * 13) % slugs.length]}`
    return m < 8 ? '/api/products' : search(words[n % words.length]!)
  }
  const guests = { gateway, product_ids }
  const hot = product_ids.slice(0, 1)
  const tokens = customers.map(customer => customer.token)
  const emails = customers.map(customer => customer.email)
  const purchases = (buyers: Parameters<typeof closedLoop>[0]) => (seconds: number) =>
    closedLoop(buyers, shoppers, seconds)

  return [
    { name: 'product list', measure: ask(list), limit: bareLimit(list) },
    { name: 'product page, many products', measure: ask(pages), limit: bareLimit(pages) },
    { name: 'category page with filters', measure: ask(filtered), limit: bareLimit(filtered) },
    { name: 'search, one word', measure: ask(() => search(words[n++ % words.length]!)) },
    {
      name: 'search, distinct words',
      measure: ask(() => {
        const { a, b, limit } = pair()
        return search(`${a} ${b}`, `&limit=${limit}`)
      }),
    },
    {
      name: 'search, misspelt words',
      measure: ask(() => {
        const { a, limit } = pair()
        return search(misspell(a, n), `&limit=${limit}`)
      }),
    },
    {
      name: 'facets of a search',
      measure: ask(() => {
        const { a, limit } = pair()
        return `/api/products/facets?q=${encodeURIComponent(a)}&min_price=${limit}`
      }),
    },
    {
      name: 'suggestions',
      measure: ask(() => {
        const { a, limit } = pair()
        return `/api/products/suggest?q=${encodeURIComponent(a.slice(0, 2 + (limit % 4)))}`
      }),
    },
    { name: 'into the cart', measure: seconds => cartLoop(guests, shoppers, seconds) },
    {
      name: 'purchase, guests',
      measure: purchases(guests),
      ...(statementLimit ? { limit: statementLimit } : {}),
    },
    { name: 'purchase, customers', measure: purchases({ ...guests, tokens }) },
    { name: 'purchase, one hot product', measure: purchases({ ...guests, product_ids: hot }) },
    { name: 'purchase, customers, one hot product', measure: purchases({ ...guests, tokens, product_ids: hot }) },
    {
      name: 'order history',
      measure: ask(['/api/orders?limit=20'], tokens[0]),
    },
    {
      name: 'product list while people sign in',
      async measure(seconds) {
        const [browsing] = await Promise.all([ask(list)(seconds), loginLoop(gateway, emails, 8, seconds)])
        return browsing
      },
      limit: { name: 'product list', measure: ask(list) },
    },
    {
      name: 'sign-in',
      measure: seconds => loginLoop(gateway, emails, 8, seconds),
      limit: { name: 'bcrypt alone, all cores', measure: measureBcrypt },
    },
    {
      name: 'a shop’s day (90 % browse, 8 % cart, 2 % purchase)',
      measure: seconds => mixedLoop(guests, looks, scene.connections, seconds),
    },
    {
      name: 'staff: newest orders',
      measure: ask(['/api/orders?limit=50'], staffToken),
    },
    {
      name: 'staff: accounts',
      measure: ask(['/api/users?limit=50'], staffToken),
    },
    {
      name: 'staff: stock',
      measure: ask(['/api/inventory?limit=50'], staffToken),
    },
    {
      name: 'staff: payments',
      measure: ask(['/api/payments?limit=50'], staffToken),
    },
    fanOut(scene, 1000),
  ]
}

/** What each of many sockets that follow one product is told of it. */
function fanOut({ gateway, staffToken, followed }: Scene, count: number): Scenario {
  let { on_hand } = followed
  let followers: Followers | undefined
  return {
    name: `realtime fan-out to ${count.toLocaleString('en')} sockets`,
    async prepare() {
      // Another stock than any that was told before.
      on_hand += 100_000
      followers = await openFollowers({ gateway, staffToken, product_id: followed.product_id, on_hand, count })
      return followers.close
    },
    measure: seconds => fanOutLoop(followers!, seconds),
  }
}

/** How long purchases take at a fixed rate of arrivals: it is set when the closed loop is known. */
export const openLoopScenario = (scene: Scene, rate: number): Scenario => ({
  name: `purchase, ${rate} guests arriving a second`,
  measure: seconds => openLoop({ gateway: scene.gateway, product_ids: scene.product_ids }, rate, seconds),
})
