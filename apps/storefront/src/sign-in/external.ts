/** What belongs to a sign-in with another provider, kept in this tab while the visitor is there. */

export interface External {
  login_token: string
  /** Where to go on afterwards. */
  to: string
}

const externalKey = 'external-sign-in'

export const keepExternal = (external: External): void => sessionStorage.setItem(externalKey, JSON.stringify(external))

/** Good once, as the answer of the provider is. */
export function takeExternal(): External | undefined {
  const kept = sessionStorage.getItem(externalKey)
  sessionStorage.removeItem(externalKey)
  return kept === null ? undefined : JSON.parse(kept)
}
