import { randomUUID } from 'node:crypto'
import * as api from '@shopfleet/contracts'
import { type PlatformOptions, startTestPlatform, type TestPlatform } from '@shopfleet/testing'

export type Headers = Record<string, string>
export interface Person {
  id: string
  email: string
  headers: Headers
}

/** A shop whose customers say what they think, and short words for what they do. */
export async function openShop(options: Partial<PlatformOptions> = {}) {
  const platform: TestPlatform = await startTestPlatform({
    services: ['user', 'product', 'inventory', 'order', 'payment', 'review'],
    simulator: true,
    ...options,
  })
  const client = platform.client('review')
  const users = platform.client('user')
  const products = platform.client('product')
  const password = 'correct horse battery'

  async function customer(names: { first_name?: string; last_name?: string } = { first_name: 'Ada' }): Promise<Person> {
    const email = `${randomUUID()}@example.com`
    const { access_token, user } = await users.call(api.register, { body: { email, password, ...names } })
    return { id: user.id, email, headers: { authorization: `Bearer ${access_token}` } }
  }
  /** Somebody with the permissions, whose tokens are the user service's own. */
  async function staffWith(...permissions: api.Permission[]): Promise<Headers> {
    const { id, email } = await customer()
    const role = `r-${randomUUID().replace(/[^a-f]/g, '')}`
    const sql = platform.sql('user')
    await sql`insert into roles (name, permissions) values (${role}, ${permissions})`
    await sql`update users set role = ${role} where id = ${id}`
    const { access_token } = await users.call(api.login, { body: { email, password } })
    return { authorization: `Bearer ${access_token}` }
  }
  const staff = await staffWith('catalogue', 'stock', 'orders', 'reviews')

  return {
    platform,
    client,
    staff,
    customer,
    staffWith,
    sql: platform.sql('review'),
    product: (fields: object = {}): Promise<api.Product> =>
      products.call(
        api.createProduct,
        { body: { name: `Lantern ${randomUUID()}`, price: 24.5, stock: 20, ...fields } },
        staff,
      ),
    change: (product: { id: string }, body: api.BodyOf<typeof api.updateProduct>) =>
      products.call(api.updateProduct, { params: { id: product.id }, body }, staff),
    write: (
      product: { id: string },
      who: Person,
      words: Partial<api.BodyOf<typeof api.createReview>> = {},
    ): Promise<api.OwnReview> =>
      client.call(
        api.createReview,
        { params: { id: product.id }, body: { stars: 5, text: 'It gives a warm light.', ...words } },
        who.headers,
      ),
    read: (product: { id: string }, query: api.QueryOf<typeof api.listProductReviews> = {}) =>
      client.call(api.listProductReviews, { params: { id: product.id }, query }),
    /** The product as the catalogue shows it, after all that is on its way has arrived. */
    async shown(product: { id: string }): Promise<api.Product> {
      await platform.drain()
      return products.call(api.getProduct, { params: { id: product.id } })
    },
    /** Buys a product, and has it delivered. */
    async deliver(product: { id: string }, who: Person): Promise<void> {
      const orders = platform.client('order')
      const body = { items: [{ product_id: product.id, quantity: 1 }], payment_method: 'tok_approve' }
      const { id } = await orders.call(api.placeOrder, { body }, who.headers)
      for (const status of ['shipped', 'delivered'] as const)
        await orders.call(api.setOrderStatus, { params: { id }, body: { status } }, staff)
      await platform.drain()
    },
    /** Has the review service hear an event twice. */
    hearTwice: (event: api.EventType, aggregate_id: string, payload: object) => {
      const message: api.EventMessage = {
        id: randomUUID(),
        name: event.name,
        version: event.version,
        service: event.service,
        aggregate_id,
        payload,
        correlation_id: 'test',
        traceparent: null,
        occurred_at: new Date().toISOString(),
      }
      return platform.service('review').deliver([message, message])
    },
  }
}
export type Shop = Awaited<ReturnType<typeof openShop>>
