import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import * as api from '@shopfleet/contracts'
import { judge } from './judge.ts'
import { type Headers, newProduct, price, type Scene, send } from './scene.ts'

/** One run through a flow: what is done in the midst of which a service dies, and what must be true at last. */
export interface Run {
  /** The request, with these headers beside its own. Its answer may be lost. */
  act(headers?: Headers): Promise<{ status: number } | undefined>
  /** Once everything is at rest: finished or fully undone, never in between. */
  check(at: string): Promise<void>
  /** The client, who never got an answer, asks again. */
  again?(at: string): Promise<void>
  /** What was meant is then true, once. */
  checkAgain?(at: string): Promise<void>
}

export interface Flow {
  name: string
  services: api.ServiceName[]
  /** It begins with a sweep that finds something. */
  isSwept?: boolean
  prepare(scene: Scene): Promise<Run>
}

const paid = { payment_method: 'tok_webhook_never' }
const guest = { email: 'a@example.com' }

async function buy(scene: Scene, body: object = paid) {
  const product_id = await newProduct(scene)
  const input = { body: { product_id, ...guest, ...body } }
  const order = await scene.platform.client('order').call(api.placeOrder, input as never)
  return { product_id, order, token: { 'x-order-token': order.order_token! } }
}

/** The request that places an order, before and after the crash. */
function placing(scene: Scene, product_id: string, body: object, headers: Headers): Run {
  const key = { 'idempotency-key': randomUUID() }
  const place = (more: Headers = {}) => send(scene, api.placeOrder, { body }, { ...headers, ...key, ...more })
  return {
    act: place,
    async check(at) {
      const { paid, cancelled, pending } = await judge(scene, product_id, at)
      assert.equal(pending, 0)
      assert.ok(paid + cancelled <= 1, `${at}: at most one order`)
    },
    async again(at) {
      const answer = await place()
      assert.ok(
        [201, 202, 503].includes(answer?.status ?? 0),
        `${at}: ${answer?.status} ${JSON.stringify(answer?.body)}`,
      )
    },
  }
}

const bought = (run: Run, scene: Scene, product_id: string): Run => ({
  ...run,
  async checkAgain(at) {
    const { paid } = await judge(scene, product_id, at)
    assert.equal(paid, 1, `${at}: one purchase for one key`)
  },
})

export const guestCheckout: Flow = {
  name: 'checkout of a guest, from items',
  services: ['order', 'inventory', 'payment', 'cart', 'product'],
  async prepare(scene) {
    const product_id = await newProduct(scene)
    const body = { items: [{ product_id, quantity: 1 }], ...guest, ...paid }
    return bought(placing(scene, product_id, body, {}), scene, product_id)
  },
}

export const cartCheckout: Flow = {
  name: 'checkout of a customer, from a cart',
  services: ['order', 'inventory', 'payment', 'cart', 'product'],
  async prepare(scene) {
    const product_id = await newProduct(scene)
    const customer = await scene.platform.as({ user_id: randomUUID() })
    const cart = await scene.platform.client('cart').call(api.addCartItem, { body: { product_id } }, customer)
    return bought(placing(scene, product_id, { cart_id: cart.id, ...paid }, customer), scene, product_id)
  },
}

export const paying: Flow = {
  name: 'paying a pending order',
  services: ['order', 'inventory', 'payment', 'cart', 'product'],
  async prepare(scene) {
    const { product_id, order, token } = await buy(scene, {})
    const key = { 'idempotency-key': randomUUID() }
    const pay = (more: Headers = {}) =>
      send(scene, api.payOrder, { params: { id: order.id }, body: paid }, { ...token, ...key, ...more })
    return {
      act: pay,
      async check(at) {
        const ended = await judge(scene, product_id, at)
        assert.equal(ended.paid + ended.pending, 1, `${at}: paid, or still to be paid`)
      },
      async again(at) {
        const answer = await pay()
        assert.equal(answer?.status, 200, `${at}: ${JSON.stringify(answer?.body)}`)
      },
      async checkAgain(at) {
        assert.equal((await judge(scene, product_id, at)).paid, 1, `${at}: paid`)
      },
    }
  },
}

export const cancelling: Flow = {
  name: 'cancelling a paid order',
  services: ['order', 'inventory', 'payment', 'cart', 'product'],
  async prepare(scene) {
    const { product_id, order, token } = await buy(scene)
    const cancel = (more: Headers = {}) =>
      send(scene, api.cancelOrder, { params: { id: order.id }, body: {} }, { ...token, ...more })
    return {
      act: cancel,
      async check(at) {
        const { paid, cancelled } = await judge(scene, product_id, at)
        assert.equal(paid + cancelled, 1, `${at}: paid as before, or cancelled`)
      },
      async again(at) {
        const answer = await cancel()
        assert.ok([200, 202].includes(answer?.status ?? 0), `${at}: ${JSON.stringify(answer?.body)}`)
      },
      async checkAgain(at) {
        assert.equal((await judge(scene, product_id, at)).cancelled, 1, `${at}: cancelled`)
      },
    }
  },
}

