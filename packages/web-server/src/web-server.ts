import type { Logger } from '@shopfleet/service-kit'
import Fastify, { type FastifyInstance } from 'fastify'
import { isForSocket } from './socket-tunnel.ts'

/** What every server of a web app has: its door, its health, and how it starts and stops. */

export interface WebServerOptions {
  /** As it is called in logs and at `/health`. */
  name: string
  host: string
  port: number
  /** Addresses or networks of proxies whose `X-Forwarded-*` are believed, with commas between. */
  trustedProxies: string
  /** How long requests under way are waited for at the end. */
  shutdown_ms: number
  log: Logger
}

export interface WebServer {
  app: FastifyInstance
  /** Listens. Answers the address. */
  start(): Promise<string>
  /** Finishes what is under way, up to `shutdown_ms`. May be called more than once. */
  stop(): Promise<void>
  /** There is no background work: 0. */
  drain(): Promise<number>
}

/**
 * Makes the server of a web app with `/health`, `/health/live` and `/health/ready`. `mount` adds all else; what it
 * answers is called at the end.
 */
export async function createWebServer(
  { name, host, port, trustedProxies, shutdown_ms, log }: WebServerOptions,
  mount: (app: FastifyInstance) => Promise<() => Promise<void>>,
): Promise<WebServer> {
  const proxies = trustedProxies
    .split(',')
    .map(one => one.trim())
    .filter(Boolean)
  const app = Fastify({
    logger: false,
    ...({ http: { shouldUpgradeCallback: isForSocket } } as object),
    trustProxy: proxies.length > 0 ? proxies : false,
    keepAliveTimeout: 72_000,
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    // Who still has a connection while this one stops is served, and told that it is the last time.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 500 },
    exposeHeadRoutes: true,
  })
  let isReady = false
  mountHealth(app, name, () => isReady)
  const close = await mount(app)

  let stopping: Promise<void> | undefined
  return {
    app,
    async start() {
      const url = await app.listen({ host, port, backlog: 1024 })
      isReady = true
      log.info({ url }, `the ${name} is open`)
      return url
    },
    stop() {
      stopping ??= (async () => {
        isReady = false
        const grace = new Promise(resolve => setTimeout(resolve, shutdown_ms).unref())
        await Promise.race([app.close(), grace])
        await close()
      })()
      return stopping
    },
    drain: async () => 0,
  }
}

function mountHealth(app: FastifyInstance, service: string, isReady: () => boolean): void {
  const started_ms = performance.now()
  app.get('/health', async () => ({
    status: 'ok',
    service,
    uptime_s: Math.round((performance.now() - started_ms) / 1000),
  }))
  app.get('/health/live', async () => ({ status: 'ok' }))
  app.get('/health/ready', async (_request, response) =>
    isReady() ? { status: 'ready' } : response.code(503).header('retry-after', '1').send({ status: 'not ready' }),
  )
}
