import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Caching, Operation } from '@shopfleet/contracts'
import { headersToCaller } from './headers.ts'
import { ownBytes } from './own-bytes.ts'
import { securityHeaders } from './security-headers.ts'
import type { Answer } from './upstream.ts'

/** An answer as it is kept: bytes and header lines that are ready to be sent, and what a caller may get of it. Pure. */

export interface Body {
  bytes: Buffer
  /** Made when somebody first takes them; null where they would not be smaller. */
  gzip?: Buffer | null
  br?: Buffer | null
}

export interface KeptAnswer extends Body {
  etag: string
  /** Names and values in turn, the same for every caller. */
  headers: readonly string[]
  /** How often it was sent. */
  sent: number
}

/** What a shared answer can be made of; nothing else is kept. */
export function isKeepable({ status, headers, body }: Answer): boolean {
  return (
    status === 200 &&
    Buffer.isBuffer(body) &&
    headers['set-cookie'] === undefined &&
    headers['content-encoding'] === undefined &&
    headers.vary === undefined &&
    !/no-store|private/i.test(String(headers['cache-control'] ?? ''))
  )
}

/** `s-maxage` is for caches of others in front; a browser asks each time, which costs it a 304. */
const cacheControlOf = ({ fresh_s, if_error_s = 0 }: Caching) =>
  `public, max-age=0, s-maxage=${fresh_s}${if_error_s > 0 ? `, stale-if-error=${if_error_s}` : ''}`

/** Headers set at the time of sending, or by Node. */
const setLater = new Set(['etag', 'age', 'content-length', 'content-encoding', 'vary'])

/** Makes what is kept of an answer. `before` is what was kept of it last: the same bytes are not compressed again. */
export function keptAnswerOf(operation: Operation, answer: Answer & { body: Buffer }, before?: KeptAnswer): KeptAnswer {
  const { body } = answer
  const given = answer.headers.etag
  const etag = typeof given === 'string' ? given : `"${hash('sha1', body, 'base64url')}"`
  const lines: Record<string, string> = {
    ...securityHeaders[operation.reply_type?.startsWith('image/') ? 'picture' : 'data'],
    'cache-control': cacheControlOf(operation.cache!),
  }
  for (const [name, value] of Object.entries(headersToCaller(answer.headers, false))) {
    if (!setLater.has(name)) lines[name] = String(value)
  }
  const headers = Object.entries(lines).flat()
  const isSame = before?.etag === etag && before.bytes.equals(body)
  return isSame ? { ...before, headers } : { etag, headers, sent: 0, bytes: ownBytes(body) }
}

const compressible = /^(application\/(json|[\w.-]+\+json|xml)|image\/svg\+xml|text\/)/
const worthCompressing = 1024

type Encoding = 'br' | 'gzip'

/** The best coding a caller takes. Callers send few different headers, so what they mean is remembered. */
const understood = new Map<string, Encoding | undefined>()
export function encodingFor(accept: string | undefined): Encoding | undefined {
  if (accept === undefined) return undefined
  let encoding = understood.get(accept)
  if (encoding === undefined && !understood.has(accept)) {
    const taken = new Set<string>()
    for (const part of accept.toLowerCase().split(',')) {
      const [name = '', ...parameters] = part.split(';').map(text => text.trim())
      if (!parameters.some(text => /^q=0(\.0*)?$/.test(text))) taken.add(name)
    }
    encoding = taken.has('br') ? 'br' : taken.has('gzip') ? 'gzip' : undefined
    if (understood.size < 1000) understood.set(accept, encoding)
  }
  return encoding
}

/** Makes a compressed form; null if it is no smaller. */
function compress(bytes: Buffer, by: (bytes: Buffer) => Buffer): Buffer | null {
  const compressed = by(bytes)
  return compressed.length < bytes.length ? ownBytes(compressed) : null
}
const tightly = (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
const quickly = (bytes: Buffer) => gzipSync(bytes, { level: 1 })

function isCompressible({ bytes, headers }: KeptAnswer): boolean {
  const at = headers.indexOf('content-type')
  return bytes.length >= worthCompressing && at >= 0 && compressible.test(headers[at + 1]!)
}

/**
 * The bytes for a caller. What is asked for once is compressed quickly (a tenth of a millisecond for a page of products),
 * what is asked for again tightly, for all who follow.
 */
function bodyFor(kept: KeptAnswer, accept: string | undefined): { bytes: Buffer; encoding?: Encoding } {
  const { bytes } = kept
  const encoding = encodingFor(accept)
  if (!encoding) return { bytes }
  if (encoding === 'br' && (kept.br !== undefined || kept.sent > 2)) {
    if (kept.br === undefined) kept.br = isCompressible(kept) ? compress(bytes, tightly) : null
    return kept.br ? { bytes: kept.br, encoding } : { bytes }
  }
  // Who takes br takes gzip in all of practice; where not, it goes as it is.
  if (encoding === 'br' && !/gzip/i.test(accept!)) return { bytes }
  if (kept.gzip === undefined) kept.gzip = isCompressible(kept) ? compress(bytes, quickly) : null
  return kept.gzip ? { bytes: kept.gzip, encoding: 'gzip' } : { bytes }
}

const bare = (etag: string) => etag.replace(/^W\//, '')

/** Whether the caller has it already (RFC 9110, 13.1.2: compared weakly). */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  return ifNoneMatch.split(',').some(one => bare(one.trim()) === bare(etag))
}

export interface Sendable {
  status: 200 | 304
  /** Names and values in turn, beside those that are the same for every caller. */
  headers: string[]
  body: Buffer | undefined
}

/** What one caller gets of it. */
export function sendableOf(kept: KeptAnswer, asked: IncomingHttpHeaders, age_ms: number): Sendable {
  kept.sent++
  const age = String(Math.max(0, Math.floor(age_ms / 1000)))
  if (isKnown(asked['if-none-match'], kept.etag)) {
    return { status: 304, headers: ['etag', kept.etag, 'age', age], body: undefined }
  }
  const { bytes, encoding } = bodyFor(kept, asked['accept-encoding'] as string | undefined)
  if (!encoding) return { status: 200, headers: ['etag', kept.etag, 'age', age], body: bytes }
  // Other bytes than those the tag was made for: it is the same answer, not the same representation.
  const headers = ['etag', `W/${bare(kept.etag)}`, 'age', age, 'content-encoding', encoding]
  return { status: 200, headers, body: bytes }
}
