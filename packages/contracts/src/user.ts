import { type Static, Type } from 'typebox'
import { event } from './event.ts'
import { Address, Email, Id, IdParams, Name, nullable, page, pageQuery, Timestamp } from './fields.ts'
import { operation, permissions } from './operation.ts'

/** Identity: accounts, credentials, sessions. */

export const Password = Type.String({ minLength: 8, maxLength: 128 })

export const User = Type.Object({
  id: Id,
  email: Email,
  first_name: nullable(Type.String()),
  last_name: nullable(Type.String()),
  name: nullable(Type.String()),
  role: Type.String(),
  permissions: Type.Array(Type.Enum([...permissions])),
  is_active: Type.Boolean(),
  email_verified_at: nullable(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type User = Static<typeof User>

export const Session = Type.Object({
  access_token: Type.String(),
  refresh_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds the access token lives' }),
  user: User,
  mfa_enrolment_required: Type.Optional(
    Type.Boolean({ description: 'Staff who have no second factor yet may do nothing but enrol one' }),
  ),
})
export type Session = Static<typeof Session>

export const names = {
  first_name: Type.Optional(Name),
  last_name: Type.Optional(Name),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Split into first and last name' })),
}

export const CurrentPassword = Type.String({ minLength: 1, maxLength: 128, description: 'Your password as it is' })

export const getProfile = operation({
  service: 'user',
  name: 'getProfile',
  method: 'GET',
  path: '/api/users/profile',
  auth: 'customer',
  summary: 'Your profile',
  replies: { 200: User },
})

const ProfileChange = Type.Object({ email: Type.Optional(Email), ...names }, { additionalProperties: false })

export const updateProfile = operation({
  service: 'user',
  name: 'updateProfile',
  method: 'PUT',
  path: '/api/users/profile',
  auth: 'customer',
  summary: 'Change your profile',
  description:
    'Another e-mail takes effect when the link sent to it is opened, and needs your password. The answer is the same whether the address is free or not.',
  body: Type.Object(
    { ...ProfileChange.properties, current_password: Type.Optional(CurrentPassword) },
    { additionalProperties: false },
  ),
  replies: { 200: User },
  problems: ['wrong-password'],
  example: { body: { first_name: 'Ada', last_name: 'King' } },
})

export const deleteAccount = operation({
  service: 'user',
  name: 'deleteAccount',
  method: 'DELETE',
  path: '/api/users/account',
  auth: 'customer',
  summary: 'Erase your account',
  description: 'The person is erased; orders stay for the books, without a name.',
  replies: { 204: Type.Null() },
  problems: ['last-administrator'],
})

export const Erasure = Type.Object({
  id: Id,
  requested_at: Timestamp,
  completed_at: nullable(Timestamp),
  services: Type.Array(Type.Object({ service: Type.String(), erased_at: nullable(Timestamp) })),
})
export type Erasure = Static<typeof Erasure>

export const getErasure = operation({
  service: 'user',
  name: 'getErasure',
  method: 'GET',
  path: '/api/users/erasures/:id',
  auth: 'public',
  summary: 'How far an erasure is',
  description:
    'The receipt is named in `Location` when an account is erased. It says which services have dropped what names the person, and nothing of them.',
  params: IdParams,
  replies: { 200: Erasure },
  problems: ['not-found'],
})

export const exportUser = operation({
  service: 'user',
  name: 'exportUser',
  load: 'bulk',
  method: 'GET',
  path: '/api/users/export',
  auth: 'customer',
  summary: 'Everything the shop keeps of you, from every service',
  replies: {
    200: Type.Object({
      user_id: Id,
      exported_at: Timestamp,
      services: Type.Record(Type.String(), Type.Record(Type.String(), Type.Array(Type.Unknown()))),
    }),
  },
})

export const SavedAddress = Type.Object({
  id: Id,
  label: nullable(Type.String()),
  is_default: Type.Boolean(),
  address: Address,
  created_at: Timestamp,
  updated_at: Timestamp,
})
export type SavedAddress = Static<typeof SavedAddress>

const AddressBody = Type.Object(
  {
    label: Type.Optional(Type.String({ minLength: 1, maxLength: 50 })),
    is_default: Type.Optional(Type.Boolean()),
    address: Address,
  },
  { additionalProperties: false },
)
const addressExample = {
  body: {
    label: 'Home',
    address: { line1: '12 St James Square', city: 'London', postal_code: 'SW1Y 4JH', country: 'GB' },
  },
}

export const listAddresses = operation({
  service: 'user',
  name: 'listAddresses',
  method: 'GET',
  path: '/api/users/addresses',
  auth: 'customer',
  summary: 'Your addresses, the default one first',
  replies: { 200: Type.Object({ items: Type.Array(SavedAddress) }) },
})

export const createAddress = operation({
  service: 'user',
  name: 'createAddress',
  method: 'POST',
  path: '/api/users/addresses',
  auth: 'customer',
  summary: 'Keep an address',
  body: AddressBody,
  replies: { 201: SavedAddress },
  problems: ['too-many'],
  example: addressExample,
})

export const updateAddress = operation({
  service: 'user',
  name: 'updateAddress',
  method: 'PUT',
  path: '/api/users/addresses/:id',
  auth: 'customer',
  summary: 'Replace an address',
  params: IdParams,
  body: AddressBody,
  replies: { 200: SavedAddress },
  problems: ['not-found'],
  example: addressExample,
})

export const deleteAddress = operation({
  service: 'user',
  name: 'deleteAddress',
  method: 'DELETE',
  path: '/api/users/addresses/:id',
  auth: 'customer',
  summary: 'Forget an address',
  params: IdParams,
  replies: { 204: Type.Null() },
  problems: ['not-found'],
})

export const listUsers = operation({
  service: 'user',
  name: 'listUsers',
  method: 'GET',
  path: '/api/users',
  auth: { staff: 'users' },
  summary: 'All accounts',
  query: Type.Object(
    {
      ...pageQuery,
      email: Type.Optional(Type.String({ maxLength: 254, description: 'Exact e-mail' })),
      email_begins: Type.Optional(
        Type.String({ minLength: 1, maxLength: 254, description: 'How the e-mail begins, however it is spelt' }),
      ),
      staff: Type.Optional(Type.Boolean({ description: 'Only who may do something as staff, or only who may not' })),
    },
    { additionalProperties: false },
  ),
  replies: { 200: page(User) },
  problems: ['invalid-cursor'],
})

export const createUser = operation({
  service: 'user',
  name: 'createUser',
  method: 'POST',
  path: '/api/users',
  auth: { staff: 'users' },
  demo_open: true,
  summary: 'Create an account for someone',
  description: 'Without a password the account cannot sign in until one is set.',
  body: Type.Object({ email: Email, password: Type.Optional(Password), ...names }, { additionalProperties: false }),
  replies: { 201: User },
  problems: ['email-taken', 'validation-failed'],
  example: { body: { name: 'John Doe', email: 'john@example.com' } },
})

export const getUser = operation({
  service: 'user',
  name: 'getUser',
  method: 'GET',
  path: '/api/users/:id',
  auth: { own_or_staff: 'users' },
  summary: 'One account',
  params: IdParams,
  replies: { 200: User },
  problems: ['not-found'],
})

export const updateUser = operation({
  service: 'user',
  name: 'updateUser',
  method: 'PUT',
  path: '/api/users/:id',
  auth: { own_or_staff: 'users' },
  summary: 'Change an account',
  params: IdParams,
  description: 'Staff may also disable an account: its sessions end, and nobody signs in until it is enabled again.',
  body: Type.Object(
    {
      ...ProfileChange.properties,
      is_active: Type.Optional(Type.Boolean()),
      current_password: Type.Optional(CurrentPassword),
    },
    { additionalProperties: false },
  ),
  replies: { 200: User },
  problems: ['not-found', 'email-taken', 'wrong-password', 'last-administrator'],
  example: { body: { first_name: 'Grace' } },
})

export const setUserRole = operation({
  service: 'user',
  name: 'setUserRole',
  method: 'PUT',
  path: '/api/users/:id/role',
  auth: { staff: 'users' },
  summary: 'Give an account another role',
  description:
    'A role is a set of permissions. Nobody gives or takes more than they may do themselves, or changes their own role. Access tokens given out before are refused within five seconds; a refreshed one has the new role.',
  params: IdParams,
  body: Type.Object({ role: Type.String({ minLength: 1, maxLength: 50 }) }, { additionalProperties: false }),
  replies: { 200: User },
  problems: ['not-found', 'last-administrator', 'validation-failed'],
  example: { body: { role: 'support' } },
})

export const deleteUser = operation({
  service: 'user',
  name: 'deleteUser',
  method: 'DELETE',
  path: '/api/users/:id',
  auth: { staff: 'users' },
  summary: 'Erase an account',
  params: IdParams,
  replies: { 204: Type.Null() },
  problems: ['not-found', 'last-administrator'],
})

/** Whether an account exists and is active, and its address: for who orders for someone, and who writes to them. */
export const userExists = operation({
  service: 'user',
  name: 'userExists',
  method: 'GET',
  path: '/internal/users/:id',
  auth: { service: ['order', 'notification'] },
  summary: 'Whether an active account exists',
  params: IdParams,
  replies: { 200: Type.Object({ id: Id, email: Email }) },
  problems: ['not-found'],
})

/** What somebody is called, for who shows it beside what they wrote. */
export const readUserName = operation({
  service: 'user',
  name: 'readUserName',
  method: 'GET',
  path: '/internal/users/:id/name',
  auth: { service: ['review'] },
  summary: 'The name of an active account',
  params: IdParams,
  replies: { 200: Type.Object({ first_name: nullable(Type.String()), last_name: nullable(Type.String()) }) },
  problems: ['not-found'],
})

const UserEvent = Type.Object({ user_id: Id })
export const userRegistered = event({
  service: 'user',
  name: 'user.registered',
  version: 1,
  schema: Type.Object({ user_id: Id, email: Email, name: nullable(Type.String()) }),
  summary: 'An account was created',
})
export const userUpdated = event({
  service: 'user',
  name: 'user.updated',
  version: 1,
  schema: UserEvent,
  summary: 'A profile changed',
})
export const userErased = event({
  service: 'user',
  name: 'user.erased',
  version: 1,
  schema: UserEvent,
  summary: 'A person asked to be forgotten: every service drops what names them',
})
