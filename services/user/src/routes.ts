import * as api from '@shopfleet/contracts'
import { type Caller, decodeCursor, mayAccess, pageOf, type Route, route, userIdOf } from '@shopfleet/service-kit'
import { type Changer, eraseAccount, setRole, updateAccount } from './account.ts'
import { createUser, register } from './register.ts'
import type { Ctx } from './service.ts'
import { login, logout, refresh } from './sign-in.ts'
import * as store from './store.ts'

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

function onlyVisible(caller: Caller, id: string): void {
  if (!mayAccess(caller, id, 'users')) throw new api.Problem('not-found')
}

export const routes = (ctx: Ctx): Route[] => [
  route(api.register, ({ body }) => register(ctx, body)),
  route(api.login, ({ body }) => login(ctx, body.email, body.password)),
  route(api.refreshSession, ({ body }) => refresh(ctx, body.refresh_token)),
  route(api.logout, async ({ body }) => {
    await logout(ctx, body.refresh_token)
    return null
  }),

  route(api.getProfile, async ({ caller }) => found(await store.findUser(ctx.sql, userIdOf(caller)!), 'invalid-token')),
  route(api.updateProfile, ({ caller, body }) =>
    updateAccount(ctx, userIdOf(caller)!, body, { own: true }).catch(gone),
  ),
  route(api.deleteAccount, async ({ caller }) => {
    await eraseAccount(ctx, userIdOf(caller)!, { own: true })
    return null
  }),

  route(api.listUsers, async ({ query }) => {
    const limit = query.limit!
    const [after] = decodeCursor('users', ['id'], query.cursor) ?? []
    const rows = await store.listUsers(ctx.sql, { email: query.email, after, limit: limit + 1 })
    return pageOf('users', rows, limit, row => [row.id])
  }),
  route(api.createUser, ({ body }) => createUser(ctx, body)),
  route(api.getUser, async ({ caller, params }) => {
    onlyVisible(caller, params.id)
    return found(await store.findUser(ctx.sql, params.id))
  }),
  route(api.updateUser, ({ caller, params, body }) => {
    onlyVisible(caller, params.id)
    return updateAccount(ctx, params.id, body, changerOf(caller, params.id))
  }),
  route(api.setUserRole, ({ caller, params, body }) =>
    setRole(ctx, params.id, body.role, changerOf(caller, params.id)),
  ),
  route(api.deleteUser, async ({ caller, params }) => {
    if (!(await eraseAccount(ctx, params.id, changerOf(caller, params.id)))) throw new api.Problem('not-found')
    return null
  }),

  route(api.userExists, async ({ params }) => found(await store.findActiveUser(ctx.sql, params.id))),
  route(api.jwks, async () => ({ keys: await store.listPublicKeys(ctx.sql) })),
]
