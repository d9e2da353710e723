import webPush from 'web-push'
import type { NotificationConfig } from '../config.ts'
import type { Keys } from '../keys.ts'
import { type Outcome, reasonOf } from '../message.ts'
import type { PushSubscriptionRow } from '../preferences-store.ts'

export interface PushNote {
  id: string
  title: string
  body: string
  /** Where a click leads. */
  url: string
}

/** `gone`: the browser is no longer there, and will not come back under this address. */
export type PushOutcome = Outcome | { kind: 'gone' }

/** Seconds a push service keeps a note for a browser that is off. */
const keep_s = 24 * 3600

const isLoopback = (host: string) => /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/.test(host)

/** Whether an address is one of a push service of the list (`*.` before a name: any name below it), by https. */
export function mayPushTo(endpoint: string, hosts: string): boolean {
  if (!URL.canParse(endpoint)) return false
  const { protocol, hostname, username, port } = new URL(endpoint)
  const allowed = hosts.split(',').map(host => host.trim())
  const isListed = allowed.some(host => (host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host))
  // A port or plain http only where somebody listed this very machine, to try it out.
  return isListed && username === '' && (isLoopback(hostname) || (protocol === 'https:' && port === ''))
}

/** Web Push: encrypted for the one browser (RFC 8291), signed as this shop (VAPID). */
export function createPushChannel(config: NotificationConfig, keys: Keys) {
  return {
    async send({ endpoint, p256dh, auth }: PushSubscriptionRow, note: PushNote): Promise<PushOutcome> {
      const { publicKey, privateKey } = await keys.vapid()
      const { headers, body } = webPush.generateRequestDetails(
        { endpoint, keys: { p256dh, auth } },
        JSON.stringify(note),
        {
          TTL: keep_s,
          vapidDetails: { subject: config.PUSH_CONTACT, publicKey, privateKey },
          // What is sent again takes the place of what was sent before, if the browser has not fetched it yet.
          topic: note.id.replaceAll('-', ''),
        },
      )
      const { 'Content-Length': _length, ...others } = headers as Record<string, string | number>
      try {
        const answer = await fetch(endpoint, {
          method: 'POST',
          headers: Object.fromEntries(Object.entries(others).map(([name, value]) => [name, String(value)])),
          body: new Uint8Array(body as Buffer),
          redirect: 'error',
          signal: AbortSignal.timeout(config.SEND_TIMEOUT_MS),
        })
        await answer.body?.cancel()
        return outcomeOf(answer.status)
      } catch (error) {
        return { kind: 'later', reason: reasonOf((error as Error).message) }
      }
    },
  }
}
export type PushChannel = ReturnType<typeof createPushChannel>

function outcomeOf(status: number): PushOutcome {
  if (status < 300) return { kind: 'taken' }
  if (status === 404 || status === 410) return { kind: 'gone' }
  const reason = `the push service answered ${status}`
  return status === 408 || status === 429 || status >= 500 ? { kind: 'later', reason } : { kind: 'refused', reason }
}
