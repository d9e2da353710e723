import { randomBytes } from 'node:crypto'
import { createLog, type Logger } from '@shopfleet/service-kit'
import { createWebServer, fileHeaders, mountBuiltFiles, mountGateway, pageHeaders } from '@shopfleet/web-server'
import type { FastifyInstance } from 'fastify'
import { buildFolder, isBuilt } from './builds.ts'
import type { AdminPanelConfig } from './config.ts'
import { builtHead, documentHtml } from './document.ts'

export { AdminPanelConfig } from './config.ts'

/** Makes the panel's HTML; every answer has a nonce of its own. */
type DocumentOf = (nonce: string) => string | Promise<string>

/**
 * The server of the panel: one document for every page, its files, and the platform under the same address. Its session
 * has a name of its own, so that staff can be customers too in the same browser.
 */
export async function createAdminPanel(config: AdminPanelConfig, overrides: { log?: Logger } = {}) {
  const log = overrides.log ?? createLog('admin panel', { level: config.LOG_LEVEL, format: config.LOG_FORMAT })
  const { HOST: host, PORT: port, TRUSTED_PROXIES: trustedProxies, GATEWAY_URL: gatewayUrl } = config
  return createWebServer(
    { name: 'admin panel', host, port, trustedProxies, shutdown_ms: config.SHUTDOWN_TIMEOUT_MS, log },
    async app => {
      await mountGateway(app, { gatewayUrl, trustedProxies, session: 'panel' })
      return config.DEVELOPMENT ? mountDevelopment(app, config) : mountBuild(app, config)
    },
  )
}

async function mountBuild(app: FastifyInstance, config: AdminPanelConfig): Promise<() => Promise<void>> {
  const folder = config.BUILD_DIR || buildFolder()
  if (!isBuilt(folder)) throw new Error('The admin panel is not built: node apps/admin/src/server/build.ts')
  const files = await mountBuiltFiles(app, `${folder}/client`)
  mountPages(app, config, nonce => documentHtml({ nonce, shopUrl: config.SHOP_URL, head: builtHead(files, nonce) }))
  return async () => {}
}

async function mountDevelopment(app: FastifyInstance, config: AdminPanelConfig): Promise<() => Promise<void>> {
  const { createDevelopment } = await import('./development.ts')
  const { finish, close } = await createDevelopment(app)
  const head = '<script type="module" src="/src/client.tsx"></script>'
  mountPages(app, config, nonce => finish(documentHtml({ nonce, shopUrl: config.SHOP_URL, head })))
  return close
}

/** Everything nobody else answers is a page; which one, the browser knows. */
function mountPages(app: FastifyInstance, config: AdminPanelConfig, documentOf: DocumentOf): void {
  app.setNotFoundHandler(async (request, response) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const isSecure = request.protocol === 'https'
    response.headers(fileHeaders(isSecure))
    // A file that is gone must not come back as a page: whoever asked wants a script.
    const isFile = request.url.startsWith('/assets/') || /\.[a-z0-9]{1,5}$/i.test(request.url.split('?', 1)[0]!)
    if (!isRead || isFile)
      return response
        .code(isRead ? 404 : 405)
        .type('text/plain')
        .send('Nothing here.\n')
    const nonce = randomBytes(16).toString('base64')
    return response
      .headers(config.DEVELOPMENT ? {} : pageHeaders(nonce, isSecure))
      .headers({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
      .send(await documentOf(nonce))
  })
}
