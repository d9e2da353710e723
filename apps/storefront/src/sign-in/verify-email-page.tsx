import Button from '@mui/material/Button'
import { Problem, verifyEmail } from '@shopfleet/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { Link, useSearchParams } from 'react-router'
import { ResendVerification } from '../account/resend-verification.tsx'
import { tellProblem } from '../problem.ts'
import { sessionKey, useSession } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { LineSkeleton } from '../ui/skeletons.tsx'
import { SignInFrame } from './frame.tsx'

/** The link of a mail: of a new account, or of an address an account is to have. */
export function Component() {
  const t = useTexts(signInTexts)
  const { api, language } = useShop()
  const queries = useQueryClient()
  const { user } = useSession()
  const [search] = useSearchParams()
  const token = search.get('token') ?? ''
  const hasBegun = useRef(false)
  const { mutate, isSuccess, error } = useMutation({
    mutationFn: () => api.call(verifyEmail, { body: { token } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionKey }),
  })
  // The link is good once: whoever opens it wants just this.
  useEffect(() => {
    if (hasBegun.current) return
    hasBegun.current = true
    mutate()
  }, [mutate])

  const onward = (
    <Button variant="contained" component={Link} to={user ? '/account' : '/sign-in'}>
      {user ? t.toAccount : t.signIn}
    </Button>
  )
  if (isSuccess) {
    return (
      <>
        <PageHead title={t.confirmedTitle} />
        <EmptyState heading="h1" icon="check" title={t.confirmedTitle} action={onward}>
          <span role="status">{t.confirmedText}</span>
        </EmptyState>
      </>
    )
  }
  if (error) {
    const problem = error instanceof Problem ? error.problem : undefined
    const isDead = problem === 'invalid-link' || problem === 'validation-failed'
    const title = isDead || problem === 'email-taken' ? t.linkDead : t.couldNotConfirm
    const text = isDead
      ? t.confirmFailedText
      : problem === 'email-taken'
        ? t.confirmTaken
        : tellProblem(error, language).message
    const canAskAgain = isDead && user && user.email_verified_at === null
    const action = canAskAgain ? (
      <ResendVerification email={user.email} />
    ) : isDead || problem === 'email-taken' ? (
      onward
    ) : (
      <Button variant="contained" onClick={() => mutate()}>
        {t.tryAgain}
      </Button>
    )
    return (
      <>
        <PageHead title={title} />
        <EmptyState heading="h1" icon="clock" title={title} action={action}>
          <span role="alert">{text}</span>
        </EmptyState>
      </>
    )
  }
  return (
    <SignInFrame title={t.confirming}>
      <div role="status" aria-busy="true" aria-label={t.confirming}>
        <LineSkeleton />
      </div>
    </SignInFrame>
  )
}