const refunding = (name: string, amount: number | undefined): Flow => ({
  name,
  services: ['order', 'payment'],
  async prepare(scene) {
    const { product_id, order } = await buy(scene)
    const { items } = await scene.platform
      .client('payment')
      .call(api.listPayments, { query: { order_id: order.id } }, scene.staff)
    const wanted = Math.round((amount ?? price) * 100)
    const input = { params: { id: items[0]!.id }, body: amount === undefined ? {} : { amount } }
    const key = { 'idempotency-key': randomUUID() }
    const refund = (more: Headers = {}) => send(scene, api.refundPayment, input, { ...scene.staff, ...key, ...more })
    return {
      act: refund,
      async check(at) {
        const { paid, refunded } = await judge(scene, product_id, at)
        assert.equal(paid, 1)
        assert.ok(refunded === 0 || refunded === wanted, `${at}: all of it or nothing, not ${refunded}`)
      },
      async again(at) {
        const answer = await refund()
        assert.equal(answer?.status, 200, `${at}: ${JSON.stringify(answer?.body)}`)
      },
      async checkAgain(at) {
        assert.equal((await judge(scene, product_id, at)).refunded, wanted, `${at}: given back once`)
      },
    }
  },
})
export const partRefund = refunding('refund of a part', 3.5)
export const wholeRefund = refunding('refund of all', undefined)

export const lineRefund: Flow = {
  name: 'refund of a line that comes back into stock',
  services: ['order', 'payment', 'inventory'],
  async prepare(scene) {
    const { product_id, order } = await buy(scene)
    const body = { lines: [{ item_id: order.items[0]!.id, quantity: 1 }], restock: true }
    const key = { 'idempotency-key': randomUUID() }
    const refund = (more: Headers = {}) =>
      send(scene, api.refundOrder, { params: { id: order.id }, body }, { ...scene.staff, ...key, ...more })
    return {
      act: refund,
      async check(at) {
        const { paid, refunded } = await judge(scene, product_id, at)
        assert.equal(paid, 1)
        assert.ok(refunded === 0 || refunded === price * 100, `${at}: all of it or nothing, not ${refunded}`)
      },
      async again(at) {
        const answer = await refund()
        assert.equal(answer?.status, 201, `${at}: ${JSON.stringify(answer?.body)}`)
      },
      async checkAgain(at) {
        assert.equal((await judge(scene, product_id, at)).refunded, price * 100, `${at}: given back once`)
      },
    }
  },
}

export const expiry: Flow = {
  name: 'expiry of an unpaid order',
  services: ['order', 'inventory', 'payment', 'product'],
  isSwept: true,
  async prepare(scene) {
    const { product_id, order } = await buy(scene, {})
    return {
      async act() {
        const { platform } = scene
        await platform.sql('order')`update orders set expires_at = now() where id = ${order.id}`
        await platform.sql('inventory')`update reservations set expires_at = now() where order_id = ${order.id}`
        return undefined
      },
      async check(at) {
        const ended = await judge(scene, product_id, at)
        assert.equal(ended.cancelled, 1, `${at}: expired`)
      },
    }
  },
}

export const registration: Flow = {
  name: 'registration',
  services: ['user'],
  async prepare(scene) {
    const { platform } = scene
    const body = { email: `${randomUUID()}@example.com`, password: 'correct horse battery' }
    const register = (more: Headers = {}) => send(scene, api.register, { body }, more)
    const accounts = async (at: string) => {
      const users = await platform.sql('user')<{ id: string }[]>`select id from users where email = ${body.email}`
      const said = (await platform.said('user')).filter(m => (m.payload as { email?: string }).email === body.email)
      assert.deepEqual(
        said.map(m => m.aggregate_id),
        users.map(user => user.id),
        `${at}: said as often as it happened`,
      )
      const signedIn = await send(scene, api.login, { body })
      assert.equal(signedIn?.status, users.length === 1 ? 200 : 401, `${at}: an account can be signed in to`)
      return users.length
    }
    return {
      act: register,
      async check(at) {
        assert.ok((await accounts(at)) <= 1)
      },
      async again(at) {
        const answer = await register()
        assert.ok([201, 409].includes(answer?.status ?? 0), `${at}: ${JSON.stringify(answer?.body)}`)
      },
      async checkAgain(at) {
        assert.equal(await accounts(at), 1, `${at}: one account`)
      },
    }
  },
}
