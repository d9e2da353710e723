import { type Permission, Problem, type Role } from '@shopfleet/contracts'
import { errorCode, transaction } from '@shopfleet/database'
import * as store from './role-store.ts'
import type { Ctx } from './service.ts'

/** Roles a shop may have. */
const limit = 100
const foreignKeyViolation = '23503'

function checkWithin(permissions: readonly string[], by: readonly string[]): void {
  if (permissions.every(one => by.includes(one))) return
  throw new Problem('forbidden', { detail: 'The role may do more than you.' })
}

async function checkChangeable(ctx: Ctx, name: string, by: readonly string[]): Promise<void> {
  const role = await store.findRole(ctx.sql, name)
  if (!role) throw new Problem('not-found')
  if (role.is_fixed) throw new Problem('forbidden', { detail: `The role ${name} stays as it is.` })
  checkWithin(role.permissions, by)
}

export async function createRole(
  ctx: Ctx,
  { name, permissions }: { name: string; permissions: readonly Permission[] },
  by: readonly string[],
): Promise<Role> {
  checkWithin(permissions, by)
  const made = await store.insertRole(ctx.sql, name, permissions, limit)
  if (made) return made
  if (await store.findRole(ctx.sql, name)) throw new Problem('already-exists')
  throw new Problem('too-many', { detail: `A shop has ${limit} roles at most.` })
}

export async function updateRole(
  ctx: Ctx,
  name: string,
  permissions: readonly Permission[],
  by: readonly string[],
): Promise<Role> {
  await checkChangeable(ctx, name, by)
  checkWithin(permissions, by)
  const done = await transaction(ctx.sql, tx => store.updatePermissions(tx, name, permissions, by))
  const role = await store.findRole(ctx.sql, name)
  if (!role) throw new Problem('not-found')
  // Given more by somebody else since we looked.
  if (!done) throw new Problem('forbidden', { detail: 'The role may do more than you.' })
  return role
}

export async function deleteRole(ctx: Ctx, name: string, by: readonly string[]): Promise<void> {
  await checkChangeable(ctx, name, by)
  try {
    if (await store.deleteRole(ctx.sql, name, by)) return
  } catch (error) {
    // Given to somebody at the same moment.
    if (errorCode(error) !== foreignKeyViolation) throw error
  }
  throw new Problem('in-use', { detail: 'Give those who have it another role first.' })
}
