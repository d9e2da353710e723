import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { ShopProfile } from '@shopfleet/contracts'
import type { Logger } from '@shopfleet/service-kit'
import { fileHeaders, pageHeaders } from '@shopfleet/web-server'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Language, pickLanguage } from '../language.ts'
import type { Asked, Rendered } from '../render.tsx'
import type { StorefrontConfig } from './config.ts'
import { type Document, nonceMark } from './document.ts'
import type { ReadProfile } from './profile.ts'

export type Render = (asked: Asked) => Promise<Rendered>

interface Made {
  status: number
  html: string
  redirect?: string
}

const mostKept = 500
/** A page in every page's stead would be longer than this only by mistake or malice. */
const longestUrl = 2000

/** Pages that were made a moment ago, for whoever asks for the same; several who ask at once wait for one making. */
export function createPageCache(kept_ms: number, now: () => number = () => performance.now()) {
  const kept = new Map<string, { made: Promise<Made>; until: number }>()
  return async (key: string, make: () => Promise<Made>): Promise<Made> => {
    const known = kept.get(key)
    if (known && known.until > now()) return known.made
    const entry = { made: make(), until: now() + kept_ms }
    kept.delete(key)
    kept.set(key, entry)
    if (kept.size > mostKept) kept.delete(kept.keys().next().value!)
    try {
      const made = await entry.made
      // What failed is tried again by the next visitor.
      if (made.status >= 500 && kept.get(key) === entry) kept.delete(key)
      return made
    } catch (error) {
      if (kept.get(key) === entry) kept.delete(key)
      throw error
    }
  }
}

export interface PageMaker {
  render: Render
  document: Document
}

interface Tools extends PageMaker {
  log: Logger
  profile: ReadProfile
}

/** Everything nobody else answers is a page. */
export function mountPages(app: FastifyInstance, config: StorefrontConfig, { log, profile, ...maker }: Tools): void {
  const cached = createPageCache(config.DEVELOPMENT ? 0 : config.PAGE_CACHE_S * 1000)

  async function make(url: URL, language: Language, profile: ShopProfile): Promise<Made> {
    const rendered = await maker.render({
      url,
      language,
      profile,
      nonce: nonceMark,
      gatewayUrl: config.GATEWAY_URL,
      patience_ms: config.PAGE_TIMEOUT_MS,
    })
    if (rendered.kind === 'redirect') return { status: rendered.status, html: '', redirect: rendered.to }
    return { status: rendered.status, html: await maker.document({ language, ...rendered }) }
  }

  app.setNotFoundHandler(async (request, response) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const isSecure = request.protocol === 'https'
    response.headers(fileHeaders(isSecure))
    // A file that is gone must not come back as a page: whoever asked wants a script.
    const isFile = request.url.startsWith('/assets/') || /\.[a-z0-9]{1,5}$/i.test(request.url.split('?', 1)[0]!)
    if (!isRead || isFile || request.url.length > longestUrl)
      return response
        .code(isRead ? 404 : 405)
        .type('text/plain')
        .send('Nothing here.\n')
    const shop = await profile()
    const { cookie, 'accept-language': accepted } = request.headers
    const language = pickLanguage(cookie, accepted, shop.default_language)
    const url = addressOf(request, config)
    let made: Made
    try {
      made = await cached(`${language} ${JSON.stringify(shop)} ${url.href}`, () => make(url, language, shop))
    } catch (error) {
      log.error({ error, path: url.pathname }, 'a page could not be made')
      return response.code(500).type('text/html').send(lastResort)
    }
    if (made.redirect !== undefined) return response.redirect(made.redirect, made.status)
    const nonce = randomBytes(16).toString('base64')
    response
      .code(made.status)
      .headers(config.DEVELOPMENT ? {} : pageHeaders(nonce, isSecure))
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'content-language': language,
        // The nonce is good once, and the language is the visitor's.
        'cache-control': 'no-cache',
        vary: 'accept-encoding, accept-language, cookie',
      })
    if (made.status === 503) response.header('retry-after', '2')
    const html = made.html.replaceAll(nonceMark, nonce)
    return sendCompressed(request, response, html)
  })
}

const lastResort = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Something went wrong</title>
<body style="font:16px system-ui;display:grid;place-items:center;min-height:90vh;text-align:center">
<main><h1>Something went wrong on our side</h1><p>Please try again in a moment. <a href="/">To the shop</a></p></main>`

/** The address as the visitor's browser has it. */
function addressOf(request: FastifyRequest, config: StorefrontConfig): URL {
  const base = config.PUBLIC_URL || `${request.protocol}://${request.host || 'localhost'}`
  try {
    return new URL(base + (request.raw.url ?? '/'))
  } catch {
    return new URL(request.raw.url ?? '/', 'http://localhost')
  }
}

async function sendCompressed(
  request: FastifyRequest,
  response: { header(name: string, value: string): unknown; send(body: Buffer | string): unknown },
  html: string,
): Promise<unknown> {
  const accepted = request.headers['accept-encoding'] ?? ''
  if (/\bbr\b/.test(accepted)) {
    response.header('content-encoding', 'br')
    // Quality 4 is as quick as gzip and a fifth smaller.
    return response.send(await promisify(brotliCompress)(html, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }))
  }
  if (/\bgzip\b/.test(accepted)) {
    response.header('content-encoding', 'gzip')
    return response.send(await promisify(gzip)(html))
  }
  return response.send(html)
}
