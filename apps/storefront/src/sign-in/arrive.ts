import type { Session } from '@shopfleet/contracts'
import { useNavigate } from 'react-router'
import { forgetBrowser } from '../account/push.ts'
import { useSession } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { useToast } from '../ui/toast.tsx'

/** Of the answer to signing in; its tokens are in cookies. */
export type Begun = Pick<Session, 'user' | 'mfa_enrolment_required'>

/** Goes on once somebody is signed in: where they wanted to, or first to what is asked of them. */
export function useArrive(): (begun: Begun, to: string) => Promise<void> {
  const { begin } = useSession()
  const navigate = useNavigate()
  return async ({ user, mfa_enrolment_required }, to) => {
    await begin(user)
    if (mfa_enrolment_required)
      await navigate('/account/security/second-factor', { replace: true, state: { isRequired: true, to } })
    else await navigate(to, { replace: true })
  }
}

/** Signs out here; other tabs follow. */
export function useSignOut(): () => Promise<void> {
  const { end } = useSession()
  const { api } = useShop()
  const navigate = useNavigate()
  const toast = useToast()
  const t = useTexts(signInTexts)
  return async () => {
    // Away first: a page of the account would lead a stranger to signing in.
    await navigate('/')
    try {
      // A browser that cannot be unsubscribed just now is no reason to stay signed in.
      await forgetBrowser(api).catch(() => {})
      await end()
      toast(t.signedOut)
    } catch {
      toast(t.signOutFailed, { kind: 'bad' })
    }
  }
}
