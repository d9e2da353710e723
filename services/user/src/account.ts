import { Problem, personalDataServices, type User, userErased } from '@shopfleet/contracts'
import { type Tx, transaction } from '@shopfleet/database'
import { publish } from '@shopfleet/messaging'
import { deleteAddressesOf } from './address-store.ts'
import { insertErasure } from './erasure-store.ts'
import { deleteIdentitiesOf } from './external-store.ts'
import { confirmPassword, requestEmail } from './links.ts'
import { queueMail } from './mail.ts'
import * as mails from './mail-store.ts'
import { unlessTaken } from './register.ts'
import { deleteSecret } from './second-factor-store.ts'
import type { Ctx } from './service.ts'
import * as sessions from './session-store.ts'
import * as store from './store.ts'
import { type NameInput, splitName } from './user.ts'

/** Who changes an account: its owner, or staff who may do at least as much as the account they touch. */
export type Changer = { own: true } | { own: false; permissions: readonly string[] }

/** Changes what is given and leaves the rest. Says user.updated, unless all of it was so already. */
export async function updateAccount(
  ctx: Ctx,
  id: string,
  { email, current_password, ...names }: NameInput & { email?: string; current_password?: string },
  by: Changer,
): Promise<User> {
  if (by.own && email !== undefined) {
    await changeOwnEmail(ctx, id, email, current_password)
    return updateAccount(ctx, id, names, by)
  }
  const changed = await unlessTaken(store.updateUser(ctx.sql, id, { email, ...splitName(names) }, by))
  if (changed) return changed
  const user = await store.findUser(ctx.sql, id)
  if (!user) throw new Problem('not-found')
  if (!mayChange(by, user)) throw new Problem('forbidden', { detail: 'The account may do more than you.' })
  return user
}

/** The address stays as it is until the link sent to the new one was opened. Another spelling of it is no other address. */
async function changeOwnEmail(ctx: Ctx, id: string, email: string, password: string | undefined): Promise<void> {
  const user = await store.findUser(ctx.sql, id)
  if (!user) throw new Problem('not-found')
  if (user.email === email) return
  await confirmPassword(ctx, id, password)
  await requestEmail(ctx, id, email)
}

/**
 * Gives an account another role. Staff may touch only who may do no more than they, and give no more than they have;
 * their own role they leave to others, so that the last administrator is not lost by mistake.
 */
export async function setRole(ctx: Ctx, id: string, role: string, by: Changer): Promise<User> {
  if (by.own) throw new Problem('forbidden', { detail: 'Nobody changes their own role.' })
  const changed = await transaction(ctx.sql, async tx => {
    const done = await store.updateRole(tx, id, role, by)
    if (done?.was_role === administrator) await keepAdministrator(tx)
    return done?.user
  })
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

/** Lets an account sign in or not; one that may not has no session left. */
export async function setActive(ctx: Ctx, id: string, is_active: boolean, by: Changer): Promise<User> {
  if (by.own) throw new Problem('forbidden', { detail: 'Nobody disables or enables their own account.' })
  const changed = await transaction(ctx.sql, async tx => {
    const done = await store.updateActive(tx, id, is_active, by)
    if (done && !is_active) {
      // After the row, in a statement of its own: it sees sessions that were being opened until just now.
      await sessions.endSessions(tx, id)
      if (done.role === administrator) await keepAdministrator(tx)
    }
    return done
  })
  if (changed) return changed
  const user = await store.findUser(ctx.sql, id)
  if (!user) throw new Problem('not-found')
  if (!mayChange(by, user)) throw new Problem('forbidden', { detail: 'The account may do more than you.' })
  return user
}

/**
 * Erases the person: the row stays for what points at it, without anything that names them; every session ends. Answers
 * the receipt if this call did it.
 */
export async function eraseAccount(ctx: Ctx, id: string, by: Changer): Promise<string | undefined> {
  return transaction(ctx.sql, async tx => {
    const erased = await store.anonymiseUser(tx, id, by)
    if (erased === undefined) {
      const user = await store.findUser(tx, id)
      if (user && !mayChange(by, user)) throw new Problem('forbidden', { detail: 'The account may do more than you.' })
      return undefined
    }
    const { was_role, email } = erased
    // After the row, in a statement of its own: it sees sessions that were being opened until just now.
    await sessions.endSessions(tx, id)
    await mails.deleteLinksOf(tx, id)
    await mails.deleteMailsOf(tx, id)
    await deleteSecret(tx, id)
    await deleteAddressesOf(tx, id)
    await deleteIdentitiesOf(tx, id)
    await queueMail(ctx, tx, 'account-erased', { email })
    if (was_role === administrator) await keepAdministrator(tx)
    await publish(tx, userErased, id, { user_id: id })
    return insertErasure(tx, id, personalDataServices)
  })
}

/** The rule the store's statements apply, to say which refusal it was. */
const mayChange = (by: Changer, user: User) => by.own || user.permissions.every(p => by.permissions.includes(p))

const administrator = 'admin'

/**
 * Refuses what would leave the shop without an administrator. Asked after the change, in its transaction: of two that
 * remove each other, the second waits here for the first and sees it done.
 */
async function keepAdministrator(tx: Tx): Promise<void> {
  await store.lockRole(tx, administrator)
  if (!(await store.hasAdministrator(tx))) throw new Problem('last-administrator')
}
