import { createHmac, hkdfSync } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import { type EventMessage, events, Problem } from '@shopfleet/contracts'
import type { AdminConfig } from './config.ts'

/* What a webhook may be told, where it may be, and how it knows that it is told by us. Pure. */

/** What staff did is for the audit log of the shop. */
export const webhookEvents = events.map(({ name, summary }) => ({ name, summary }))
export const testEvent = 'webhook.test'

export function checkEvents(names: string[]): void {
  const errors = names.flatMap((name, i) =>
    name === '*' || webhookEvents.some(event => event.name === name)
      ? []
      : [{ pointer: `/events/${i}`, detail: 'must be an event of the shop, or *' }],
  )
  if (errors.length > 0) throw new Problem('validation-failed', { errors })
}

/** Where to send; refuses what is none, carries a password, or may not be reached. Names are looked up when it is sent. */
export function checkUrl(text: string, config: Pick<AdminConfig, 'WEBHOOK_PRIVATE_ADDRESSES'>): string {
  const refuse = (detail: string) => new Problem('validation-failed', { errors: [{ pointer: '/url', detail }] })
  if (!URL.canParse(text)) throw refuse('must be an address such as https://example.com/webhooks')
  const url = new URL(text)
  const isPrivateAllowed = config.WEBHOOK_PRIVATE_ADDRESSES
  if (url.protocol !== 'https:' && !(isPrivateAllowed && url.protocol === 'http:'))
    throw refuse('must begin with https://')
  if (url.username || url.password) throw refuse('must not contain a name or a password')
  if (url.hash) throw refuse('must not have a #fragment')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) && !isPrivateAllowed && !isPublicAddress(host)) throw refuse('must be at a public address')
  return url.href
}

/** IPv4 that is nobody's, one network's own, or for everybody at once (IANA's special-purpose registry). */
const special = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  special.addSubnet(network, bits, 'ipv4')
}
/** Of IPv6 only what is given out to the world, less what stands for an IPv4 address or for documents. */
const worldwide = new BlockList()
worldwide.addSubnet('2000::', 3, 'ipv6')
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  special.addSubnet(network, bits, 'ipv6')
}

/** Whether an address is one of the world's, and not of this machine or the network it stands in. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !special.check(address, 'ipv4')
  return family === 6 && worldwide.check(address, 'ipv6') && !special.check(address, 'ipv6')
}

type Secrets = Pick<AdminConfig, 'OUTBOUND_WEBHOOK_SECRET' | 'SERVICE_SECRET' | 'SERVICE_KEY'>

/** The secret of a webhook, as its receiver keeps it. */
export function secretOf(config: Secrets, { id, secret_salt }: { id: string; secret_salt: string }): string {
  const root = config.OUTBOUND_WEBHOOK_SECRET ?? config.SERVICE_SECRET ?? config.SERVICE_KEY
  if (!root) throw new Error('there is no secret to sign webhooks with')
  return `whsec_${Buffer.from(hkdfSync('sha256', root, secret_salt, `shopfleet webhook ${id}`, 32)).toString('base64')}`
}

/** The headers a body is sent with (standardwebhooks.com). */
export function signedHeaders(secret: string, message: { id: string; timestamp_s: number; body: string }) {
  const { id, timestamp_s, body } = message
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp_s}.${body}`).digest('base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp_s),
    'webhook-signature': `v1,${signature}`,
  }
}

export function bodyOf({ name, version, aggregate_id, occurred_at, payload }: EventMessage): string {
  return JSON.stringify({ type: name, version, timestamp: occurred_at, aggregate_id, data: payload })
}

/** Milliseconds until the next try; the store adds jitter. */
export const retryDelay = (attempts: number, first_ms: number, most_ms: number): number =>
  Math.min(most_ms, first_ms * 2 ** Math.min(attempts, 30))
