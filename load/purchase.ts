import {
  addCartItem,
  createClient,
  login,
  type Operation,
  placeOrder,
  quoteOrder,
  register,
} from '@shopfleet/contracts'
import { Pool } from 'undici'
import { percentilesOf, type Sample } from './sample.ts'

/**
 * Whole purchases as shoppers make them: into the cart, what it comes to, the order with its payment. Closed loop: each
 * shopper buys again when they have bought. Open loop: shoppers come at a fixed rate, whoever is still busy, and what a
 * purchase takes is counted from the moment its shopper came, so waiting is not hidden.
 */

export interface Buyers {
  gateway: string
  product_ids: readonly string[]
  /** Of signed-in customers, who come one after the other; guests buy where there are none. */
  tokens?: readonly string[]
}

/** The card that is approved without a webhook behind it: the provider's own work is outside of the figure. */
const card = 'tok_webhook_never'

type Ask = (operation: Operation, body: object, headers: Record<string, string>) => Promise<any>

function asker(pool: Pool): Ask {
  return async (operation, body, headers) => {
    const { statusCode, body: answer } = await pool.request({
      method: operation.method as 'POST',
      path: operation.path,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const text = await answer.text()
    if (statusCode >= 300) throw new Error(`${operation.name} answered ${statusCode}: ${text}`)
    return JSON.parse(text)
  }
}

/** One purchase, from an empty cart to a paid order. Throws where anything is refused. */
async function buy(ask: Ask, product_id: string, token: string | undefined): Promise<void> {
  try {
    await buyOnce(ask, product_id, token)
  } catch (error) {
    // A customer has one cart, which is closed a moment after its order: hardly anybody comes back as quickly.
    if (token === undefined || !/cart-ordered/.test((error as Error).message)) throw error
    await new Promise(resolve => setTimeout(resolve, 20))
    await buy(ask, product_id, token)
  }
}

async function buyOnce(ask: Ask, product_id: string, token: string | undefined): Promise<void> {
  const mine: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  const cart = await ask(addCartItem, { product_id, quantity: 1 }, mine)
  const headers = token ? mine : { 'x-cart-token': cart.cart_token as string }
  const quote = await ask(quoteOrder, { cart_id: cart.id }, headers)
  const order = await ask(
    placeOrder,
    {
      cart_id: cart.id,
      expected_total: quote.total,
      payment_method: card,
      ...(token ? {} : { email: 'bench@example.com' }),
    },
    headers,
  )
  if (order.payment_status !== 'paid') throw new Error(`an order that is ${order.payment_status}`)
}

interface Run {
  times: number[]
  errors: number
  causes: Map<string, number>
}

async function noteOne(run: Run, from: number, work: () => Promise<void>): Promise<void> {
  try {
    await work()
    run.times.push(performance.now() - from)
  } catch (error) {
    run.errors++
    const cause = String((error as Error).message).slice(0, 200)
    run.causes.set(cause, (run.causes.get(cause) ?? 0) + 1)
  }
}

function sampleOf(run: Run, took_ms: number): Sample {
  for (const [cause, times] of run.causes) console.error(`  ${times} × ${cause}`)
  return { per_second: (run.times.length / took_ms) * 1000, ...percentilesOf(run.times), errors: run.errors }
}

/** `shoppers` at a time, for `seconds`, each doing `one` again and again with one product after the other. */
async function loop(
  { gateway, product_ids }: Pick<Buyers, 'gateway' | 'product_ids'>,
  shoppers: number,
  seconds: number,
  one: (ask: Ask, product_id: string, n: number) => Promise<void>,
): Promise<Sample> {
  const pool = new Pool(gateway, { connections: shoppers, pipelining: 1 })
  const ask = asker(pool)
  const run: Run = { times: [], errors: 0, causes: new Map() }
  const began = performance.now()
  const end = began + seconds * 1000
  let n = 0
  await Promise.all(
    Array.from({ length: shoppers }, async () => {
      while (performance.now() < end) {
        const this_n = n++
        const product = product_ids[this_n % product_ids.length]!
        await noteOne(run, performance.now(), () => one(ask, product, this_n))
      }
    }),
  )
  const took_ms = performance.now() - began
  await pool.close()
  return sampleOf(run, took_ms)
}

/** Whole purchases. */
export const closedLoop = (buyers: Buyers, shoppers: number, seconds: number): Promise<Sample> =>
  loop(buyers, shoppers, seconds, (ask, product, n) => buy(ask, product, buyers.tokens?.[n % buyers.tokens.length]))

/** Something is put into a new guest's cart. */
export const cartLoop = (buyers: Buyers, shoppers: number, seconds: number): Promise<Sample> =>
  loop(
    buyers,
    shoppers,
    seconds,
    async (ask, product_id) => void (await ask(addCartItem, { product_id, quantity: 1 }, {})),
  )

/** `rate` shoppers a second, for `seconds`, each with a purchase of their own. */
export async function openLoop(buyers: Buyers, rate: number, seconds: number): Promise<Sample> {
  const pool = new Pool(buyers.gateway, { connections: 200, pipelining: 1 })
  const ask = asker(pool)
  const run: Run = { times: [], errors: 0, causes: new Map() }
  const began = performance.now()
  const count = Math.round(rate * seconds)
  const underWay: Promise<void>[] = []
  for (let n = 0; n < count; ) {
    // Timers are late now and then; whoever should have come meanwhile comes at once, and has waited.
    for (; n < count && began + (n * 1000) / rate <= performance.now(); n++) {
      const came = began + (n * 1000) / rate
      const product = buyers.product_ids[n % buyers.product_ids.length]!
      underWay.push(noteOne(run, came, () => buy(ask, product, undefined)))
    }
    await new Promise(resolve => setTimeout(resolve, 1))
  }
  await Promise.all(underWay)
  const took_ms = performance.now() - began
  await pool.close()
  return sampleOf(run, took_ms)
}

/**
 * A shop's day in small: of a hundred requests ninety look around (lists, products, searches), eight put something into
 * a cart, two are whole purchases. Counts requests; a purchase is three.
 */
export async function mixedLoop(
  buyers: Buyers,
  looks: () => string,
  shoppers: number,
  seconds: number,
): Promise<Sample> {
  const pool = new Pool(buyers.gateway, { connections: shoppers, pipelining: 1 })
  const ask = asker(pool)
  const run: Run = { times: [], errors: 0, causes: new Map() }
  const look = async () => {
    const { statusCode, body } = await pool.request({ method: 'GET', path: looks() })
    await body.dump()
    if (statusCode !== 200) throw new Error(`a read answered ${statusCode}`)
  }
  let more = 0
  const began = performance.now()
  const end = began + seconds * 1000
  let n = 0
  await Promise.all(
    Array.from({ length: shoppers }, async () => {
      while (performance.now() < end) {
        const what = (n * 37) % 100
        const product_id = buyers.product_ids[n++ % buyers.product_ids.length]!
        await noteOne(run, performance.now(), async () => {
          if (what < 90) return look()
          if (what < 98) return void (await ask(addCartItem, { product_id, quantity: 1 }, {}))
          await buy(ask, product_id, undefined)
          more += 2
        })
      }
    }),
  )
  const took_ms = performance.now() - began
  await pool.close()
  const sample = sampleOf(run, took_ms)
  return { ...sample, per_second: sample.per_second + (more / took_ms) * 1000 }
}

const password = 'a horse of battery staples'

/** Customers with accounts; each has a token. */
export async function makeCustomers(gateway: string, count: number): Promise<{ email: string; token: string }[]> {
  const client = createClient({ baseUrl: gateway })
  const run = crypto.randomUUID().slice(0, 8)
  const customers: { email: string; token: string }[] = []
  for (let n = 0; n < count; n++) {
    const email = `bench-${run}-${n}@example.com`
    const { access_token } = await client.call(register, { body: { email, password } })
    customers.push({ email, token: access_token })
  }
  return customers
}

/** Sign-ins with the right password, `people` at a time. */
export async function loginLoop(
  gateway: string,
  emails: readonly string[],
  people: number,
  seconds: number,
): Promise<Sample> {
  return loop({ gateway, product_ids: emails }, people, seconds, async (ask, email) => {
    await ask(login, { email, password }, {})
  })
}
