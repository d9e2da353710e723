import { resolve } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { type CatcherOptions, defaults } from './config.ts'
import { createFaults } from './faults.ts'
import { openMailbox } from './mailbox.ts'
import { mountRoutes } from './routes.ts'
import { createSmtp } from './smtp.ts'

/**
 * A mail server for development and tests that keeps everything and sends nothing on. `start()` replays the journal and
 * listens (port 0 takes a free one); `stop()` ends open connections and closes the journal. To start again, create it
 * again.
 */
export function createMailCatcher(options: Partial<CatcherOptions> = {}) {
  const settings = { ...defaults, ...options }
  const journalPath = resolve(settings.journal)
  let close = async () => {}
  let stopped: Promise<void> | undefined

  async function start(): Promise<{ url: string; smtpUrl: string }> {
    const mailbox = await openMailbox(journalPath, settings)
    const faults = createFaults()
    const smtp = createSmtp({ ...settings, mailbox, faults })
    const app = Fastify({
      bodyLimit: 16 * 1024,
      ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    })
    mountRoutes(app, { mailbox, faults, host: settings.host })
    close = async () => {
      await Promise.all([smtp.stop(), closeServer(app)])
      await mailbox.close()
    }
    try {
      const port = await smtp.listen(settings.smtpPort, settings.host)
      const url = await app.listen({ port: settings.httpPort, host: settings.host })
      const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host
      return { url, smtpUrl: `smtp://${host}:${port}` }
    } catch (error) {
      await stop()
      throw error
    }
  }

  function stop(): Promise<void> {
    stopped ??= close()
    return stopped
  }

  return { start, stop, journalPath }
}

/** A connection that becomes idle after closing began would otherwise keep the server open for its keep-alive time. */
async function closeServer(app: FastifyInstance) {
  const sweep = setInterval(() => app.server.closeIdleConnections(), 10)
  await app.close().finally(() => clearInterval(sweep))
}
