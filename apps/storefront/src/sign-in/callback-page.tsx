import Button from '@mui/material/Button'
import { finishExternal, Problem } from '@shopfleet/contracts'
import { useEffect, useRef, useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { tellProblem } from '../problem.ts'
import { useShop, useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { LineSkeleton } from '../ui/skeletons.tsx'
import { useArrive } from './arrive.ts'
import { isChallenge, sessionOrChallenge } from './challenge.ts'
import { takeExternal } from './external.ts'
import { SignInFrame } from './frame.tsx'
import { ownPath } from './return-path.ts'

type Failure = 'cancelled' | 'broken' | { error: unknown }

/** Where the other provider sends the browser back to, with its answer. */
export function Component() {
  const t = useTexts(signInTexts)
  const { api, language } = useShop()
  const [answer] = useSearchParams()
  const navigate = useNavigate()
  const arrive = useArrive()
  const hasBegun = useRef(false)
  const [failure, setFailure] = useState<Failure>()
  const [from, setFrom] = useState<string>()

  async function finish() {
    const external = takeExternal()
    const [code, state, iss] = [answer.get('code'), answer.get('state'), answer.get('iss')]
    const wanted = ownPath(external?.to)
    setFrom(wanted)
    if (answer.has('error')) return setFailure('cancelled')
    if (!external || !code || !state) return setFailure('broken')
    try {
      const body = { login_token: external.login_token, code, state, ...(iss ? { iss } : {}) }
      const done = await sessionOrChallenge(api.call(finishExternal, { body }))
      if (isChallenge(done)) await navigate('/sign-in/code', { replace: true, state: { ...done, from: wanted } })
      else await arrive(done, wanted ?? '/account')
    } catch (error) {
      setFailure(error instanceof Problem && error.problem === 'invalid-token' ? 'broken' : { error })
    }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the answer is good once.
  useEffect(() => {
    if (hasBegun.current) return
    hasBegun.current = true
    void finish()
  }, [])

  function words(reason: Failure): string {
    if (reason === 'cancelled') return t.callbackCancelled
    if (reason === 'broken') return t.callbackBroken
    const problem = reason.error instanceof Problem ? reason.error.problem : undefined
    if (problem === 'email-not-verified') return t.callbackUnconfirmed
    return problem === 'email-taken' ? t.callbackTaken : tellProblem(reason.error, language).message
  }

  if (failure) {
    const action = (
      <Button variant="contained" component={Link} to="/sign-in" replace state={{ from }}>
        {t.backToSignIn}
      </Button>
    )
    return (
      <>
        <PageHead title={t.callbackFailed} />
        <EmptyState heading="h1" icon="alert" title={t.callbackFailed} action={action}>
          {words(failure)}
        </EmptyState>
      </>
    )
  }
  return (
    <SignInFrame title={t.callbackTitle}>
      <div role="status" aria-busy="true" aria-label={t.callbackTitle}>
        <LineSkeleton />
      </div>
    </SignInFrame>
  )
}
