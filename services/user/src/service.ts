import { fileURLToPath } from 'node:url'
import { type Context, createService, type Overrides, type Service } from '@shopfleet/service-kit'
import { deleteOldAttempts } from './attempts-store.ts'
import type { UserConfig } from './config.ts'
import { confirmErasures } from './erasure.ts'
import { handlers } from './events.ts'
import { createProvider } from './external-sign-in.ts'
import { deleteOldSignIns } from './external-store.ts'
import { sendMails, sweepMails } from './mail.ts'
import { createPasswordPolicy } from './password-policy.ts'
import { createPasswords, type Passwords } from './passwords.ts'
import { routes } from './routes.ts'
import { deleteOldChallenges } from './second-factor-store.ts'
import * as sessions from './session-store.ts'
import { revocationsKeep_s, sweepSessions } from './sign-in.ts'
import { createSigningKeys } from './signing-keys.ts'

export { UserConfig } from './config.ts'
export { ensureAdministrator } from './register.ts'

export interface Ctx extends Context<UserConfig> {
  passwords: Passwords
  passwordPolicy: ReturnType<typeof createPasswordPolicy>
  provider: ReturnType<typeof createProvider>
  signingKeys: ReturnType<typeof createSigningKeys>
  registrations: ReturnType<Context['metrics']['counter']>
}

/** Accounts, credentials, sessions, and the keys access tokens are signed with. */
export async function createUserService(config: UserConfig, overrides?: Overrides): Promise<Service<Ctx>> {
  const service = await createService<UserConfig, Ctx>({
    name: 'user',
    config,
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    extend: ctx => ({
      ...ctx,
      passwords: createPasswords({ cost: config.BCRYPT_COST, queue: config.PASSWORD_QUEUE }),
      passwordPolicy: createPasswordPolicy({ isOpen: config.DEMO_OPEN }),
      provider: createProvider(),
      signingKeys: createSigningKeys(),
      registrations: ctx.metrics.counter(
        'users_registered_total',
        'Accounts created, by who created them',
        ['by'],
        ['themselves', 'staff'].map(by => ({ by })),
      ),
    }),
    routes,
    handlers,
    revocations: (ctx, since) => sessions.listRevocations(ctx.sql, since, revocationsKeep_s(ctx)),
    sweeps: ctx => [
      { name: 'end expired sessions', interval_ms: 60_000, run: () => sweepSessions(ctx) },
      { name: 'hand over mails', interval_ms: 1000, run: () => sendMails(ctx) },
      { name: 'forget old links and mails', interval_ms: 60_000, run: () => sweepMails(ctx) },
      { name: 'forget old challenges', interval_ms: 60_000, run: () => deleteOldChallenges(ctx.sql) },
      { name: 'forget old external sign-ins', interval_ms: 60_000, run: () => deleteOldSignIns(ctx.sql) },
      { name: 'forget old attempts', interval_ms: 60_000, run: () => deleteOldAttempts(ctx.sql, 1000) },
      { name: 'confirm erasures', interval_ms: 2000, run: () => confirmErasures(ctx) },
      { name: 'turn signing keys', interval_ms: 60_000, run: () => ctx.signingKeys.refresh(ctx).then(() => 0) },
    ],
  })
  return {
    ...service,
    async start() {
      const url = await service.start()
      // The tables exist from here on; a request that is faster than this makes the same for itself.
      await Promise.all([service.ctx.signingKeys.current(service.ctx), service.ctx.passwords.warm()])
      return url
    },
  }
}
