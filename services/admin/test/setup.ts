import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import * as api from '@shopfleet/contracts'
import { type PlatformOptions, startTestPlatform, type TestPlatform } from '@shopfleet/testing'

/* A shop of real services with a reconciler over them, and short words for what happens in it. */

export const guest = { email: 'guest@example.com' }
export type Shop = Awaited<ReturnType<typeof openShop>>

export async function openShop(
  env: Record<string, string> = {},
  more: api.ServiceName[] = [],
  overrides: PlatformOptions['overrides'] = {},
) {
  const platform: TestPlatform = await startTestPlatform({
    services: ['product', 'inventory', 'cart', 'order', 'payment', 'admin', ...more],
    simulator: true,
    overrides,
    env: { DRIVE_LEASE_MS: '3000', RECONCILE_GRACE_S: '30', ...env },
  })
  const staff = await platform.asStaff('catalogue', 'stock', 'orders', 'payments', 'admin')
  const admin = platform.client('admin')
  const adminSql = platform.sql('admin')
  const open = (kind?: api.FindingKind) =>
    admin.call(api.listFindings, { query: { state: 'open', limit: 100, ...(kind ? { kind } : {}) } }, staff)

  async function untilIdle(): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      const [row] = await adminSql`select count(*)::int as n from reconciler_runs where finished_at is null`
      if (row!.n === 0) return
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }
  // So that it is not in the midst of what a test is about.
  await untilIdle()

  return {
    platform,
    staff,
    admin,
    stop: () => platform.stop(),
    sql: platform.sql,
    product(fields: object = {}): Promise<api.Product> {
      const body = { name: `Thing ${randomUUID()}`, price: 12.5, stock: 10, ...fields }
      return platform.client('product').call(api.createProduct, { body }, staff)
    },
    order: (product_id: string, quantity = 1, more: object = { payment_method: 'tok_approve' }): Promise<api.Order> =>
      platform.client('order').call(api.placeOrder, { body: { product_id, quantity, ...guest, ...more } }),
    get: (id: string) => platform.client('order').call(api.getOrder, { params: { id } }, staff),
    cancel: (id: string) => platform.client('order').call(api.cancelOrder, { params: { id }, body: {} }, staff),
    async stock(product_id: string) {
      const stock = await platform.client('inventory').call(api.getStock, { params: { product_id } }, staff)
      return [stock.on_hand, stock.reserved]
    },
    async payments(order_id: string) {
      return (await platform.client('payment').call(api.listPayments, { query: { order_id } }, staff)).items
    },
    /** One comparison, and all that follows from it. */
    async compare() {
      // The first one begins by itself, and while it is at it no other does: what it saw may be from before.
      await untilIdle()
      await platform.service('admin').drain()
    },
    /** As if what is suspected had lasted for the whole grace, and what is found were due. */
    async age() {
      await adminSql`update suspicions set first_seen = first_seen - interval '1 hour', last_seen = last_seen - interval '1 hour'`
      await adminSql`update findings set next_try_at = now() where next_try_at is not null`
    },
    /** Compares until what differs now is found and, where that is possible, repaired. */
    async reconcile() {
      await this.compare()
      await this.age()
      await this.compare()
      await platform.drain()
      await this.compare()
    },
    open: async (kind?: api.FindingKind) => (await open(kind)).items,
    async findings(subject: string) {
      return (await admin.call(api.listFindings, { query: { subject, limit: 100 } }, staff)).items
    },
    /** The one finding of a thing, which must be of this kind. */
    async only(subject: string, kind: api.FindingKind): Promise<api.Finding> {
      const items = await this.findings(subject)
      assert.deepEqual(
        items.map(item => item.kind),
        [kind],
      )
      return items[0]!
    },
    async assertRepaired(subject: string, kind: api.FindingKind) {
      const finding = await this.only(subject, kind)
      assert.equal(finding.state, 'repaired', JSON.stringify(finding))
      assert.ok(finding.repaired_at && finding.how && finding.attempts > 0)
      return finding
    },
  }
}
