import { resolve } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { defaults, type SimulatorOptions } from './config.ts'
import { createFaults } from './faults.ts'
import { openJournal } from './journal.ts'
import { apply, createBook } from './payments.ts'
import { mountRoutes } from './routes.ts'
import { createWebhooks } from './webhooks.ts'

/**
 * A payment provider for development and tests. `start()` replays the journal and listens (port 0 takes a free one);
 * `stop()` ends open requests and deliveries and closes the journal. To start again, create it again.
 */
export function createPaymentSimulator(options: Partial<SimulatorOptions> = {}) {
  const settings = { ...defaults, ...options }
  const journalPath = resolve(settings.journal)
  let close = async () => {}
  let stopped: Promise<void> | undefined

  async function start(): Promise<{ url: string }> {
    const book = createBook()
    const heldKeys = new Set<string>()
    const faults = createFaults(settings)
    const webhooks = settings.webhookUrl
      ? createWebhooks({
          url: settings.webhookUrl,
          secret: settings.webhookSecret,
          lateMs: settings.webhookLateMs,
          retryMs: settings.webhookRetryMs,
          onDelivered: n => journal.note({ type: 'delivered', of: n, at: new Date().toISOString() }),
        })
      : undefined
    const journal = await openJournal(journalPath, {
      fsync: settings.fsync,
      onEffect(effect) {
        const { payment } = apply(book, effect)
        heldKeys.delete(effect.key)
        webhooks?.collect(effect, payment)
      },
      onNote(note) {
        if (note.type === 'held') heldKeys.add(note.key)
        else webhooks?.forget(note.of)
      },
    })
    const app = Fastify({
      bodyLimit: 16 * 1024,
      ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    })
    mountRoutes(app, { book, journal, faults, webhooks, heldKeys }, settings.apiKey)
    close = async () => {
      faults.stop()
      await closeServer(app)
      await webhooks?.stop()
      await journal.close()
    }
    try {
      const url = await app.listen({ port: settings.port, host: settings.host })
      webhooks?.releaseAll()
      return { url }
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
