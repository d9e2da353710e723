import { randomUUID } from 'node:crypto'
import * as api from '@shopfleet/contracts'
import type { Clock } from '@shopfleet/service-kit'
import { type PlatformOptions, startTestPlatform, type TestPlatform } from '@shopfleet/testing'

/** A shop with people in it, for those who try to get in where they do not belong. */

export const everyone: api.ServiceName[] = [
  'user',
  'product',
  'inventory',
  'cart',
  'order',
  'payment',
  'review',
  'notification',
  'analytics',
  'admin',
  'gateway',
]

export const password = 'correct horse battery'
export const newEmail = () => `${randomUUID()}@example.com`
export type Headers = Record<string, string>
export const bearer = (session: Pick<api.Session, 'access_token'>): Headers => ({
  authorization: `Bearer ${session.access_token}`,
})

export interface World {
  platform: TestPlatform
  owner: api.Session
  other: api.Session
  /** Somebody of each role of the shop. */
  staff: Map<string, api.Session>
  roles: Record<string, readonly api.Permission[]>
  /** Good tokens that have run out, or whose session has ended. */
  expired: api.Session
  revoked: api.Session
  /** Something to buy, of which there is plenty. */
  product: api.Product
  /** A new customer. */
  join(email?: string): Promise<api.Session>
  /** A new account of a role, signed in. */
  joinAs(role: string): Promise<api.Session>
  asService(from: api.ServiceName, to: api.ServiceName): Promise<Headers>
}

export async function createWorld(options: Partial<PlatformOptions> = {}): Promise<World> {
  // Put back for a moment, it makes tokens that have run out by now.
  let shift_ms = 0
  const clock: Clock = { now: () => Date.now() + shift_ms, newId: () => randomUUID() }
  const platform = await startTestPlatform({
    services: everyone,
    simulator: true,
    ...options,
    // A machine that is busy with the attacks must refuse them for what they are.
    env: { MAX_IN_FLIGHT: '10000', ...options.env },
    overrides: { ...options.overrides, user: { ...options.overrides?.user, clock } },
  })
  try {
    const user = platform.client('user')
    const join = (email = newEmail()) => user.call(api.register, { body: { email, password } })
    const login = (email: string) => user.call(api.login, { body: { email, password } })
    async function joinAs(role: string): Promise<api.Session> {
      const session = await join()
      if (role === 'customer') return session
      await platform.sql('user')`update users set role = ${role} where id = ${session.user.id}`
      return login(session.user.email)
    }

    const rows = await platform.sql('user')<{ name: string; permissions: api.Permission[] }[]>`
      select name, permissions from roles where name <> 'customer' order by name`
    const staff = new Map<string, api.Session>()
    for (const { name } of rows) staff.set(name, await joinAs(name))

    const revoked = await join()
    await user.call(api.logoutAll, {}, bearer(revoked))
    const [owner, other, late] = [await join(), await join(), await join()]
    shift_ms = -3_600_000
    const expired = await login(late.user.email)
    shift_ms = 0

    const body = { name: `Lantern ${randomUUID()}`, price: 24.5, stock: 1_000_000 }
    const product = await platform.client('product').call(api.createProduct, { body }, bearer(staff.get('admin')!))
    await platform.drain()

    const tokens = new Map<string, Promise<Headers>>()
    return {
      platform,
      owner,
      other,
      staff,
      roles: Object.fromEntries(rows.map(row => [row.name, row.permissions])),
      expired,
      revoked,
      product,
      join,
      joinAs,
      asService(from, to) {
        const key = `${from} ${to}`
        const token = tokens.get(key) ?? platform.asService(from, to)
        tokens.set(key, token)
        return token
      },
    }
  } catch (error) {
    await platform.stop()
    throw error
  }
}
