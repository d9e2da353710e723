import { type Operation, Problem, type ServiceName, type StaffAction, staffActed } from '@shopfleet/contracts'
import type { Sql } from '@shopfleet/database'
import { publish } from '@shopfleet/messaging'
import type { Caller } from './auth.ts'
import type { Clock } from './clock.ts'
import { withoutSecrets } from './log.ts'
import { callerAddress } from './proxies.ts'
import { type Call, Reply, type Route } from './route.ts'

/*
 * What staff do is said as events of the service they do it in, for the admin service to write into its log. `begun` is
 * in the outbox before the change is made, `ended` before it is answered: a crash between the two leaves an action whose
 * outcome is not known, never a change that nobody did. Customers' requests are not touched by any of it.
 */

/** Where a request came from. */
export interface Origin {
  path: string
  ip: string
  forwarded_for: string | undefined
  user_agent: string | undefined
}

export interface Audit {
  /** Whether this call, if it is made, is to be written down. */
  concerns(operation: Operation, caller: Caller): boolean
  /** Does the work with a line before and a line after it. */
  around(operation: Operation, call: Call<any>, origin: Origin, work: () => Promise<unknown>): Promise<unknown>
  /** Writes down what was refused before anything of it was looked at. */
  refused(operation: Operation, caller: Caller, origin: Origin, params: unknown, error: unknown): Promise<void>
}

/** Fields that name a person: an audit log that nobody may change must not keep what a person may have erased. */
const personal =
  /^(email|to|recipient|first_?name|last_?name|full_?name|phone|address|shipping_address|billing_address|line1|line2|postal_?code)$/i
/** Text of what is kept of a snapshot at most. */
const maxLength = 16_000

/** A copy without secrets, without what names a person, and not without end. */
export function forAudit(value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (Buffer.isBuffer(value)) return { bytes: value.length }
  const text = JSON.stringify(withoutSecrets(value), (key, member) =>
    personal.test(key) && member ? '[personal]' : member,
  )
  return text.length > maxLength ? { left_out: `${text.length} characters` } : JSON.parse(text)
}

const isReading = (operation: Operation) => operation.method === 'GET'
const isStaffOnly = ({ auth }: Operation) => typeof auth === 'object' && ('staff' in auth || 'own_or_staff' in auth)
const idOf = (params: unknown): string | null => {
  const values = Object.values((params ?? {}) as Record<string, unknown>)
  return typeof values[0] === 'string' ? values[0] : null
}

export function createAudit(kit: {
  service: ServiceName
  sql: Sql
  clock: Clock
  routes: Route[]
  /** Whose word on where a request began is believed. */
  isGateway: (address: string) => boolean
}): Audit {
  const { sql, clock, routes, isGateway } = kit
  const event = staffActed(kit.service)
  const readers = new Map(
    routes.filter(route => isReading(route.operation)).map(route => [route.operation.path, route]),
  )

  /** What shows the thing that an operation changes: the reading operation at its path, or at the nearest above that ends in an id. */
  function readerOf({ path }: Operation): Route | undefined {
    for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) {
      const found = /\/:[a-z_]+$/.test(at) ? readers.get(at) : undefined
      if (found) return found
    }
    return undefined
  }

  /** How the thing stood before. Nothing of it may keep the change from being made. */
  async function snapshot(operation: Operation, call: Call<any>): Promise<unknown> {
    const reader = readerOf(operation)
    if (!reader || operation.is_private) return null
    try {
      const answer = await reader.handle({ ...call, query: {} as never, body: undefined as never })
      return forAudit(answer instanceof Reply ? answer.body : answer)
    } catch (error) {
      if (error instanceof Problem) return null
      throw error
    }
  }

  function describe(operation: Operation, caller: Caller, origin: Origin, params: unknown) {
    return {
      action_id: clock.newId(),
      actor_id: caller.kind === 'user' ? caller.user_id : null,
      role: caller.kind === 'user' ? caller.role : caller.kind,
      operation: operation.name,
      method: operation.method,
      path: origin.path.slice(0, 500),
      target: idOf(params),
      ip: callerAddress(origin.ip, origin.forwarded_for, isGateway),
      forwarded_for: origin.forwarded_for?.slice(0, 500) ?? null,
      user_agent: origin.user_agent?.slice(0, 500) ?? null,
      at: new Date(clock.now()).toISOString(),
    }
  }
  const say = (action: StaffAction) => publish(sql, event, action.action_id, action)

  return {
    concerns(operation, caller) {
      if (isReading(operation)) return false
      if (caller.kind === 'demo') return isStaffOnly(operation)
      if (caller.kind !== 'user' || caller.permissions.length === 0) return false
      // One's own account and cart are no business of the shop's.
      return isStaffOnly(operation) || (operation.auth === 'guest' && operation.service !== 'cart')
    },
    async around(operation, call, origin, work) {
      const begun = {
        ...describe(operation, call.caller, origin, call.params),
        input: forAudit(call.body),
        before: await snapshot(operation, call),
      }
      await say({ ...begun, phase: 'begun', status: null, problem: null, after: null })
      try {
        const answer = await work()
        const { status, body } =
          answer instanceof Reply ? answer : { status: Number(Object.keys(operation.replies)[0]), body: answer }
        await say({
          ...begun,
          phase: 'ended',
          status,
          problem: null,
          after: operation.is_private ? null : forAudit(body),
        })
        return answer
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        await say({ ...begun, phase: 'ended', status: error.status, problem: error.problem, after: null })
        throw error
      }
    },
    async refused(operation, caller, origin, params, error) {
      if (!(error instanceof Problem)) return
      const action = { ...describe(operation, caller, origin, params), input: null, before: null, after: null }
      await say({ ...action, phase: 'ended', status: error.status, problem: error.problem })
    },
  }
}
