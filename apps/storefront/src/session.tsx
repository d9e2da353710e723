import { getProfile, logout, mergeCart, Problem, type User } from '@shopfleet/contracts'
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Static } from 'typebox'
import { tellTabs } from './cart/cart-tabs.ts'
import { cartKey } from './cart.tsx'
import { cartInPlay } from './checkout/intention.ts'
import { cartTokenKey, keep, kept, signedInKey } from './kept.ts'
import { type Shop, useShop } from './shop.tsx'

/**
 * Who is signed in. The session itself is in cookies no script can read; what is kept here is only the hint that there
 * is one, so that a stranger's visit asks nothing. The server renders every page for a stranger.
 */

export type SignedInUser = Static<typeof User>
export const sessionKey = ['session'] as const

/** The signed-in user, null for a guest. */
export const sessionQuery = ({ api }: Pick<Shop, 'api'>) =>
  queryOptions({
    queryKey: sessionKey,
    staleTime: 5 * 60_000,
    queryFn: async ({ client }): Promise<SignedInUser | null> => {
      if (kept(signedInKey) === undefined) return null
      try {
        const user = await api.call(getProfile, {})
        void takeCartAlong(api).then(isTaken => {
          if (isTaken) void client.invalidateQueries({ queryKey: cartKey })
        })
        return user
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 401) throw error
        keep(signedInKey, undefined)
        return null
      }
    },
  })

/**
 * Moves a guest's cart into that of whoever has signed in, with what was saved for later. One that could not be moved
 * stays where it is, and is taken along when the session is next looked at. Answers whether one was.
 */
async function takeCartAlong(api: Shop['api']): Promise<boolean> {
  const cart_token = kept(cartTokenKey)
  // A cart that may be being ordered stays as it is until that is known.
  if (cart_token === undefined || cart_token === cartInPlay()) return false
  try {
    await api.call(mergeCart, { body: { cart_token } })
  } catch {
    return false
  }
  keep(cartTokenKey, undefined)
  tellTabs()
  return true
}

export interface Session {
  /** Undefined while it is not known yet: neither the links of a guest nor those of a customer are right then. */
  user: SignedInUser | null | undefined
  isSignedIn: boolean
  /** After a login or registration that answered 200 or 201: remembers it and takes the guest's cart along. */
  begin(user: SignedInUser): Promise<void>
  end(): Promise<void>
}

export function useSession(): Session {
  const shop = useShop()
  const queries = useQueryClient()
  const { data: user } = useQuery(sessionQuery(shop))

  return {
    user,
    isSignedIn: Boolean(user),
    async begin(user) {
      keep(signedInKey, '1')
      await takeCartAlong(shop.api)
      forgetPerson(queries)
      queries.setQueryData(sessionKey, user)
      await queries.invalidateQueries({ queryKey: cartKey })
    },
    async end() {
      const { status, body } = await shop.api.send(logout, { body: {} })
      // Without a session there is nothing to end; what was not ended must not look as if it were.
      if (status >= 300 && status !== 400 && status !== 401) {
        throw Problem.fromBody(body) ?? new Error(`logout answered ${status}`)
      }
      forgetSession(queries)
    },
  }
}

/** Drops everything that is known of a person; what anybody may see stays. */
function forgetPerson(queries: Shop['queries']): void {
  queries.removeQueries({ predicate: query => query.queryKey[0] === 'own' })
  queries.removeQueries({ queryKey: cartKey })
}

/** The session is over: signed out here, in another tab, or by its end. */
export function forgetSession(queries: Shop['queries']): void {
  keep(signedInKey, undefined)
  forgetPerson(queries)
  queries.setQueryData(sessionKey, null)
}
