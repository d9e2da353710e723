import { createLog, type Logger } from '@shopfleet/service-kit'
import { type BuiltFiles, createWebServer, mountBuiltFiles, mountGateway } from '@shopfleet/web-server'
import type { FastifyInstance } from 'fastify'
import { buildFolder, isBuilt } from './builds.ts'
import type { StorefrontConfig } from './config.ts'
import { readDocument } from './document.ts'
import { mountPages, type Render } from './pages.ts'
import { mountPictures } from './pictures.ts'
import { mountManifest, profileOf, type ReadProfile } from './profile.ts'
import { mountSitemap } from './sitemap.ts'

export { StorefrontConfig } from './config.ts'

/**
 * The shop's web server: pages as HTML that shows its products already, files with content hashes, and the platform
 * under the same address, so that the session's cookies are our own. It knows nobody: what it renders is for everyone.
 */
export async function createStorefront(config: StorefrontConfig, overrides: { log?: Logger } = {}) {
  const log = overrides.log ?? createLog('storefront', { level: config.LOG_LEVEL, format: config.LOG_FORMAT })
  const { HOST: host, PORT: port, TRUSTED_PROXIES: trustedProxies, GATEWAY_URL: gatewayUrl } = config
  return createWebServer(
    { name: 'storefront', host, port, trustedProxies, shutdown_ms: config.SHUTDOWN_TIMEOUT_MS, log },
    async app => {
      const profile = profileOf(gatewayUrl)
      mountPictures(app, config)
      mountManifest(app, profile)
      await mountGateway(app, { gatewayUrl, trustedProxies })
      mountSitemap(app, config)
      return config.DEVELOPMENT
        ? mountDevelopment(app, config, { log, profile })
        : mountBuild(app, config, { log, profile })
    },
  )
}

interface Tools {
  log: Logger
  profile: ReadProfile
}

/** Pages and files of the build of these sources. Throws where there is none. */
async function mountBuild(
  app: FastifyInstance,
  config: StorefrontConfig,
  { log, profile }: Tools,
): Promise<() => Promise<void>> {
  const folder = config.BUILD_DIR || buildFolder()
  if (!isBuilt(folder)) throw new Error('The storefront is not built: node apps/storefront/src/server/build.ts')
  const files: BuiltFiles = await mountBuiltFiles(app, `${folder}/client`)
  // The code of all pages is read while the first visitor is still on the way.
  const loading = import(`${folder}/server/render.js`) as Promise<{ render: Render }>
  loading.catch(error => log.error({ error }, 'the code of the pages cannot be read'))
  mountPages(app, config, {
    log,
    profile,
    render: async asked => (await loading).render(asked),
    document: readDocument(files),
  })
  return async () => {}
}

async function mountDevelopment(app: FastifyInstance, config: StorefrontConfig, tools: Tools) {
  const { createDevelopment } = await import('./development.ts')
  const development = await createDevelopment(app)
  mountPages(app, config, { ...tools, ...development.pages })
  return development.close
}
