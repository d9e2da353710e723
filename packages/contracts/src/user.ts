import { type Static, Type } from 'typebox'
import { event } from './event.ts'
import { Email, Id, IdParams, Name, nullable, page, pageQuery, Timestamp } from './fields.ts'
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
})
export type Session = Static<typeof Session>

const names = {
  first_name: Type.Optional(Name),
  last_name: Type.Optional(Name),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Split into first and last name' })),
}

export const register = operation({
  service: 'user',
  name: 'register',
  limit: 'sign-in',
  session: 'begins',
  method: 'POST',
  path: '/api/auth/register',
  aliases: ['/api/users/register', '/api/register'],
  auth: 'public',
  summary: 'Register a customer and sign in',
  body: Type.Object({ email: Email, password: Password, ...names }, { additionalProperties: false }),
  replies: { 201: Session },
  problems: ['email-taken'],
  example: {
    body: { email: 'ada@example.com', password: 'correct horse battery', first_name: 'Ada', last_name: 'Lovelace' },
  },
})

export const login = operation({
  service: 'user',
  name: 'login',
  limit: 'sign-in',
  session: 'begins',
  method: 'POST',
  path: '/api/auth/login',
  aliases: ['/api/users/login', '/api/login'],
  auth: 'public',
  summary: 'Sign in',
  body: Type.Object(
    { email: Type.String({ minLength: 3, maxLength: 254 }), password: Type.String({ minLength: 1, maxLength: 128 }) },
    { additionalProperties: false },
  ),
  replies: { 200: Session },
  problems: ['invalid-credentials'],
  example: { body: { email: 'ada@example.com', password: 'correct horse battery' } },
})

const RefreshBody = Type.Object(
  { refresh_token: Type.String({ minLength: 20, maxLength: 200 }) },
  { additionalProperties: false },
)

export const refreshSession = operation({
  service: 'user',
  name: 'refreshSession',
  session: 'continues',
  method: 'POST',
  path: '/api/auth/refresh',
  auth: 'public',
  summary: 'Exchange a refresh token for a new pair of tokens',
  description: 'Each refresh token works once. Using an old one again ends the whole session.',
  body: RefreshBody,
  replies: { 200: Session },
  problems: ['invalid-token'],
})

export const logout = operation({
  service: 'user',
  name: 'logout',
  session: 'ends',
  method: 'POST',
  path: '/api/auth/logout',
  auth: 'public',
  summary: 'End the session of a refresh token',
  body: RefreshBody,
  replies: { 204: Type.Null() },
})

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
  body: ProfileChange,
  replies: { 200: User },
  problems: ['email-taken'],
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
})

export const listUsers = operation({
  service: 'user',
  name: 'listUsers',
  method: 'GET',
  path: '/api/users',
  auth: { staff: 'users' },
  summary: 'All accounts',
  query: Type.Object(
    { ...pageQuery, email: Type.Optional(Type.String({ maxLength: 254, description: 'Exact e-mail' })) },
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
  problems: ['email-taken'],
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
  body: ProfileChange,
  replies: { 200: User },
  problems: ['not-found', 'email-taken'],
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
    'A role is a set of permissions. Nobody gives or takes more than they may do themselves, or changes their own role. It takes effect with the next access token.',
  params: IdParams,
  body: Type.Object({ role: Type.String({ minLength: 1, maxLength: 50 }) }, { additionalProperties: false }),
  replies: { 200: User },
  problems: ['not-found'],
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
  problems: ['not-found'],
})

/** Whether an account exists and is active; asked by the order service before it orders for someone. */
export const userExists = operation({
  service: 'user',
  name: 'userExists',
  method: 'GET',
  path: '/internal/users/:id',
  auth: 'service',
  summary: 'Whether an active account exists',
  params: IdParams,
  replies: { 200: Type.Object({ id: Id, email: Email }) },
  problems: ['not-found'],
})

export const jwks = operation({
  service: 'user',
  name: 'jwks',
  method: 'GET',
  path: '/.well-known/jwks.json',
  auth: 'public',
  summary: 'The public keys access tokens are signed with',
  replies: { 200: Type.Object({ keys: Type.Array(Type.Record(Type.String(), Type.String())) }) },
  cache_s: 60,
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
