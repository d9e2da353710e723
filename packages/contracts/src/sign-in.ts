import { type Static, Type } from 'typebox'
import { Email, Id, IdParams, nullable, Timestamp } from './fields.ts'
import { operation } from './operation.ts'
import { CurrentPassword, names, Password, Session } from './user.ts'

/** Registering, signing in and out, passwords, second factors, and where one is signed in. */

export const getSignInMethods = operation({
  service: 'user',
  name: 'getSignInMethods',
  method: 'GET',
  path: '/api/auth/methods',
  auth: 'public',
  summary: 'How one registers and signs in here',
  replies: {
    200: Type.Object({
      open_registration: Type.Boolean({ description: 'With register; otherwise with signUp, by mail' }),
      external: nullable(Type.Object({ name: Type.String() }, { description: 'The other provider (beginExternal)' })),
    }),
  },
  cache: { fresh_s: 60, if_error_s: 86_400 },
})

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
  problems: ['email-taken', 'forbidden', 'validation-failed'],
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
  problems: ['validation-failed'],
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

export const requestVerification = operation({
  service: 'user',
  name: 'requestVerification',
  limit: 'sign-in',
  method: 'POST',
  path: '/api/auth/verify-email/request',
  auth: 'public',
  summary: 'Have the mail that confirms an address sent, for who cannot sign in before',
  description: 'Answers the same whether the address has an account or not, and whether it waits to be confirmed.',
  body: Type.Object({ email: Email }, { additionalProperties: false }),
  replies: { 202: Type.Null() },
  example: { body: { email: 'ada@example.com' } },
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
  problems: ['invalid-link', 'validation-failed'],
})

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
  problems: ['wrong-password', 'validation-failed'],
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

export const beginExternal = operation({
  service: 'user',
  name: 'beginExternal',
  limit: 'sign-in',
  method: 'POST',
  path: '/api/auth/oidc/start',
  auth: 'public',
  summary: 'Begin signing in with another provider (OpenID Connect)',
  description:
    'Send the browser to `authorization_url` and keep `login_token` in it; the provider sends it back to /sign-in/callback of the shop.',
  replies: { 200: Type.Object({ authorization_url: Type.String(), login_token: Type.String() }) },
  problems: ['not-found'],
})

export const finishExternal = operation({
  service: 'user',
  name: 'finishExternal',
  limit: 'sign-in',
  session: 'begins',
  method: 'POST',
  path: '/api/auth/oidc/callback',
  auth: 'public',
  summary: 'Sign in with the answer of the other provider',
  body: Type.Object(
    {
      login_token: Type.String({ minLength: 20, maxLength: 200 }),
      code: Type.String({ minLength: 1, maxLength: 4000 }),
      state: Type.String({ minLength: 1, maxLength: 500 }),
      iss: Type.Optional(Type.String({ maxLength: 500 })),
    },
    { additionalProperties: false },
  ),
  replies: { 200: Session },
  problems: ['not-found', 'invalid-token', 'email-not-verified', 'email-taken', 'mfa-required'],
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
