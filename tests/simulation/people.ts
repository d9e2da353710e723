import * as api from '@shopfleet/contracts'
import type { World } from './world.ts'

/*
 * Who acts in a world: shoppers who order, pay, repeat themselves and change their minds, staff who cancel, ship and
 * refund, and the provider's own office.
 */

/** What somebody was told for good, under the key of their request. */
export interface Told {
  what: 'place' | 'pay' | 'cancel' | 'refund'
  key: string
  order_id?: string
  /** `paid`, `held`, `cancelled`, `refunded`, or the name of the refusal. */
  answer: string
}

interface Hear {
  answer?: (answer: any, status: number) => void
  refusal?: (problem: string) => void
}

const staff = { kind: 'user', user_id: 'staff', role: 'staff', permissions: ['orders', 'payments'], session_id: null }
const cards = [
  'tok_approve',
  'tok_approve',
  'tok_approve',
  'tok_decline',
  'tok_insufficient_funds',
  'tok_capture_decline',
  'tok_of_nobody',
]
const notFinal = new Set(['request-in-progress', 'unavailable'])
const maxTries = 8

export function startPeople(world: World) {
  const { random, tables } = world
  const told: Told[] = []
  let active = 0

  const products = Array.from({ length: world.tight ? 1 : 1 + random.below(3) }, () => world.newId())
  for (const product_id of products) {
    const opening = world.tight ? 1 : random.below(6)
    tables.stock.set(product_id, { product_id, opening, on_hand: opening, reserved: 0 })
    world.prices.set(product_id, random.below(20) === 0 ? 0 : 100 + random.below(5_000))
  }
  const itemsOf = () => {
    const first = random.below(products.length)
    const lines = [{ product_id: products[first]!, quantity: 1 + random.below(world.tight ? 1 : 2) }]
    if (random.below(3) === 0) lines.push({ product_id: products[(first + 1) % products.length]!, quantity: 1 })
    return lines
  }
  const wallet = world.tight ? cards.slice(1, 6) : cards
  const carts = new Map<string, { product_id: string; quantity: number }[]>()
  if (random.below(3) === 0) carts.set(world.newId(), itemsOf())
  world.readCart = cart_id => ({ items: carts.get(cart_id)! })

  /** One request, repeated under its key until its answer is final: `ok`, or the name of the refusal. */
  async function insist(who: string, operation: any, call: any, hear: Hear): Promise<string | undefined> {
    const final = await askOn(who, operation, call, hear)
    // Some ask once more, long after: they are to be told the same.
    if (final && random.below(6) === 0)
      void later(async () => {
        await world.sleep(random.below(60_000))
        await askOn(who, operation, call, hear)
      })
    return final
  }

  async function askOn(who: string, operation: any, call: any, hear: Hear): Promise<string | undefined> {
    const once = async (): Promise<string | undefined> => {
      try {
        const value: any = await world.exchange(who, operation, call)
        const status = value?.status && value.headers ? value.status : 200
        hear.answer?.(value?.headers ? value.body : value, status)
        return status === 202 ? undefined : 'ok'
      } catch (error) {
        if (!(error instanceof api.Problem)) return undefined
        if (notFinal.has(error.problem)) return undefined
        hear.refusal?.(error.problem)
        return error.problem
      }
    }
    for (let tries = 0; tries < maxTries; tries++) {
      const answers = random.below(8) === 0 ? await Promise.all([once(), once()]) : [await once()]
      const final = answers.find(answer => answer !== undefined)
      if (final) return final
      await world.sleep(100 * 2 ** random.below(8))
    }
    return undefined
  }

  async function shopper(name: string): Promise<void> {
    await world.sleep(random.below(world.tight ? 3_000 : 15_000))
    const caller = { kind: 'user', user_id: world.newId(), role: 'customer', permissions: [], session_id: null }
    const key = world.newId()
    const at_once = random.below(2) === 0
    const [cart_id] = carts.keys()
    const from = cart_id !== undefined && random.below(2) === 0 ? { cart_id } : { items: itemsOf() }
    const body = { ...from, ...(at_once ? { payment_method: random.pick(wallet) } : {}) }
    if (random.below(world.tight ? 2 : 4) === 0) void later(() => changeOfMind(name, caller, key))
    let order: api.Order | undefined
    await insist(
      name,
      api.placeOrder,
      { body, caller, idempotency_key: key },
      {
        answer(answer, status) {
          order = answer
          if (status === 201) tell({ what: 'place', key, order_id: answer.id, answer: at_once ? 'paid' : 'held' })
        },
        refusal: answer => tell({ what: 'place', key, answer }),
      },
    )
    if (!order || at_once) return
    for (let card = 0; card < 3 && random.below(6) > 0; card++) {
      if (random.below(3) === 0) await world.sleep(random.below(2 * world.config.HOLD_S * 1000))
      if (await pay(name, caller, order.id)) return
    }
  }

  /** Whether there is nothing more to pay. */
  async function pay(name: string, caller: object, id: string): Promise<boolean> {
    const key = world.newId()
    const call = { params: { id }, body: { payment_method: random.pick(wallet) }, caller, idempotency_key: key }
    const end = await insist(name, api.payOrder, call, {
      answer(_answer, status) {
        if (status === 200) tell({ what: 'pay', key, order_id: id, answer: 'paid' })
      },
      refusal: answer => tell({ what: 'pay', key, order_id: id, answer }),
    })
    return end !== 'payment-declined' && end !== 'invalid-payment-method'
  }

  function tell(one: Told): void {
    world.note(() => `told: ${JSON.stringify(one)}`)
    told.push(one)
  }

  const orderOfKey = (key: string) => [...tables.orders.values()].find(order => order.idempotency_key === key)

  async function changeOfMind(name: string, caller: object, key: string): Promise<void> {
    await world.sleep(random.pick([20, 500, 5_000, 40_000]) * random.next())
    const order = orderOfKey(key)
    if (order) await cancel(name, caller, order.id)
  }

  async function cancel(name: string, caller: object, id: string): Promise<void> {
    const call = { params: { id }, body: {}, caller }
    await insist(name, api.cancelOrder, call, {
      answer(answer, status) {
        if (status === 200) tell({ what: 'cancel', key: id, order_id: id, answer: answer.status })
      },
    })
  }

  async function clerk(): Promise<void> {
    for (let acts = random.below(5); acts > 0; acts--) {
      await world.sleep(random.below(12_000))
      const order = random.pick([...tables.orders.values()])
      if (!order) continue
      const params = { id: order.id }
      const act = random.below(6)
      if (act === 0) await cancel('staff', staff, order.id)
      else if (act < 3) {
        const body = { status: random.pick(['shipped', 'shipped', 'delivered', 'cancelled']) }
        await insist('staff', api.setOrderStatus, { params, body, caller: staff }, {})
      } else await refund(order.id)
    }
  }

  async function refund(order_id: string): Promise<void> {
    const payment = random.pick(
      [...tables.payments.values()].filter(p => p.order_id === order_id && p.captured_minor > 0),
    )
    if (!payment) return
    const whole = random.below(3) === 0
    const body = whole ? {} : { amount: api.toMajor(1 + random.below(payment.captured_minor), payment.currency) }
    const key = world.newId()
    const call = { params: { id: payment.id }, body, caller: staff, idempotency_key: key }
    await insist('staff', api.refundPayment, call, {
      answer(answer) {
        if (answer.status !== 'in_doubt') tell({ what: 'refund', key, order_id, answer: 'refunded' })
      },
    })
  }

  async function office(): Promise<void> {
    await world.sleep(random.below(40_000))
    const taken = [...world.provider.book.payments.values()].filter(p => p.captured > p.refunded)
    const payment = random.pick(taken)
    if (payment) await world.provider.refundInOffice(payment, 1 + random.below(payment.captured - payment.refunded))
  }

  function later(act: () => Promise<void>): Promise<void> {
    active++
    return act().then(
      () => {
        active--
      },
      error => world.violate(`somebody could not act: ${error.stack}`),
    )
  }

  const orders = world.tight ? 4 + random.below(4) : 1 + random.below(6)
  for (let n = 1; n <= (world.orders ?? orders); n++) void later(() => shopper(`shopper ${n}`))
  if (random.below(2) === 0) void later(clerk)
  if (random.below(6) === 0) void later(office)

  return {
    told,
    get active() {
      return active
    },
  }
}
export type People = ReturnType<typeof startPeople>
