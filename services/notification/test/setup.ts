import { randomUUID } from 'node:crypto'
import * as api from '@shopfleet/contracts'
import { type PlatformOptions, startTestPlatform, type TestPlatform } from '@shopfleet/testing'

/** What the admin service says when the shop is set anew. */
export const settingsSaid = (profile: Partial<api.ShopProfile>): api.EventMessage => ({
  ...{ name: api.settingsChanged.name, version: 1, service: 'admin', aggregate_id: api.shopId },
  payload: { ...api.firstProfile, ...profile, version: 2, updated_by: null },
  ...{ id: randomUUID(), correlation_id: randomUUID(), traceparent: null, occurred_at: new Date().toISOString() },
})

/** A shop that sells and writes about it, and short words for what happens in it. */
export async function openShop(options: Partial<PlatformOptions> = {}) {
  const platform: TestPlatform = await startTestPlatform({
    services: ['product', 'inventory', 'cart', 'order', 'payment', 'notification'],
    simulator: true,
    mail: true,
    ...options,
    env: { PAYMENT_FAILED_AFTER_S: '0', ...options.env },
  })
  const staff = await platform.asStaff('catalogue', 'stock', 'orders', 'payments')
  const product = await platform
    .client('product')
    .call(api.createProduct, { body: { name: 'Tea <Darjeeling>', price: 14.5, stock: 1000 } }, staff)
  await platform.drain()

  return {
    platform,
    staff,
    sql: platform.sql('notification'),
    newEmail: () => `ada.${randomUUID()}@example.com`,
    /** What was sent to somebody, in the order it was sent; `drain` first. */
    async sentTo(email: string) {
      await platform.drain()
      return platform.mail.sent(email)
    },
    order: (
      body: Partial<api.BodyOf<typeof api.placeOrder>>,
      headers: Record<string, string> = {},
    ): Promise<api.Order> =>
      platform
        .client('order')
        .call(api.placeOrder, { body: { items: [{ product_id: product.id, quantity: 2 }], ...body } }, headers),
    move: (order: api.Order, status: api.OrderStatus) =>
      platform.client('order').call(api.setOrderStatus, { params: { id: order.id }, body: { status } }, staff),
    /** Makes what waits for its next try due now. */
    async hurry() {
      await platform.sql('notification')`update messages set due_at = now() where due_at is not null`
    },
    /** The newest message of a template, as staff see it. */
    async message(filter: api.QueryOf<typeof api.listNotifications>): Promise<api.Notification | undefined> {
      const { items } = await platform.client('notification').call(api.listNotifications, { query: filter }, staff)
      return items[0]
    },
  }
}
export type Shop = Awaited<ReturnType<typeof openShop>>
