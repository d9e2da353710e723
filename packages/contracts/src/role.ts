import { type Static, Type } from 'typebox'
import { operation, permissions } from './operation.ts'

/** Roles: named sets of permissions. */

const RoleName = Type.String({ pattern: '^[a-z][a-z-]{0,49}$', description: 'Small letters and hyphens' })
const Permissions = Type.Array(Type.Enum([...permissions]), { maxItems: permissions.length, uniqueItems: true })

export const Role = Type.Object({
  name: Type.String(),
  permissions: Type.Array(Type.Enum([...permissions])),
  is_fixed: Type.Boolean({ description: 'customer and admin stay as they are' }),
  users: Type.Integer({ description: 'Accounts that have it' }),
})
export type Role = Static<typeof Role>

export const listRoles = operation({
  service: 'user',
  name: 'listRoles',
  method: 'GET',
  path: '/api/roles',
  auth: { staff: 'users' },
  summary: 'Roles, and what each may do',
  replies: { 200: Type.Object({ items: Type.Array(Role) }) },
})

export const createRole = operation({
  service: 'user',
  name: 'createRole',
  method: 'POST',
  path: '/api/roles',
  auth: { staff: 'admin' },
  summary: 'Make a role',
  description: 'Nobody makes, changes or deletes a role that may do more than they.',
  body: Type.Object({ name: RoleName, permissions: Permissions }, { additionalProperties: false }),
  replies: { 201: Role },
  problems: ['already-exists', 'too-many'],
  example: { body: { name: 'night-shift', permissions: ['orders', 'stock'] } },
})

export const updateRole = operation({
  service: 'user',
  name: 'updateRole',
  method: 'PUT',
  path: '/api/roles/:name',
  auth: { staff: 'admin' },
  summary: 'Say what a role may do',
  description: 'It counts for everybody who has the role within five seconds.',
  params: Type.Object({ name: RoleName }),
  body: Type.Object({ permissions: Permissions }, { additionalProperties: false }),
  replies: { 200: Role },
  problems: ['not-found'],
  example: { params: { name: 'support' }, body: { permissions: ['orders', 'reviews', 'users'] } },
})

export const deleteRole = operation({
  service: 'user',
  name: 'deleteRole',
  method: 'DELETE',
  path: '/api/roles/:name',
  auth: { staff: 'admin' },
  summary: 'Delete a role nobody has',
  params: Type.Object({ name: RoleName }),
  replies: { 204: Type.Null() },
  problems: ['not-found', 'in-use'],
})
