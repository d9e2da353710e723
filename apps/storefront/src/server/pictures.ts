import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import type { StorefrontConfig } from './config.ts'

/**
 * Product pictures, kept here once they were shown: a page has dozens of them, and they change as seldom as their names.
 * Drawings are sent compressed, a third of their size.
 */

export interface KeptPicture {
  body: Buffer
  /** Of a drawing. */
  packed?: { br: Buffer; gzip: Buffer }
  headers: Record<string, string>
}

const kept_ms = 3_600_000
const mostBytes = 48 * 1024 * 1024
const passedOn = ['content-type', 'etag', 'cache-control', 'content-security-policy', 'x-content-type-options']

async function pack(body: Buffer): Promise<KeptPicture['packed']> {
  const [br, gz] = await Promise.all([
    promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    promisify(gzip)(body, { level: 9 }),
  ])
  return { br, gzip: gz }
}

/** Asks for a picture; undefined where there is none. Throws where the platform does not answer. */
export async function fetchPicture(url: string): Promise<KeptPicture | undefined> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) })
  if (answer.status === 404 || answer.status === 400) return undefined
  if (!answer.ok) throw new Error(`a picture was answered by ${answer.status}`)
  const body = Buffer.from(await answer.arrayBuffer())
  const headers = Object.fromEntries(
    passedOn.map(name => [name, answer.headers.get(name) ?? '']).filter(([, value]) => value),
  )
  return { body, headers, ...(headers['content-type'] === 'image/svg+xml' ? { packed: await pack(body) } : {}) }
}

export type Pictures = ReturnType<typeof createPictures>

/** A store of pictures that asks for each once an hour at most; several who want the same wait for one asking. */
export function createPictures(ask: (name: string) => Promise<KeptPicture | undefined>, now = () => performance.now()) {
  const known = new Map<string, { picture: Promise<KeptPicture | undefined>; until: number; bytes: number }>()
  let bytes = 0

  function forget(name: string): void {
    bytes -= known.get(name)?.bytes ?? 0
    known.delete(name)
  }

  return async (name: string): Promise<KeptPicture | undefined> => {
    const found = known.get(name)
    if (found && found.until > now()) return found.picture
    forget(name)
    const entry = { picture: ask(name), until: now() + kept_ms, bytes: 0 }
    known.set(name, entry)
    try {
      const picture = await entry.picture
      if (known.get(name) !== entry) return picture
      // A picture may be there the next moment; that there is none is no news to keep.
      if (!picture) forget(name)
      else {
        const { packed } = picture
        entry.bytes = picture.body.length + (packed ? packed.br.length + packed.gzip.length : 0)
        bytes += entry.bytes
      }
      for (const [oldest] of known) {
        if (bytes <= mostBytes || oldest === name) break
        forget(oldest)
      }
      return picture
    } catch (error) {
      if (known.get(name) === entry) forget(name)
      throw error
    }
  }
}

export function mountPictures(app: FastifyInstance, config: StorefrontConfig): void {
  const find = createPictures(name => fetchPicture(`${config.GATEWAY_URL}/api/images/${encodeURIComponent(name)}`))

  app.get<{ Params: { name: string } }>('/api/images/:name', async (request, response) => {
    let picture: KeptPicture | undefined
    try {
      picture = await find(request.params.name)
    } catch {
      return response.code(503).header('retry-after', '1').header('cache-control', 'no-store').send()
    }
    if (!picture) return response.code(404).type('text/plain').send('Nothing here.\n')
    const { body, headers, packed } = picture
    response.headers({ ...headers, ...(packed ? { vary: 'accept-encoding' } : {}) })
    if (headers.etag && request.headers['if-none-match'] === headers.etag) return response.code(304).send()
    const accepted = request.headers['accept-encoding'] ?? ''
    if (packed && /\bbr\b/.test(accepted)) return response.header('content-encoding', 'br').send(packed.br)
    if (packed && /\bgzip\b/.test(accepted)) return response.header('content-encoding', 'gzip').send(packed.gzip)
    return response.send(body)
  })
}
