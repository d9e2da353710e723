import { type DehydratedState, hydrate } from '@tanstack/react-query'
import { startTransition } from 'react'
import { hydrateRoot } from 'react-dom/client'
import {
  createBrowserRouter,
  UNSAFE_ErrorResponseImpl as ErrorAnswer,
  matchRoutes,
  RouterContextProvider,
} from 'react-router'
import { RouterProvider } from 'react-router/dom'
import { createBrowserApi } from './api.ts'
import { App } from './app.tsx'
import { onKept, signedInKey } from './kept.ts'
import type { Language } from './language.ts'
import { followMode } from './mode.ts'
import { createQueryClient } from './query-client.ts'
import { routes } from './routes.tsx'
import { forgetSession, sessionKey } from './session.tsx'
import { type Shop, shopContext } from './shop.tsx'
import { createStyles } from './styles.ts'
import './fonts.css'
import './global.css'

/** What the server's HTML hands to the page beside what one sees. */
export interface PageState {
  queries: DehydratedState
  loaderData: Record<string, null>
  /** The status of what a loader refused with, by its route. */
  errors: Record<string, number> | null
}

async function start() {
  followMode()
  const root = document.getElementById('app')!
  const state = JSON.parse(document.getElementById('state')!.textContent!) as PageState
  const queries = createQueryClient({ server: false })
  hydrate(queries, state.queries)
  const shop: Shop = {
    api: createBrowserApi({ onSignedOut: () => forgetSession(queries) }),
    queries,
    origin: location.origin,
    language: document.documentElement.lang as Language,
  }
  onKept(signedInKey, value => {
    if (value === undefined) forgetSession(queries)
    else void queries.invalidateQueries({ queryKey: sessionKey })
  })

  const tree = routes()
  // The page's own part must be here before it takes over the HTML, or React would throw that away.
  for (const { route } of matchRoutes(tree, location) ?? []) {
    if (typeof route.lazy !== 'function') continue
    Object.assign(route, await route.lazy(), { lazy: undefined })
  }
  const router = createBrowserRouter(tree, {
    getContext: () => new RouterContextProvider(new Map([[shopContext, shop]])),
    hydrationData: {
      loaderData: state.loaderData,
      errors:
        state.errors &&
        Object.fromEntries(
          Object.entries(state.errors).map(([id, status]) => [id, new ErrorAnswer(status, undefined, null)]),
        ),
    },
  })
  const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce
  startTransition(() => {
    hydrateRoot(
      root,
      <App shop={shop} styles={createStyles(nonce)}>
        <RouterProvider router={router} />
      </App>,
    )
  })
}

void start()
