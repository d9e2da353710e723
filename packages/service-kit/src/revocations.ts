import type { Revocations as RevocationPage } from '@shopfleet/contracts'
import type { Clock } from './clock.ts'

/** What of a signed-in caller can be taken back. */
interface Holder {
  user_id: string
  session_id: string | null
  version: number
}

/**
 * What has been taken back of access tokens that have not expired: sessions that ended, and accounts whose role changed
 * (their tokens of an older version). Small, because an entry lives no longer than a token. Asked for every two seconds,
 * so that it counts everywhere within five; while it cannot be had, what is known goes on counting and tokens are taken
 * as they are, for fifteen minutes at most: a shop that turns everybody away would be worse.
 */
export function createRevocations(options: {
  clock: Clock
  /** What is new since a cursor; everything without one. */
  read: (since: string | undefined) => Promise<RevocationPage>
}) {
  const { clock } = options
  const sessions = new Map<string, number>()
  const users = new Map<string, { version: number; until_ms: number }>()
  let cursor: string | undefined
  let running: Promise<void> | undefined
  let asked = false

  function forget(now_ms: number): void {
    for (const [id, until_ms] of sessions) if (until_ms <= now_ms) sessions.delete(id)
    for (const [id, { until_ms }] of users) if (until_ms <= now_ms) users.delete(id)
  }

  async function read(): Promise<void> {
    const page = await options.read(cursor)
    const now_ms = clock.now()
    const until_ms = now_ms + page.keep_s * 1000
    for (const id of page.sessions) if (!sessions.has(id)) sessions.set(id, until_ms)
    for (const { user_id, version } of page.users) {
      if (version > (users.get(user_id)?.version ?? -1)) users.set(user_id, { version, until_ms })
    }
    cursor = page.cursor
    forget(now_ms)
  }

  return {
    /** Brings it up to date; one that runs already is waited for. */
    poll(): Promise<void> {
      running ??= read().finally(() => {
        running = undefined
        asked = true
      })
      return running
    },
    /** Whether it was asked for at all: before that nothing can be said of any token. */
    get wasAsked() {
      return asked
    },
    /** `ended`: sign in again. `changed`: refresh, for a token with what the account may do now. */
    stateOf({ user_id, session_id, version }: Holder): 'good' | 'ended' | 'changed' {
      if (session_id !== null && sessions.has(session_id)) return 'ended'
      const user = users.get(user_id)
      return user !== undefined && version < user.version ? 'changed' : 'good'
    },
  }
}
