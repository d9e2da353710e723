import { join } from 'node:path'
import { type Child, startChild } from './child.ts'
import type { LaunchPlan } from './environment.ts'
import { root } from './options.ts'
import { urlOf } from './ports.ts'

/** Settings of a web app that are its own under its prefix (`STOREFRONT_LOG_FORMAT`), or those of all. */
const common = ['PATH', 'TZ', 'NODE_COMPILE_CACHE', 'LOG_FORMAT', 'SHUTDOWN_TIMEOUT_MS', 'DEVELOPMENT']

/** The web apps, by the names of their places. */
export const webApps = {
  storefront: {
    folder: 'apps/storefront',
    prefix: 'STOREFRONT',
    settings: ['PUBLIC_URL', 'PAGE_CACHE_S', 'PAGE_TIMEOUT_MS', 'BUILD_DIR'],
  },
  panel: { folder: 'apps/admin', prefix: 'ADMIN_PANEL', settings: ['SHOP_URL'] },
} as const
export type WebApp = keyof typeof webApps

/** A build is made when there is none of these sources: a minute on a slow machine, and no reason to give up. */
const patience_ms = 600_000

/**
 * A web app, a program of its own in every layout: making pages must not hold up the services. Builds itself first, where
 * the sources have not been built yet.
 */
export async function startWebApp(
  app: WebApp,
  plan: LaunchPlan,
  { say, tell }: { say: (line: string) => void; tell: (detail: string) => void },
): Promise<Child> {
  const { env, options, ports } = plan
  const { folder, prefix, settings } = webApps[app]
  const place = ports[app]
  return startChild({
    name: place.name,
    path: join(root, folder, 'src/server/main.ts'),
    logFile: options.logTo === 'file' ? join(options.dataDir, `logs/${place.name.replace(' ', '-')}.log`) : undefined,
    patience_ms,
    say,
    tell,
    env: {
      SHOP_URL: urlOf(ports.storefront, 'localhost'),
      ...Object.fromEntries(
        [...common, ...settings].flatMap(name => {
          const value = env[`${prefix}_${name}`] ?? env[name]
          return value === undefined ? [] : [[name, value]]
        }),
      ),
      // Its own alone: the build of one app is nothing to the other.
      ...(app === 'panel' ? { BUILD_DIR: env.ADMIN_PANEL_BUILD_DIR } : {}),
      TRUSTED_PROXIES: env[`${prefix}_TRUSTED_PROXIES`] ?? env.TRUSTED_PROXIES,
      HOST: place.host,
      PORT: String(place.port),
      GATEWAY_URL: urlOf(ports.service.gateway!),
      LOG_LEVEL: options.logLevel,
    },
  })
}

/** The gateway believes what the web apps beside it say of who asked. */
export const trustedByGateway = (own: string | undefined): string => [own, '127.0.0.1', '::1'].filter(Boolean).join(',')
