import { type LookupAddress, type LookupOptions, lookup } from 'node:dns'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { isPublicAddress } from './webhook.ts'
import type { Try } from './webhook-store.ts'

/*
 * A request to somebody else's system, at an address that staff typed. Names are looked up once, and what was looked up
 * and found to be public is what is connected to: a name that leads elsewhere a moment later leads nowhere. No redirect is
 * followed, no connection is kept, and no more is read than is shown.
 */

export interface Outgoing {
  url: string
  headers: Record<string, string>
  body: string
  timeout_ms: number
  /** Whether addresses of this machine and its network are fine too. */
  allow_private: boolean
  now: () => number
}

const longestAnswer = 2000

class Refused extends Error {}

/** Never throws: what went wrong is in the answer. */
export async function post(outgoing: Outgoing): Promise<Try> {
  const from_ms = outgoing.now()
  const took = () => outgoing.now() - from_ms
  const abort = new AbortController()
  const timer = setTimeout(() => abort.abort(), outgoing.timeout_ms)
  try {
    const answer = await send(outgoing, abort.signal)
    const response = await beginningOf(answer)
    const response_status = answer.statusCode!
    const error = response_status >= 200 && response_status < 300 ? null : `answered ${response_status}`
    return { took_ms: took(), response_status, response, error }
  } catch (error) {
    const words = abort.signal.aborted ? `no answer within ${outgoing.timeout_ms} ms` : wordsOf(error)
    return { took_ms: took(), response_status: null, response: null, error: words }
  } finally {
    clearTimeout(timer)
    // Whatever else there is of the answer, it is not wanted; the timer is gone, so this is no timeout.
    abort.abort()
  }
}

function send({ url, headers, body, allow_private }: Outgoing, signal: AbortSignal): Promise<IncomingMessage> {
  const target = new URL(url)
  const host = target.hostname.replace(/^\[|\]$/g, '')
  // A literal address is connected to without being looked up.
  if (isIP(host) && !allow_private && !isPublicAddress(host)) {
    return Promise.reject(new Refused(`${host} is no public address`))
  }
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      agent: false as const,
      signal,
      lookup: allow_private ? lookup : lookupPublic,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Shopfleet-Webhooks/1',
      },
      maxHeaderSize: 16_384,
    }
    const request: ClientRequest = (target.protocol === 'https:' ? httpsRequest : httpRequest)(target, options, resolve)
    request.on('error', reject)
    request.end(body)
  })
}

type Found = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

/** All of a name's addresses must be public: which of them is used is not known here. */
function lookupPublic(host: string, options: LookupOptions, found: Found): void {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) return found(error, [])
    const wrong = addresses.find(({ address }) => !isPublicAddress(address))
    if (wrong) return found(new Refused(`${host} leads to ${wrong.address}, which is no public address`), [])
    if (options.all) return found(null, addresses)
    const [first] = addresses
    if (!first) return found(new Refused(`${host} leads nowhere`), [])
    return found(null, first.address, first.family)
  })
}

/** How an answer begins, as text PostgreSQL takes. The rest is left unread. */
async function beginningOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length >= longestAnswer) break
  }
  return Buffer.concat(chunks).subarray(0, longestAnswer).toString('utf8').replaceAll('\0', '')
}

function wordsOf(error: unknown): string {
  if (error instanceof Refused) return error.message
  const { code, message } = error as NodeJS.ErrnoException
  const known: Record<string, string> = {
    ECONNREFUSED: 'nobody listens at that address',
    ECONNRESET: 'the connection was cut',
    ENOTFOUND: 'there is no host of that name',
    EAI_AGAIN: 'the name could not be looked up',
    CERT_HAS_EXPIRED: 'the certificate has expired',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is signed by nobody we know',
  }
  return (known[code ?? ''] ?? `${code ?? 'failed'}: ${message}`).slice(0, 300)
}
