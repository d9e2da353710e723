import { databaseSettings, settings } from '@shopfleet/service-kit'
import { type Static, Type } from 'typebox'

export const UserConfig = settings(4001, {
  ...databaseSettings,
  SEALING_SECRET: Type.Optional(
    Type.String({
      minLength: 32,
      description: 'Seals private keys and second factors in the database; SERVICE_SECRET or SERVICE_KEY if not set',
      secret: true,
    }),
  ),
  ACCESS_TOKEN_S: Type.Integer({ default: 900, minimum: 30, description: 'Seconds an access token lives' }),
  REFRESH_TOKEN_S: Type.Integer({
    default: 604_800,
    minimum: 60,
    description: 'Seconds a session lives without being used',
  }),
  SESSION_MAX_DAYS: Type.Integer({
    default: 90,
    minimum: 1,
    maximum: 3650,
    description: 'Days after which a session ends however much it is used',
  }),
  SHOP_URL: Type.String({
    default: 'http://localhost:3000',
    pattern: '^https?://',
    description: 'Where the storefront is, for links in messages',
  }),
  OPEN_REGISTRATION: Type.Boolean({
    default: true,
    description:
      'POST /api/auth/register signs a customer up at once, and says when an e-mail has an account; off, only sign-up by mail, which does not say it, and sign-in needs a confirmed address',
  }),
  REQUIRE_STAFF_MFA: Type.Boolean({
    default: false,
    description: 'Staff without a second factor may do nothing but enrol one',
  }),
  OIDC_ISSUER: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'An OpenID Connect provider people may sign in with; send it back to SHOP_URL/sign-in/callback',
    }),
  ),
  OIDC_NAME: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 50,
      description: 'What people call it, on the button; the host of OIDC_ISSUER if not set',
    }),
  ),
  OIDC_CLIENT_ID: Type.Optional(Type.String({ description: 'What the shop is called there' })),
  OIDC_CLIENT_SECRET: Type.Optional(Type.String({ description: 'Its secret there', secret: true })),
  BCRYPT_COST: Type.Integer({
    default: 12,
    minimum: 4,
    maximum: 16,
    description: 'Work factor of password hashes; each step doubles it',
  }),
  PASSWORD_QUEUE: Type.Integer({
    default: 32,
    minimum: 0,
    description: 'Passwords that wait to be hashed at most; beyond it sign-in answers 503',
  }),
  KEY_ROTATION_DAYS: Type.Integer({
    default: 90,
    minimum: 1,
    description: 'Days after which access tokens are signed with a new key',
  }),
})
export type UserConfig = Static<typeof UserConfig>
