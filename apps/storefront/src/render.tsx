import createEmotionServer from '@emotion/server/create-instance'
import { createClient, type ShopProfile } from '@shopfleet/contracts'
import { dehydrate } from '@tanstack/react-query'
import { renderToString } from 'react-dom/server'
import { createStaticHandler, createStaticRouter, RouterContextProvider, StaticRouterProvider } from 'react-router'
import { App } from './app.tsx'
import type { PageState } from './client.tsx'
import type { Language } from './language.ts'
import { coloursCss } from './look.ts'
import { profileQuery } from './profile.ts'
import { createQueryClient } from './query-client.ts'
import { routes } from './routes.tsx'
import { type Shop, shopContext } from './shop.tsx'
import { createStyles } from './styles.ts'

export interface Asked {
  /** Scheme, host and path as the visitor's browser has them. */
  url: URL
  language: Language
  profile: ShopProfile
  gatewayUrl: string
  /** On the styles, for the policy of the page. */
  nonce: string
  /** What a page may take to be asked together, in milliseconds. */
  patience_ms: number
}

export type Rendered =
  | { kind: 'page'; status: number; head: string; styles: string; body: string; state: string; files: string[] }
  | { kind: 'redirect'; status: number; to: string }

/** Every question of a page is a read: one that was cut off, as by a restart, is asked once more. */
const patiently =
  (signal: AbortSignal): typeof fetch =>
  async (input, init) => {
    try {
      return await fetch(input, { ...init, signal })
    } catch (error) {
      if (signal.aborted) throw error
      await new Promise(resolve => setTimeout(resolve, 50))
      return fetch(input, { ...init, signal })
    }
  }

/** A page as HTML: asked of the platform as a stranger would, so it can be shown to anyone. */
export async function render({ url, language, profile, gatewayUrl, nonce, patience_ms }: Asked): Promise<Rendered> {
  const signal = AbortSignal.timeout(patience_ms)
  const queries = createQueryClient({ server: true })
  const shop: Shop = {
    api: createClient({ baseUrl: gatewayUrl, fetch: patiently(signal) }),
    queries,
    origin: url.origin,
    language,
  }
  queries.setQueryData(profileQuery(shop).queryKey, profile)
  const { query, dataRoutes } = createStaticHandler(routes())
  const context = await query(new Request(url), {
    requestContext: new RouterContextProvider(new Map([[shopContext, shop]])),
  })
  if (context instanceof Response) {
    return { kind: 'redirect', status: context.status, to: context.headers.get('location') ?? '/' }
  }
  const styles = createStyles()
  const { extractCriticalToChunks } = createEmotionServer(styles)
  const html = renderToString(
    <App shop={shop} styles={styles}>
      <StaticRouterProvider router={createStaticRouter(dataRoutes, context)} context={context} hydrate={false} />
    </App>,
  )
  const { errors, loaderData, matches, statusCode } = context
  const state: PageState = {
    queries: dehydrate(queries),
    loaderData: Object.fromEntries(Object.keys(loaderData).map(id => [id, null])),
    errors:
      errors &&
      Object.fromEntries(
        Object.entries(errors).map(([id, error]) => [id, (error as { status?: number }).status ?? 500]),
      ),
  }
  const { head, body } = splitHead(html)
  queries.clear()
  return {
    kind: 'page',
    status: statusCode,
    head,
    body,
    styles: `<style nonce="${nonce}">${coloursCss()}</style>${extractCriticalToChunks(html)
      .styles.map(
        ({ key, ids, css }) => `<style data-emotion="${key} ${ids.join(' ')}" nonce="${nonce}">${css}</style>`,
      )
      .join('')}`,
    state: JSON.stringify(state).replaceAll('<', '\\u003c'),
    files: matches
      .map(({ route }) => (route.handle as { file?: string } | undefined)?.file)
      .filter(file => file !== undefined),
  }
}

/** React puts titles, links and metas first when it has no head to put them into. */
function splitHead(html: string): { head: string; body: string } {
  const head = /^(?:<title[^>]*>[^<]*<\/title>|<meta[^>]*>|<link[^>]*>)*/.exec(html)![0]
  return { head, body: html.slice(head.length) }
}
