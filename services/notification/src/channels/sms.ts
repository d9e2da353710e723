import type { NotificationConfig } from '../config.ts'
import { type Outcome, reasonOf } from '../message.ts'

export interface ShortMessage {
  id: string
  /** E.164 */
  to: string
  text: string
}

/** How a value is written into the body, so that it stays one. */
const writers: Record<NotificationConfig['SMS_TYPE'], (value: string) => string> = {
  'application/json': value => JSON.stringify(value).slice(1, -1),
  'application/x-www-form-urlencoded': encodeURIComponent,
}

/** SMS by a provider's HTTP API: an address, a key and the shape of a body cover most of them. Off without an address. */
export function createSmsChannel(config: NotificationConfig) {
  const { SMS_URL: url, SMS_KEY: key = '', SMS_AUTHORIZATION, SMS_TYPE, SMS_BODY, SMS_FROM } = config
  const write = writers[SMS_TYPE]

  return {
    isOn: url !== undefined,
    async send({ id, to, text }: ShortMessage): Promise<Outcome> {
      if (url === undefined) return { kind: 'refused', reason: 'no SMS provider is configured (SMS_URL)' }
      const values: Record<string, string> = { id, to, text, from: SMS_FROM }
      try {
        const answer = await fetch(url, {
          method: 'POST',
          headers: {
            'content-type': SMS_TYPE,
            authorization: SMS_AUTHORIZATION.replace('{key}', () => key),
            // Providers that know it send a repetition once.
            'idempotency-key': id,
          },
          body: SMS_BODY.replace(/\{(id|to|from|text)\}/g, (_, name: string) => write(values[name]!)),
          redirect: 'error',
          signal: AbortSignal.timeout(config.SEND_TIMEOUT_MS),
        })
        const said = reasonOf(`the provider answered ${answer.status}: ${(await answer.text()).slice(0, 200)}`)
        if (answer.ok) return { kind: 'taken' }
        return mayChange(answer.status) ? { kind: 'later', reason: said } : { kind: 'refused', reason: said }
      } catch (error) {
        return { kind: 'later', reason: reasonOf((error as Error).message) }
      }
    },
  }
}
export type SmsChannel = ReturnType<typeof createSmsChannel>

/** Too many, too slow, their fault, or our key: not about this message. */
const mayChange = (status: number) => [401, 403, 408, 425, 429].includes(status) || status >= 500
