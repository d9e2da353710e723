import { type Client, createSessionClient } from '@shopfleet/contracts'
import { cartTokenKey, keep, kept, signedInKey } from './kept.ts'

/** Asks the platform from the browser. A guest's cart is named by a token that outlives the browser's window. */

const renewedKey = 'session-renewed'

/** The client of the pages. `onSignedOut` is told when the session cannot be renewed. */
export function createBrowserApi({ onSignedOut }: { onSignedOut: () => void }): Client {
  return createSessionClient({
    headers: (): Record<string, string> => {
      const token = kept(cartTokenKey)
      return token ? { 'x-cart-token': token } : {}
    },
    renewedAt(now_ms) {
      if (now_ms !== undefined) keep(renewedKey, String(now_ms))
      return Number(kept(renewedKey) ?? 0)
    },
    isSignedIn: () => kept(signedInKey) !== undefined,
    onSignedOut,
  })
}
