import { fileURLToPath } from 'node:url'
import { Problem, unsubscribe } from '@shopfleet/contracts'
import { type Context, createService, type Metrics, type Overrides, type Service } from '@shopfleet/service-kit'
import { createEmailChannel, type EmailChannel } from './channels/email.ts'
import { createPushChannel, type PushChannel } from './channels/push.ts'
import { createSmsChannel, type SmsChannel } from './channels/sms.ts'
import type { NotificationConfig } from './config.ts'
import { handlers } from './events.ts'
import { createKeys, type Keys } from './keys.ts'
import { readPersonalData } from './personal-data-store.ts'
import { routes } from './routes.ts'
import { sendDue } from './send-due.ts'
import * as store from './store.ts'

export { NotificationConfig } from './config.ts'
export interface Ctx extends Context<NotificationConfig> {
  email: EmailChannel
  sms: SmsChannel
  push: PushChannel
  keys: Keys
  /** Counts what became of messages. */
  outcomes: ReturnType<Metrics['counter']>
  /** Awaited around what cannot be taken back, in crash tests. */
  boundary: (name: string) => Promise<void>
}

/** Messages to people: made from events and requests, kept in a queue, sent by e-mail, SMS and push. */
export async function createNotificationService(config: NotificationConfig, overrides?: Overrides) {
  const service = await createService<NotificationConfig, Ctx>({
    name: 'notification',
    config,
    overrides,
    migrations: fileURLToPath(new URL('../migrations', import.meta.url)),
    extend(base) {
      watchQueue(base)
      base.metrics.gauge(
        'messages_failed',
        'Messages that could not be sent, until somebody sends them again',
        async set => {
          set(await store.countFailed(base.sql))
        },
      )
      const keys = createKeys(base.sql)
      return {
        ...base,
        email: createEmailChannel(config),
        sms: createSmsChannel(config),
        push: createPushChannel(config, keys),
        keys,
        outcomes: base.metrics.counter(
          'messages_total',
          'Messages by what became of them',
          ['channel', 'outcome'],
          ['sent', 'failed', 'dropped', 'postponed'].map(outcome => ({ channel: 'email', outcome })),
        ),
        boundary: async name => {
          await overrides?.boundary?.(name)
        },
      }
    },
    routes,
    gather_ms: 250,
    handlers,
    personalData: readPersonalData,
    sweeps: ctx => [
      { name: 'send messages', interval_ms: config.SEND_INTERVAL_MS, run: () => sendDue(ctx) },
      {
        name: 'forget old messages',
        interval_ms: 3_600_000,
        run: () => store.forgetOld(ctx.sql, config.KEEP_DAYS, 5000),
      },
    ],
    close: async ctx => ctx.email.close(),
  })
  takeUnsubscribeForms(service.app)
  return service
}

/** Mail programs unsubscribe with a form (RFC 8058). What is in it is not looked at; nothing else here takes forms. */
function takeUnsubscribeForms(app: Service['app']): void {
  const types = ['application/x-www-form-urlencoded', 'multipart/form-data']
  app.addContentTypeParser(types, { parseAs: 'buffer', bodyLimit: 10_000 }, (request, _body, done) => {
    if (request.routeOptions.config.operation?.name === unsubscribe.name) done(null, undefined)
    else done(new Problem('unsupported-media-type'))
  })
}

function watchQueue({ metrics, sql }: Context<NotificationConfig>): void {
  let asked: ReturnType<typeof store.readQueue> | undefined
  const gauge = (name: string, help: string, key: 'n' | 'oldest_s') =>
    metrics.gauge(name, help, async set => {
      asked ??= store.readQueue(sql).finally(() => {
        asked = undefined
      })
      set((await asked)[key])
    })
  gauge('messages_queued', 'Messages that wait to be sent', 'n')
  gauge('messages_queued_oldest_seconds', 'How long the first of them has waited for its turn', 'oldest_s')
}
