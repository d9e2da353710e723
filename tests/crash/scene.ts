import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import * as api from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import type { Victim } from './victims.ts'

type AnyOperation = api.Operation<any, any, any, any>
export type Headers = Record<string, string>

export const price = 10
export const opening = 5

export interface Scene {
  platform: TestPlatform
  staff: Headers
  /** Stands where a service was halted; undefined while all run in this process. */
  victim: Victim | undefined
}

/** The services of a purchase; nothing runs in the background but when it is told to. */
export async function createScene(services: api.ServiceName[]): Promise<Scene> {
  const platform = await startTestPlatform({
    services,
    simulator: true,
    env: { DRIVE_LEASE_MS: '60000', SWEEP_MS: '3600000', SETTLE_SWEEP_MS: '3600000', PROVIDER_TIMEOUT_MS: '5000' },
  })
  const staff = services.includes('user') ? {} : await platform.asStaff('catalogue', 'stock', 'orders', 'payments')
  return { platform, staff, victim: undefined }
}

/** Sends as a client does; a lost answer is a lost answer. */
export async function send(scene: Scene, operation: AnyOperation, input: object, headers: Headers = {}) {
  return scene.platform
    .client(operation.service)
    .send(operation, input as never, headers)
    .catch(() => undefined)
}

export async function newProduct(scene: Scene): Promise<string> {
  const { platform, staff } = scene
  const body = { name: `Thing ${randomUUID()}`, price, stock: opening }
  const { id } = await platform.client('product').call(api.createProduct, { body }, staff)
  // An inventory that is slow to start hears of it by the event.
  for (let left = 100; left > 0; left--) {
    const stock = await send(scene, api.getStock, { params: { product_id: id } }, staff)
    if (stock?.status === 200 && stock.body.on_hand === opening) return id
    await drain(scene)
    await sleep(50)
  }
  throw new Error('the stock of a new product did not come')
}

/** Does all background work, in this process and in the victim. False when the victim is held in it. */
export async function drain({ platform, victim }: Scene): Promise<boolean> {
  for (let quiet = 0; quiet < 2; ) {
    await platform.drain()
    const done = victim ? await victim.drain() : 0
    if (done === undefined) return false
    quiet = done === 0 ? quiet + 1 : 0
  }
  return true
}

/** What waits for its time is due now. Answers how many orders are not at rest. */
export async function makeDue({ platform }: Scene): Promise<number> {
  if (!hasShop(platform)) return 0
  const payment = platform.sql('payment')
  await payment`update payments set next_check_at = now() where next_check_at is not null`
  await payment`update refunds set next_check_at = now() where next_check_at is not null`
  await payment`update orders set next_check_at = now() where next_check_at is not null`
  await payment`update comparisons set compare_at = now()`
  const [row] = await platform.sql('order')<[{ n: number }]>`
    with due as (update orders set due_at = now() where goal <> 'none' returning 1),
      refunds as (update order_refunds set due_at = now() where due_at is not null returning 1)
    select ((select count(*) from due) + (select count(*) from refunds))::int as n`
  return row.n
}

export const hasShop = (platform: TestPlatform) => {
  try {
    return Boolean(platform.sql('order'))
  } catch {
    return false
  }
}

/** Until nothing is left to do. A circuit that opened when a service died needs a moment. */
export async function settleAll(scene: Scene): Promise<void> {
  for (const until = performance.now() + 30_000; performance.now() < until; ) {
    const due = await makeDue(scene)
    await drain(scene)
    if (due === 0 && (await makeDue(scene)) === 0) return
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  assert.fail('orders stay unfinished')
}
