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
