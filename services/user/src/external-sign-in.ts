import { createHash, randomBytes } from 'node:crypto'
import { Problem, type Session, Unavailable } from '@shopfleet/contracts'
import { transaction } from '@shopfleet/database'
import * as oidc from 'openid-client'
import { findPassword, markVerified } from './credential-store.ts'
import * as external from './external-store.ts'
import { unlessTaken } from './register.ts'
import { seal, unseal } from './seal.ts'
import { challengeIfAny } from './second-factor.ts'
import type { Ctx } from './service.ts'
import { type From, open } from './sign-in.ts'
import { findCredentials, insertUser } from './store.ts'
import { splitName } from './user.ts'

/*
 * Signing in with an OpenID Connect provider: authorization code with PKCE, state and nonce. What belongs to a sign-in
 * under way is kept here, under a token only the browser that began it has: an answer brought by any other is refused.
 * An account is linked by an e-mail only if the provider and we both know it to be the person's.
 */

const lives_s = 600
const digest = (text: string) => createHash('sha256').update(text).digest()

/** Discovered when first needed, and again after a failure. */
export function createProvider() {
  let known: Promise<oidc.Configuration> | undefined
  return {
    get({ config }: Pick<Ctx, 'config'>): Promise<oidc.Configuration> {
      const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = config
      if (!OIDC_ISSUER || !OIDC_CLIENT_ID)
        throw new Problem('not-found', { detail: 'No other provider is configured.' })
      const issuer = new URL(OIDC_ISSUER)
      // A provider on this very machine, for trying it out.
      const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(issuer.hostname)
      const options = isLocal ? { execute: [oidc.allowInsecureRequests], timeout: 5 } : { timeout: 5 }
      known ??= oidc.discovery(issuer, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, undefined, options).catch(error => {
        known = undefined
        throw new Unavailable('sign-in provider', { cause: error })
      })
      return known
    },
  }
}

/** What the provider is called before people; undefined where there is none. */
export function providerName({ config }: Pick<Ctx, 'config'>): string | undefined {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_NAME } = config
  return OIDC_ISSUER && OIDC_CLIENT_ID ? (OIDC_NAME ?? new URL(OIDC_ISSUER).hostname) : undefined
}

const redirectUri = ({ config }: Ctx) => `${config.SHOP_URL.replace(/\/+$/, '')}/sign-in/callback`

/** Where the browser goes to sign in, and what it brings back with the answer. */
export async function beginExternal(ctx: Ctx): Promise<{ authorization_url: string; login_token: string }> {
  const provider = await ctx.provider.get(ctx)
  const login_token = randomBytes(32).toString('base64url')
  const [state, nonce, verifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()]
  const sealed = seal(JSON.stringify({ nonce, verifier }), state, ctx.config)
  await external.insertSignIn(ctx.sql, { hash: digest(login_token), state, sealed, lives_s })
  const url = oidc.buildAuthorizationUrl(provider, {
    redirect_uri: redirectUri(ctx),
    scope: 'openid email profile',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  })
  return { authorization_url: url.href, login_token }
}

interface Person {
  issuer: string
  subject: string
  email: string | undefined
  is_verified: boolean
  name: string | undefined
}

/** Opens a session for whom the provider says it is. */
export async function finishExternal(
  ctx: Ctx,
  answer: { login_token: string; code: string; state: string; iss?: string },
  from: From,
): Promise<Session> {
  const provider = await ctx.provider.get(ctx)
  const begun = await external.takeSignIn(ctx.sql, digest(answer.login_token))
  const kept = begun && unseal(begun.sealed, begun.state, ctx.config)
  if (!begun || kept === undefined) throw new Problem('invalid-token', { detail: 'No such sign-in is under way.' })
  const person = await askProvider(ctx, provider, answer, { state: begun.state, ...JSON.parse(kept) })
  const id = await accountOf(ctx, person)
  await challengeIfAny(ctx, id)
  const account = await findPassword(ctx.sql, id)
  if (!account) throw new Problem('invalid-token')
  return open(ctx, { id, password_hash: account.password_hash }, from)
}

async function askProvider(
  ctx: Ctx,
  provider: oidc.Configuration,
  { code, state, iss }: { code: string; state: string; iss?: string },
  expected: { state: string; nonce: string; verifier: string },
): Promise<Person> {
  const url = new URL(redirectUri(ctx))
  url.search = new URLSearchParams({ code, state, ...(iss === undefined ? {} : { iss }) }).toString()
  try {
    const tokens = await oidc.authorizationCodeGrant(provider, url, {
      pkceCodeVerifier: expected.verifier,
      expectedState: expected.state,
      expectedNonce: expected.nonce,
      idTokenExpected: true,
    })
    const claims = tokens.claims()!
    // Some tell the address only where they are asked for it.
    const told =
      claims.email === undefined ? await oidc.fetchUserInfo(provider, tokens.access_token, claims.sub) : claims
    const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
    return {
      issuer: claims.iss,
      subject: claims.sub,
      email: text(told.email)?.slice(0, 254),
      is_verified: told.email_verified === true,
      name: text(told.name)?.slice(0, 200),
    }
  } catch (error) {
    ctx.log.warn({ error }, 'a sign-in with another provider was refused')
    throw new Problem('invalid-token', { detail: 'The provider did not confirm the sign-in. Begin again.' })
  }
}

/** The account of a person: the one it was, one with the same confirmed address, or a new one. */
async function accountOf(ctx: Ctx, { issuer, subject, email, is_verified, name }: Person): Promise<string> {
  const known = await external.findByIdentity(ctx.sql, issuer, subject)
  if (known?.is_active) return known.id
  if (known) throw new Problem('invalid-token', { detail: 'The account is disabled.' })
  if (email === undefined || !is_verified)
    throw new Problem('email-not-verified', { detail: 'The provider has not confirmed your e-mail address.' })
  return unlessTaken(
    transaction(ctx.sql, async tx => {
      const linked = await external.linkByEmail(tx, { issuer, subject, email })
      if (linked) return linked
      // Somebody registered it here and never showed that it is theirs: they may know the password of it.
      if (await findCredentials(tx, email))
        throw new Problem('email-taken', { detail: 'Sign in with your password and confirm your address first.' })
      const names = splitName(name === undefined ? {} : { name })
      const { id } = await insertUser(tx, { email, password_hash: null, ...names, role: 'customer' })
      await markVerified(tx, id, email)
      await external.insertIdentity(tx, issuer, subject, id)
      return id
    }),
  )
}
