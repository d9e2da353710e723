import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto'
import { ConfigError } from './config.ts'

/**
 * The keys services know each other by: each signs with its own, so that none can speak for another. The launcher gives
 * a service its private key and everybody's public ones (`serviceKeys`). Where a deployment hands out SERVICE_SECRET
 * instead, every key is derived from it, and whoever holds it can be anyone.
 */
export interface ServiceKeyring {
  /** What this service signs with. */
  own: { kid: string; key: KeyObject }
  /** The service and public key of a key id; undefined for one that nobody here knows. */
  find(kid: string): { service: string; key: KeyObject } | undefined
}

export interface ServiceKeySettings {
  /** The service's own private key: 32 bytes, base64url. */
  serviceKey?: string | undefined
  /** `name=public key` of all services with commas between; two of one name while a key is being changed. */
  servicePublicKeys?: string | undefined
  serviceSecret?: string | undefined
}

const namePattern = /^[a-z][a-z-]{0,39}$/
/** What PKCS #8 and SubjectPublicKeyInfo put before the 32 bytes of an Ed25519 key (RFC 8410). */
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex')

function privateKeyOf(seed: Uint8Array): KeyObject {
  if (seed.length !== 32) throw new ConfigError('SERVICE_KEY must be 32 bytes in base64url')
  return createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: 'der', type: 'pkcs8' })
}

function publicKeyOf(raw: Uint8Array): KeyObject {
  if (raw.length !== 32) throw new ConfigError('a key of SERVICE_PUBLIC_KEYS is not 32 bytes in base64url')
  return createPublicKey({ key: Buffer.concat([publicPrefix, raw]), format: 'der', type: 'spki' })
}

const publicTextOf = (key: KeyObject) =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(publicPrefix.length).toString('base64url')

const seedOf = (secret: string, service: string) =>
  Buffer.from(hkdfSync('sha256', secret, '', `shopfleet service ${service}`, 32))

// Not the whole key: enough to tell the keys of one service apart while one is being changed.
const kidOf = (service: string, publicText: string) => `${service}.${publicText.slice(0, 16)}`

/**
 * The settings of each service, from one secret that stays with whoever starts them: `SERVICE_KEY` for itself alone,
 * `SERVICE_PUBLIC_KEYS` the same for all.
 */
export function serviceKeys(secret: string, services: readonly string[]) {
  const seeds = new Map(services.map(service => [service, seedOf(secret, service)]))
  const all = [...seeds].map(([service, seed]) => `${service}=${publicTextOf(privateKeyOf(seed))}`).join(',')
  return {
    of(service: string): { SERVICE_KEY: string; SERVICE_PUBLIC_KEYS: string } {
      const seed = seeds.get(service)
      if (!seed) throw new Error(`${service} is none of the services the keys were made for`)
      return { SERVICE_KEY: seed.toString('base64url'), SERVICE_PUBLIC_KEYS: all }
    },
  }
}

/** The keyring of a service, from its settings. Throws a ConfigError for settings that are none. */
export function createKeyring(service: string, settings: ServiceKeySettings): ServiceKeyring {
  if (settings.serviceKey) {
    const key = privateKeyOf(Buffer.from(settings.serviceKey, 'base64url'))
    const known = new Map(parsePublicKeys(settings.servicePublicKeys ?? ''))
    return { own: { kid: kidOf(service, publicTextOf(key)), key }, find: kid => known.get(kid) }
  }
  const secret = settings.serviceSecret
  if (!secret)
    throw new ConfigError(`settings of the ${service} service:\n  SERVICE_KEY is not set, nor SERVICE_SECRET`)
  const derive = (name: string) => {
    const key = privateKeyOf(seedOf(secret, name))
    return { kid: kidOf(name, publicTextOf(key)), key }
  }
  const found = new Map<string, { service: string; key: KeyObject }>()
  return {
    own: derive(service),
    find(kid) {
      const before = found.get(kid)
      if (before) return before
      const name = kid.split('.', 1)[0]!
      if (!namePattern.test(name)) return undefined
      const derived = derive(name)
      if (derived.kid !== kid) return undefined
      const one = { service: name, key: createPublicKey(derived.key) }
      found.set(kid, one)
      return one
    },
  }
}

function* parsePublicKeys(text: string): Generator<[string, { service: string; key: KeyObject }]> {
  for (const entry of text.split(',').filter(Boolean)) {
    const [service, publicText, ...rest] = entry.trim().split('=')
    if (!service || !publicText || rest.length > 0 || !namePattern.test(service))
      throw new ConfigError('SERVICE_PUBLIC_KEYS must be name=key,name=key')
    yield [kidOf(service, publicText), { service, key: publicKeyOf(Buffer.from(publicText, 'base64url')) }]
  }
}
