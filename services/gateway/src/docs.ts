import { listCategories, listProducts, type Operation, type ServiceName } from '@shopfleet/contracts'
import type { Clock } from '@shopfleet/service-kit'
import type { FastifyInstance } from 'fastify'
import type { KnownIds } from './curl.ts'
import { docsPage } from './docs-page.ts'
import { docsScript, docsStyle } from './docs-style.ts'
import { openApiDocument } from './openapi.ts'
import type { Upstream } from './upstream.ts'

/** Mounts what there is to read about the API: /openapi.json and /docs. */

export interface DocsRoutesOptions {
  operations: readonly Operation[]
  upstream: Upstream
  clock: Clock
}

const keep_ms = 60_000
/** Pages kept, one for each address readers come by. */
const maxPages = 8
const hostPattern = /^[a-z0-9.-]{1,253}(:\d{1,5})?$|^\[[0-9a-f:.]{2,45}\](:\d{1,5})?$/i

export function mountDocs(app: FastifyInstance, { operations, upstream, clock }: DocsRoutesOptions): void {
  // Made for its first reader: a shop that starts has buyers waiting.
  let openApi: Buffer | undefined
  app.get('/openapi.json', async (_request, response) => {
    openApi ??= Buffer.from(JSON.stringify(openApiDocument(operations, { serverUrl: '/' })))
    return response.type('application/json; charset=utf-8').header('cache-control', 'public, max-age=60').send(openApi)
  })

  const pages = new Map<string, { page: string; expires_ms: number }>()
  app.get('/docs', { config: { pageKind: 'page' } }, async (request, response) => {
    const host = hostPattern.test(request.host) ? request.host : 'localhost:8080'
    const baseUrl = `${request.protocol === 'https' ? 'https' : 'http'}://${host}`
    let kept = pages.get(baseUrl)
    if (!kept || kept.expires_ms <= clock.now()) {
      const page = docsPage(operations, { baseUrl, ids: await knownIds(upstream, request.correlation_id) })
      kept = { page, expires_ms: clock.now() + keep_ms }
      pages.delete(baseUrl)
      if (pages.size >= maxPages) pages.delete(pages.keys().next().value!)
      pages.set(baseUrl, kept)
    }
    return response.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(kept.page)
  })
  app.get('/docs/style.css', async (_request, response) =>
    response.type('text/css; charset=utf-8').header('cache-control', 'public, max-age=300').send(docsStyle),
  )
  app.get('/docs/script.js', async (_request, response) =>
    response.type('text/javascript; charset=utf-8').header('cache-control', 'public, max-age=300').send(docsScript),
  )
}

/** Ids of this shop, so that examples can be pasted: of a product that can be bought itself. Without the product service the page does without. */
async function knownIds(upstream: Upstream, correlation_id: string): Promise<KnownIds> {
  async function first(service: ServiceName, path: string): Promise<Record<string, unknown>> {
    try {
      const answer = await upstream.forward(service, {
        method: 'GET',
        path,
        headers: ['x-correlation-id', correlation_id, 'x-deadline-ms', '1000', 'accept', 'application/json'],
        body: undefined,
      })
      if (answer.status !== 200 || !Buffer.isBuffer(answer.body)) return {}
      return (
        JSON.parse(answer.body.toString()).items?.find((one: { variant_count?: number }) => !one.variant_count) ?? {}
      )
    } catch {
      return {}
    }
  }
  const [product, category] = await Promise.all([
    first(listProducts.service, `${listProducts.path}?limit=20&in_stock=true`),
    first(listCategories.service, listCategories.path),
  ])
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const [, image_name] = /^\/api\/images\/([a-z0-9.-]+)$/.exec(text(product.image_url) ?? '') ?? []
  return { product_id: text(product.id), category_id: text(category.id), image_name }
}
