import { type Category, createClient, listCategories, listProducts } from '@shopfleet/contracts'
import type { FastifyInstance } from 'fastify'
import type { StorefrontConfig } from './config.ts'

/** What search engines are told: where everything is, and where they have no business. */

const kept_ms = 10 * 60_000
/** Of no use to who searches, or somebody's own. */
const privatePaths = ['/search', '/cart', '/checkout', '/account', '/sign-in', '/api/']
/** What one sitemap may hold. */
const mostProducts = 45_000

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

function slugsOf(categories: Category[]): string[] {
  return categories.flatMap(category => [category.slug, ...slugsOf(category.children as Category[])])
}

async function readPaths(gatewayUrl: string): Promise<{ path: string; changed?: string }[]> {
  const api = createClient({ baseUrl: gatewayUrl })
  const { items } = await api.call(listCategories, {})
  const paths: { path: string; changed?: string }[] = [
    { path: '/' },
    { path: '/products' },
    ...slugsOf(items).map(slug => ({ path: `/categories/${slug}` })),
  ]
  let cursor: string | undefined
  do {
    const page = await api.call(listProducts, { query: { limit: 100, ...(cursor ? { cursor } : {}) } })
    for (const { slug, updated_at } of page.items) paths.push({ path: `/products/${slug}`, changed: updated_at })
    cursor = page.next_cursor ?? undefined
  } while (cursor && paths.length < mostProducts)
  return paths
}

export function mountSitemap(app: FastifyInstance, config: StorefrontConfig): void {
  let known: { paths: ReturnType<typeof readPaths>; until: number } | undefined
  const originOf = (request: { protocol: string; host: string }) =>
    config.PUBLIC_URL || `${request.protocol}://${request.host}`

  app.get('/robots.txt', async (request, response) =>
    response
      .type('text/plain')
      .header('cache-control', 'public, max-age=3600')
      .send(
        [
          'User-agent: *',
          ...privatePaths.map(path => `Disallow: ${path}`),
          '',
          `Sitemap: ${originOf(request)}/sitemap.xml`,
          '',
        ].join('\n'),
      ),
  )

  app.get('/sitemap.xml', async (request, response) => {
    if (!known || known.until < performance.now()) {
      known = { paths: readPaths(config.GATEWAY_URL), until: performance.now() + kept_ms }
    }
    try {
      const origin = originOf(request)
      const entries = (await known.paths).map(
        ({ path, changed }) =>
          `<url><loc>${escaped(origin + path)}</loc>${changed ? `<lastmod>${changed.slice(0, 10)}</lastmod>` : ''}</url>`,
      )
      return response
        .type('application/xml')
        .header('cache-control', 'public, max-age=600')
        .send(
          `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${entries.join('\n')}\n</urlset>\n`,
        )
    } catch {
      known = undefined
      return response.code(503).header('retry-after', '5').type('text/plain').send('Not just now.\n')
    }
  })
}
