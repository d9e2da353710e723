import { createSessionClient, Problem, type SessionClient } from '@shopfleet/contracts'
import { QueryClient } from '@tanstack/react-query'
import { keep, kept, onKept, signedInKey } from './kept.ts'

/** How the panel asks the platform, and what it knows of the answers. One of each for the page's life. */

const renewedKey = 'panel-session-renewed'
export const sessionKey = ['session'] as const

/** What was refused is refused again; what did not answer may answer the next time. */
const retries = (count: number, error: Error) => count < 2 && !(error instanceof Problem && error.status < 500)

export const queries = new QueryClient({
  defaultOptions: { queries: { retry: retries, staleTime: 10_000, gcTime: 5 * 60_000 } },
})

/** The session is over: signed out here, in another tab, or by its end. */
export function forgetSession(): void {
  keep(signedInKey, undefined)
  queries.removeQueries({ predicate: query => query.queryKey[0] !== sessionKey[0] })
  queries.setQueryData(sessionKey, null)
}

export const api: SessionClient = createSessionClient({
  renewedAt(now_ms) {
    if (now_ms !== undefined) keep(renewedKey, String(now_ms))
    return Number(kept(renewedKey) ?? 0)
  },
  isSignedIn: () => kept(signedInKey) !== undefined,
  onSignedOut: forgetSession,
})

onKept(signedInKey, value => {
  if (value === undefined) forgetSession()
  else void queries.invalidateQueries({ queryKey: sessionKey })
})

/** Where the storefront is open. */
export const shopUrl = document.querySelector<HTMLMetaElement>('meta[name=shop-url]')?.content ?? ''
