import { Problem, type User, userErased } from '@shopfleet/contracts'
import { transaction } from '@shopfleet/database'
import { publish } from '@shopfleet/messaging'
import { unlessTaken } from './register.ts'
import type { Ctx } from './service.ts'
import * as store from './store.ts'
import { type NameInput, splitName } from './user.ts'

/** Who changes an account: its owner, or staff who may do at least as much as the account they touch. */
export type Changer = { own: true } | { own: false; permissions: readonly string[] }

/** Changes what is given and leaves the rest. Says user.updated, unless all of it was so already. */
export async function updateAccount(
  ctx: Ctx,
  id: string,
  { email, ...names }: NameInput & { email?: string },
  by: Changer,
): Promise<User> {
  const changed = await unlessTaken(store.updateUser(ctx.sql, id, { email, ...splitName(names) }, by))
  if (changed) return changed
  const user = await store.findUser(ctx.sql, id)
  if (!user) throw new Problem('not-found')
  if (!mayChange(by, user)) throw new Problem('forbidden', { detail: 'The account may do more than you.' })
  return user
}

/**
 * Gives an account another role. Staff may touch only who may do no more than they, and give no more than they have;
 * their own role they leave to others, so that the last administrator is not lost by mistake.
 */
export async function setRole(ctx: Ctx, id: string, role: string, by: Changer): Promise<User> {
  if (by.own) throw new Problem('forbidden', { detail: 'Nobody changes their own role.' })
  const changed = await store.updateRole(ctx.sql, id, role, by)
  if (changed) return changed
  const roles = await store.listRoles(ctx.sql)
  const wanted = roles.find(one => one.name === role)
  if (!wanted) {
    const detail = `must be one of ${roles.map(one => one.name).join(', ')}`
    throw new Problem('validation-failed', { errors: [{ pointer: '/role', detail }] })
  }
  const user = await store.findUser(ctx.sql, id)
  if (!user) throw new Problem('not-found')
  if (user.role === role) return user
  throw new Problem('forbidden', { detail: 'The account or the role may do more than you.' })
}

/**
 * Erases the person: the row stays for what points at it, without anything that names them; every session ends. True
 * if this call did it.
 */
export async function eraseAccount(ctx: Ctx, id: string, by: Changer): Promise<boolean> {
  return transaction(ctx.sql, async tx => {
    if (!(await store.anonymiseUser(tx, id, by))) {
      const user = await store.findUser(tx, id)
      if (user && !mayChange(by, user)) throw new Problem('forbidden', { detail: 'The account may do more than you.' })
      return false
    }
    // After the row, in a statement of its own: it sees sessions that were being opened until just now.
    await store.endSessionsOf(tx, id)
    await publish(tx, userErased, id, { user_id: id })
    return true
  })
}

/** The rule the store's statements apply, to say which refusal it was. */
const mayChange = (by: Changer, user: User) => by.own || user.permissions.every(p => by.permissions.includes(p))
