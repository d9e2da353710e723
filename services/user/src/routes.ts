import * as api from '@shopfleet/contracts'
import {
  type Call,
  type Caller,
  decodeCursor,
  mayAccess,
  pageOf,
  type Route,
  reply,
  route,
  userIdOf,
} from '@shopfleet/service-kit'
import { type Changer, eraseAccount, setActive, setRole, updateAccount } from './account.ts'
import { deleteAddress, listAddresses } from './address-store.ts'
import { addAddress, replaceAddress } from './addresses.ts'
import { addressOf, deviceOf } from './device.ts'
import { exportPerson } from './erasure.ts'
import { findErasure, findErasureOf, readOwnData } from './erasure-store.ts'
import { beginExternal, finishExternal, providerName } from './external-sign-in.ts'
import { changePassword, resetPassword, verifyEmail } from './links.ts'
import { queueMail } from './mail.ts'
import { createUser, register, signUp } from './register.ts'
import { listAllRoles } from './role-store.ts'
import { createRole, deleteRole, updateRole } from './roles.ts'
import * as secondFactor from './second-factor.ts'
import type { Ctx } from './service.ts'
import * as sessions from './session-store.ts'
import { type From, login, loginMfa, logout, refresh, revocationsKeep_s } from './sign-in.ts'
import * as store from './store.ts'

const permissionsOf = (caller: Caller) => (caller.kind === 'user' ? caller.permissions : [])

const changerOf = (caller: Caller, id: string): Changer =>
  userIdOf(caller) === id
    ? { own: true }
    : { own: false, permissions: caller.kind === 'user' ? caller.permissions : [] }

const found = <T>(thing: T | undefined, otherwise: api.ProblemName = 'not-found'): T => {
  if (thing === undefined) throw new api.Problem(otherwise)
  return thing
}

/** A good token of an account that has been erased since is not good any more. */
const gone = (error: unknown) => {
  throw error instanceof api.Problem && error.problem === 'not-found' ? new api.Problem('invalid-token') : error
}

const fromOf = ({ ip, header }: Call<any>): From => ({
  user_agent: header('user-agent')?.slice(0, 500) ?? null,
  ip: addressOf(ip, header('x-forwarded-for')),
})

/** Where to ask how far an erasure is. */
const erasedAs = (id: string | undefined) =>
  reply(204, null, id === undefined ? {} : { location: `/api/users/erasures/${id}` })

/** The session a signed-in caller's token belongs to. */
const sessionOf = (caller: Caller) => (caller.kind === 'user' ? caller.session_id : null)

function onlyVisible(caller: Caller, id: string): void {
  if (!mayAccess(caller, id, 'users')) throw new api.Problem('not-found')
}

