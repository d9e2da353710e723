import { useLocation } from 'react-router'

/** Where somebody goes on once they are signed in. */

const nowhere = 'https://shop.invalid'
/** Pages one has no business on any more by then. */
const passed = /^\/(sign-in|register|forgot-password|reset-password|verify-email)(\/|$)/

/** A path of this shop, as it was given; undefined for what leads elsewhere, or back to signing in. Pure. */
export function ownPath(given: unknown): string | undefined {
  if (typeof given !== 'string' || !given.startsWith('/')) return undefined
  let url: URL
  try {
    // Read as browsers do: `//host`, `/\host` and `/<tab>/host` are addresses of somebody else.
    url = new URL(given, nowhere)
  } catch {
    return undefined
  }
  if (url.origin !== nowhere || passed.test(url.pathname)) return undefined
  return url.pathname + url.search + url.hash
}

/** What the pages of signing in hand on to each other. */
export interface SignInState {
  from?: string
  /** Typed before, on another of these pages. */
  email?: string
  /** Something to say on arrival. */
  notice?: 'password-set' | 'code-too-late'
}

/** Where to go on: from the state of the link that led here, or from `?from=`. */
export function useSignInState(): SignInState & { wanted: string | undefined; to: string } {
  const { state, search } = useLocation()
  const given = (state ?? {}) as SignInState
  const wanted = ownPath(given.from) ?? ownPath(new URLSearchParams(search).get('from'))
  return { ...given, wanted, from: wanted, to: wanted ?? '/account' }
}
