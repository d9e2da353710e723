import { type Client, createClient } from './client.ts'
import { Problem } from './problems.ts'
import { refreshSession } from './sign-in.ts'

/**
 * The client of a web app. Its session is in cookies no script can read (`X-Session-Mode: cookie`); when the short-lived one
 * has run out, it is renewed once and the request is made again.
 */

type Fetch = typeof fetch

const isExpired = (problem: Problem | undefined) =>
  problem?.problem === 'token-expired' || problem?.problem === 'invalid-token'

/**
 * A fetch that renews the session where an answer says it has run out. `onStranger` is told when there is no session at
 * all.
 */
export function renewing(doFetch: Fetch, renew: () => Promise<boolean>, onStranger?: () => void): Fetch {
  return async (input, init) => {
    const answer = await doFetch(input, init)
    if (answer.status !== 401) return answer
    const problem = Problem.fromBody(
      await answer
        .clone()
        .json()
        .catch(() => undefined),
    )
    if (problem?.problem === 'unauthenticated') onStranger?.()
    if (!isExpired(problem) || !(await renew())) return answer
    return doFetch(input, init)
  }
}

/** Another tab renewed the session so shortly ago that it need not be done again. */
const fresh_ms = 10_000

// Tabs take turns: a refresh token is good once.
const inTurn = <T>(work: () => Promise<T>): Promise<T> =>
  navigator.locks ? navigator.locks.request('session', work) : work()

export interface SessionClientOptions {
  /** Headers beside that of the session; asked for with each request. */
  headers?: () => Record<string, string>
  /** When any tab of the browser renewed last, in milliseconds since 1970: read, and written with a value. */
  renewedAt: (now_ms?: number) => number
  /** Whether there should be a session. */
  isSignedIn: () => boolean
  /** The session cannot be renewed, or is gone. */
  onSignedOut: () => void
}

export interface SessionClient extends Client {
  /** Renews the session now. Whether there is one afterwards. */
  renew(): Promise<boolean>
}

/** Makes the client of a page, for addresses of its own origin. */
export function createSessionClient(options: SessionClientOptions): SessionClient {
  const headers = () => ({ 'x-session-mode': 'cookie', ...options.headers?.() })
  const bare = createClient({ baseUrl: '', headers })
  let renewal: Promise<boolean> | undefined

  function renew(): Promise<boolean> {
    const asked_ms = Date.now()
    renewal ??= inTurn(async () => {
      if (options.renewedAt() > asked_ms - fresh_ms) return true
      const { status } = await bare.send(refreshSession, { body: {} })
      if (status === 200) options.renewedAt(Date.now())
      if (status === 401 || status === 400) options.onSignedOut()
      return status === 200
    }).finally(() => {
      renewal = undefined
    })
    return renewal
  }

  const client = createClient({
    baseUrl: '',
    headers,
    fetch: renewing(
      (input, init) => fetch(input, init),
      renew,
      // Its cookies are gone: cleared, or older than a session lives.
      () => options.isSignedIn() && options.onSignedOut(),
    ),
  })
  return { ...client, renew }
}
