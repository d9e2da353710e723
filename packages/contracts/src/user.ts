import { type Static, Type } from 'typebox'
import { event } from './event.ts'
import { Address, Email, Id, IdParams, Name, nullable, page, pageQuery, Timestamp } from './fields.ts'
import { operation, permissions, type ServiceName } from './operation.ts'

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
  description: 'Where the shop does not tell which addresses have an account, this is off (403): see signUp.',
  replies: { 201: Session },
  problems: ['email-taken', 'forbidden'],
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
  description:
    'Who has a second factor is refused with `mfa-required` and an `mfa_token`, with which POST /api/auth/mfa goes on.',
  body: Type.Object(
    { email: Type.String({ minLength: 3, maxLength: 254 }), password: Type.String({ minLength: 1, maxLength: 128 }) },
    { additionalProperties: false },
  ),
  replies: { 200: Session },
  problems: ['invalid-credentials', 'email-not-verified', 'mfa-required'],
  example: { body: { email: 'ada@example.com', password: 'correct horse battery' } },
})

export const signUp = operation({
  service: 'user',
  name: 'signUp',
  limit: 'sign-in',
  method: 'POST',
  path: '/api/auth/sign-up',
  auth: 'public',
  summary: 'Register a customer by e-mail',
  description:
    'Answers the same whether the address has an account or not; the mail says how to go on. Signing in needs the address to be confirmed first.',
  body: Type.Object({ email: Email, password: Password, ...names }, { additionalProperties: false }),
  replies: { 202: Type.Null() },
  example: { body: { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada Lovelace' } },
})

const LinkToken = Type.String({ minLength: 20, maxLength: 200, description: 'From the link of the mail' })

export const verifyEmail = operation({
  service: 'user',
  name: 'verifyEmail',
  limit: 'sign-in',
  method: 'POST',
  path: '/api/auth/verify-email',
  auth: 'public',
  summary: 'Confirm an e-mail address, of a new account or a changed one',
  body: Type.Object({ token: LinkToken }, { additionalProperties: false }),
  replies: { 204: Type.Null() },
  problems: ['invalid-link', 'email-taken'],
})

export const resendVerification = operation({
  service: 'user',
  name: 'resendVerification',
  limit: 'sign-in',
  method: 'POST',
  path: '/api/auth/verify-email/resend',
  auth: 'customer',
  summary: 'Have the mail that confirms your address sent again',
  replies: { 202: Type.Null() },
})

export const forgotPassword = operation({
  service: 'user',
  name: 'forgotPassword',
  limit: 'sign-in',
  method: 'POST',
  path: '/api/auth/forgot-password',
  auth: 'public',
  summary: 'Have a link to a new password sent',
  description: 'Answers the same whether the address has an account or not.',
  body: Type.Object({ email: Email }, { additionalProperties: false }),
  replies: { 202: Type.Null() },
  example: { body: { email: 'ada@example.com' } },
})

export const resetPassword = operation({
  service: 'user',
  name: 'resetPassword',
  limit: 'sign-in',
  method: 'POST',
  path: '/api/auth/reset-password',
  auth: 'public',
  summary: 'Set a new password with the link of the mail',
  description: 'The link works once, for an hour. Every session ends.',
  body: Type.Object({ token: LinkToken, password: Password }, { additionalProperties: false }),
  replies: { 204: Type.Null() },
  problems: ['invalid-link'],
})

const CurrentPassword = Type.String({ minLength: 1, maxLength: 128, description: 'Your password as it is' })

export const changePassword = operation({
  service: 'user',
  name: 'changePassword',
  limit: 'sign-in',
  method: 'POST',
  path: '/api/auth/change-password',
  auth: 'customer',
  summary: 'Change your password',
  description: 'Your other sessions end.',
  body: Type.Object({ current_password: CurrentPassword, password: Password }, { additionalProperties: false }),
  replies: { 204: Type.Null() },
  problems: ['wrong-password'],
  example: { body: { current_password: 'correct horse battery', password: 'a longer one, still easy' } },
})

const Code = Type.String({ minLength: 6, maxLength: 40, description: 'Of the authenticator app, or a recovery code' })

export const loginMfa = operation({
  service: 'user',
  name: 'loginMfa',
  limit: 'sign-in',
  session: 'begins',
  method: 'POST',
  path: '/api/auth/mfa',
  auth: 'public',
  summary: 'Go on signing in with the second factor',
  body: Type.Object(
    { mfa_token: Type.String({ minLength: 20, maxLength: 200 }), code: Code },
    { additionalProperties: false },
  ),
  replies: { 200: Session },
  problems: ['invalid-token', 'invalid-code'],
})

export const getMfa = operation({
  service: 'user',
  name: 'getMfa',
  method: 'GET',
  path: '/api/auth/mfa',
  auth: 'customer',
  summary: 'Whether you have a second factor',
  replies: { 200: Type.Object({ enabled: Type.Boolean(), recovery_codes_left: Type.Integer() }) },
})

export const enrolMfa = operation({
  service: 'user',
  name: 'enrolMfa',
  limit: 'sign-in',
  method: 'POST',
  path: '/api/auth/mfa/enrol',
  auth: 'customer',
  summary: 'Get a secret for an authenticator app',
  description: 'It counts once it is confirmed with a code.',
  body: Type.Object({ current_password: Type.Optional(CurrentPassword) }, { additionalProperties: false }),
  replies: { 200: Type.Object({ secret: Type.String(), otpauth_url: Type.String() }) },
  problems: ['wrong-password', 'already-exists'],
})

export const confirmMfa = operation({
  service: 'user',
  name: 'confirmMfa',
  limit: 'sign-in',
  method: 'POST',
  path: '/api/auth/mfa/confirm',
  auth: 'customer',
  summary: 'Confirm the authenticator app with a code of it',
  description: 'Answers the recovery codes, which are not shown again.',
  body: Type.Object({ code: Code }, { additionalProperties: false }),
  replies: { 200: Type.Object({ recovery_codes: Type.Array(Type.String()) }) },
  problems: ['invalid-code'],
})

export const disableMfa = operation({
  service: 'user',
  name: 'disableMfa',
  limit: 'sign-in',
  method: 'POST',
  path: '/api/auth/mfa/disable',
  auth: 'customer',
  summary: 'Sign in without a second factor again',
  body: Type.Object({ code: Code, current_password: Type.Optional(CurrentPassword) }, { additionalProperties: false }),
  replies: { 204: Type.Null() },
  problems: ['wrong-password', 'invalid-code'],
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

export const logoutAll = operation({
  service: 'user',
  name: 'logoutAll',
  session: 'ends',
  method: 'POST',
  path: '/api/auth/logout-all',
  auth: 'customer',
  summary: 'End all your sessions, this one too',
  replies: { 204: Type.Null() },
})

export const Device = Type.Object({
  id: Id,
  device: Type.String({ description: 'Browser and system, as far as it says' }),
  user_agent: nullable(Type.String()),
  ip: nullable(Type.String()),
  current: Type.Boolean({ description: 'The session this request belongs to' }),
  created_at: Timestamp,
  last_used_at: Timestamp,
  expires_at: Timestamp,
})
export type Device = Static<typeof Device>

export const listSessions = operation({
  service: 'user',
  name: 'listSessions',
  method: 'GET',
  path: '/api/auth/sessions',
  auth: 'customer',
  summary: 'Your sessions: where you are signed in',
  replies: { 200: Type.Object({ items: Type.Array(Device) }) },
})

export const endSession = operation({
  service: 'user',
  name: 'endSession',
  method: 'DELETE',
  path: '/api/auth/sessions/:id',
  auth: 'customer',
  summary: 'End one of your sessions',
  params: IdParams,
  replies: { 204: Type.Null() },
  problems: ['not-found'],
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
  problems: ['not-found', 'last-administrator'],
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

const everyService = [
  'gateway',
  'user',
  'product',
  'order',
  'cart',
  'inventory',
  'payment',
  'review',
  'notification',
  'analytics',
  'admin',
] as const satisfies ServiceName[]

export const Revocations = Type.Object({
  cursor: Type.String({ description: 'Ask with it for what came since' }),
  keep_s: Type.Integer({ description: 'Seconds an entry counts: no access token lives longer' }),
  sessions: Type.Array(Id, { description: 'Sessions that have ended' }),
  users: Type.Array(Type.Object({ user_id: Id, version: Type.Integer() }), {
    description: 'Accounts that may do something else now: tokens of an older version must be refreshed',
  }),
})
export type Revocations = Static<typeof Revocations>

/** What has been taken back of access tokens that have not expired. Every service asks for it every two seconds. */
export const listRevocations = operation({
  service: 'user',
  name: 'listRevocations',
  method: 'GET',
  path: '/internal/revocations',
  auth: { service: everyService },
  summary: 'Sessions and tokens that ended before their time',
  query: Type.Object(
    { since: Type.Optional(Type.String({ pattern: '^[0-9]{1,19}$', description: 'cursor of the answer before' })) },
    { additionalProperties: false },
  ),
  replies: { 200: Revocations },
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
