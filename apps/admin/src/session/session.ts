import { getProfile, logout, type Permission, Problem, type User } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { api, forgetSession, queries, sessionKey } from '../api.ts'
import { keep, kept, signedInKey } from '../kept.ts'

/** Who is signed in, and what they may do. */

export type Me = User & { mustEnrol?: boolean }

const mustEnrolKey = 'panel-must-enrol'

/** Undefined while it is not known yet, null for nobody. */
export function useSession() {
  const { data, error, refetch } = useQuery({
    queryKey: sessionKey,
    staleTime: 5 * 60_000,
    queryFn: async (): Promise<Me | null> => {
      if (kept(signedInKey) === undefined) return null
      try {
        const user = await api.call(getProfile, {})
        return { ...user, mustEnrol: kept(mustEnrolKey) !== undefined }
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 401) throw error
        keep(signedInKey, undefined)
        return null
      }
    },
  })
  return { me: data, error, retry: refetch }
}

/** For pages: somebody is signed in, or they would not be shown. */
export function useMe(): Me {
  const { me } = useSession()
  if (!me) throw new Error('nobody is signed in')
  return me
}

export const may = (me: Pick<Me, 'permissions'>, permission: Permission | undefined): boolean =>
  permission === undefined || me.permissions.includes(permission)

/** Whether whoever is signed in may do something. */
export const useMay = (permission: Permission): boolean => may(useMe(), permission)

export function beginSession({ user, mfa_enrolment_required }: { user: User; mfa_enrolment_required?: boolean }): void {
  keep(signedInKey, '1')
  keep(mustEnrolKey, mfa_enrolment_required ? '1' : undefined)
  queries.removeQueries({ predicate: query => query.queryKey[0] !== sessionKey[0] })
  queries.setQueryData(sessionKey, { ...user, mustEnrol: mfa_enrolment_required })
}

/** The second factor is there now: a new token may do everything. */
export async function enrolled(): Promise<void> {
  keep(mustEnrolKey, undefined)
  await api.renew()
  await queries.invalidateQueries({ queryKey: sessionKey })
}

export async function endSession(): Promise<void> {
  const { status, body } = await api.send(logout, { body: {} })
  // Without a session there is nothing to end; what was not ended must not look as if it were.
  if (status >= 300 && status !== 400 && status !== 401) throw Problem.fromBody(body) ?? new Error('signing out failed')
  forgetSession()
}