export const routes = (ctx: Ctx): Route[] => [
  route(api.getSignInMethods, async () => {
    const name = providerName(ctx)
    return { open_registration: ctx.config.OPEN_REGISTRATION, external: name === undefined ? null : { name } }
  }),
  route(api.register, call => register(ctx, call.body, fromOf(call))),
  route(api.login, call => login(ctx, call.body.email, call.body.password, fromOf(call))),
  route(api.beginExternal, () => beginExternal(ctx)),
  route(api.finishExternal, call => finishExternal(ctx, call.body, fromOf(call))),
  route(api.loginMfa, call => loginMfa(ctx, call.body.mfa_token, call.body.code, fromOf(call))),
  route(api.getMfa, ({ caller }) => secondFactor.stateOf(ctx, userIdOf(caller)!)),
  route(api.enrolMfa, ({ caller, body }) => secondFactor.enrol(ctx, userIdOf(caller)!, body.current_password)),
  route(api.confirmMfa, ({ caller, body }) => secondFactor.confirm(ctx, userIdOf(caller)!, body.code)),
  route(api.disableMfa, async ({ caller, body }) => {
    await secondFactor.disable(ctx, userIdOf(caller)!, body)
    return null
  }),
  route(api.signUp, async ({ body }) => {
    await signUp(ctx, body)
    return null
  }),
  route(api.verifyEmail, async ({ body }) => {
    await verifyEmail(ctx, body.token)
    return null
  }),
  route(api.resendVerification, async ({ caller }) => {
    const user = found(await store.findUser(ctx.sql, userIdOf(caller)!), 'invalid-token')
    await queueMail(ctx, ctx.sql, 'verify-email', { user_id: user.id, email: user.email })
    return null
  }),
  route(api.requestVerification, async ({ body }) => {
    await queueMail(ctx, ctx.sql, 'verify-email', { email: body.email.trim() })
    return null
  }),
  route(api.forgotPassword, async ({ body }) => {
    // Whether there is such an account is looked up when the mail is handed over: here nothing tells the two apart.
    await queueMail(ctx, ctx.sql, 'reset-password', { email: body.email.trim() })
    return null
  }),
  route(api.resetPassword, async ({ body }) => {
    await resetPassword(ctx, body.token, body.password)
    return null
  }),
  route(api.changePassword, async ({ caller, body }) => {
    await changePassword(ctx, { user_id: userIdOf(caller)!, session_id: sessionOf(caller) }, body)
    return null
  }),
  route(api.refreshSession, call => refresh(ctx, call.body.refresh_token, fromOf(call))),
  route(api.logout, async ({ body }) => {
    await logout(ctx, body.refresh_token)
    return null
  }),

  route(api.logoutAll, async ({ caller }) => {
    await sessions.endSessions(ctx.sql, userIdOf(caller)!)
    return null
  }),
  route(api.listSessions, async ({ caller }) => {
    const items = await sessions.listSessions(ctx.sql, userIdOf(caller)!)
    const current = sessionOf(caller)
    return { items: items.map(one => ({ ...one, device: deviceOf(one.user_agent), current: one.id === current })) }
  }),
  route(api.endSession, async ({ caller, params }) => {
    if (!(await sessions.endSessionOf(ctx.sql, userIdOf(caller)!, params.id))) throw new api.Problem('not-found')
    return null
  }),

  route(api.getProfile, async ({ caller }) => found(await store.findUser(ctx.sql, userIdOf(caller)!), 'invalid-token')),
  route(api.updateProfile, ({ caller, body }) =>
    updateAccount(ctx, userIdOf(caller)!, body, { own: true }).catch(gone),
  ),
  route(api.deleteAccount, async ({ caller }) => {
    const id = userIdOf(caller)!
    return erasedAs((await eraseAccount(ctx, id, { own: true })) ?? (await findErasureOf(ctx.sql, id)))
  }),

  route(api.getErasure, async ({ params }) => found(await findErasure(ctx.sql, params.id))),
  route(api.exportUser, async ({ caller }) => {
    const id = userIdOf(caller)!
    found(await store.findUser(ctx.sql, id), 'invalid-token')
    return exportPerson(ctx, id)
  }),
  route(api.listAddresses, async ({ caller }) => ({ items: await listAddresses(ctx.sql, userIdOf(caller)!) })),
  route(api.createAddress, ({ caller, body }) => addAddress(ctx, userIdOf(caller)!, body)),
  route(api.updateAddress, ({ caller, params, body }) => replaceAddress(ctx, userIdOf(caller)!, params.id, body)),
  route(api.deleteAddress, async ({ caller, params }) => {
    if (!(await deleteAddress(ctx.sql, userIdOf(caller)!, params.id))) throw new api.Problem('not-found')
    return null
  }),

  route(api.listUsers, async ({ query }) => {
    const limit = query.limit!
    const [after] = decodeCursor('users', ['id'], query.cursor) ?? []
    const { cursor: _, ...filter } = query
    const rows = await store.listUsers(ctx.sql, { ...filter, after, limit: limit + 1 })
    return pageOf('users', rows, limit, row => [row.id])
  }),
  route(api.createUser, ({ body }) => createUser(ctx, body)),
  route(api.getUser, async ({ caller, params }) => {
    onlyVisible(caller, params.id)
    return found(await store.findUser(ctx.sql, params.id))
  }),
  route(api.updateUser, async ({ caller, params, body }) => {
    onlyVisible(caller, params.id)
    const by = changerOf(caller, params.id)
    const { is_active, ...rest } = body
    if (is_active === undefined) return updateAccount(ctx, params.id, rest, by)
    const user = await setActive(ctx, params.id, is_active, by)
    return Object.keys(rest).length === 0 ? user : updateAccount(ctx, params.id, rest, by)
  }),
  route(api.setUserRole, ({ caller, params, body }) =>
    setRole(ctx, params.id, body.role, changerOf(caller, params.id)),
  ),
  route(api.deleteUser, async ({ caller, params }) => {
    return erasedAs(found(await eraseAccount(ctx, params.id, changerOf(caller, params.id))))
  }),

  route(api.listRoles, async () => ({ items: await listAllRoles(ctx.sql) })),
  route(api.createRole, ({ caller, body }) => createRole(ctx, body, permissionsOf(caller))),
  route(api.updateRole, ({ caller, params, body }) =>
    updateRole(ctx, params.name, body.permissions, permissionsOf(caller)),
  ),
  route(api.deleteRole, async ({ caller, params }) => {
    await deleteRole(ctx, params.name, permissionsOf(caller))
    return null
  }),

  route(api.userExists, async ({ params }) => found(await store.findActiveUser(ctx.sql, params.id))),
  route(api.readUserRecord, async ({ params }) => {
    const record = await readOwnData(ctx.sql, params.id)
    return found(record.account!.length > 0 ? record : undefined)
  }),
  route(api.readUserName, async ({ params }) => found(await store.findActiveName(ctx.sql, params.id))),
  route(api.listRevocations, ({ query }) => sessions.listRevocations(ctx.sql, query.since, revocationsKeep_s(ctx))),
  route(api.jwks, async () => ({ keys: await store.listPublicKeys(ctx.sql) })),
]
