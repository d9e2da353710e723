import Button from '@mui/material/Button'
import { loginMfa, Problem } from '@shopfleet/contracts'
import { useEffect, useState } from 'react'
import { Link, Navigate, useLocation, useNavigate } from 'react-router'
import { useShopName } from '../profile.ts'
import { useSession } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { Field } from '../ui/field.tsx'
import { useArrive } from './arrive.ts'
import type { Challenge } from './challenge.ts'
import { FormMessage, FormStack, SubmitButton } from './form-parts.tsx'
import { SignInFrame } from './frame.tsx'
import { useSignInState } from './return-path.ts'
import { useForm } from './use-form.ts'

/** The second factor: a code of the authenticator app, or one of the recovery codes. */
export function Component() {
  const { state } = useLocation()
  const { from, to } = useSignInState()
  const { user } = useSession()
  const challenge = state as Challenge | null
  if (challenge?.mfa_token) return <CodeForm challenge={challenge} from={from} to={to} />
  return <Navigate to={user ? to : '/sign-in'} state={{ from }} replace />
}

function CodeForm({ challenge, from, to }: { challenge: Challenge; from: string | undefined; to: string }) {
  const t = useTexts(signInTexts)
  const shopName = useShopName()
  const { api } = useShop()
  const navigate = useNavigate()
  const arrive = useArrive()
  const [withRecovery, setWithRecovery] = useState(false)
  const { form, errors, message, isPending } = useForm({
    fields: ['code'],
    required: ['code'],
    async send({ code }) {
      try {
        return await api.call(loginMfa, { body: { mfa_token: challenge.mfa_token, code: code.trim() } })
      } catch (error) {
        // The challenge has run out, or was answered in another tab.
        if (error instanceof Problem && error.problem === 'invalid-token') return undefined
        throw error
      }
    },
    done: session =>
      session ? arrive(session, to) : navigate('/sign-in', { replace: true, state: { from, notice: 'code-too-late' } }),
    tell: ({ problem }) =>
      problem === 'invalid-code' ? { fields: { code: withRecovery ? t.wrongRecovery : t.wrongCode } } : undefined,
  })

  // There is but one thing to do here. After the heading's own effect, which takes the focus.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the field is another one then.
  useEffect(() => form.ref.current?.querySelector('input')?.focus(), [withRecovery])

  return (
    <SignInFrame
      title={withRecovery ? t.recoveryTitle : t.codeTitle}
      lead={withRecovery ? t.recoveryLead : t.codeLead(shopName)}
    >
      <FormStack {...form} aria-label={t.codeTitle} key={String(withRecovery)}>
        <FormMessage>{message}</FormMessage>
        <Field
          name="code"
          label={withRecovery ? t.recoveryCode : t.code}
          autoComplete={withRecovery ? 'off' : 'one-time-code'}
          required
          errors={errors}
          slotProps={{
            htmlInput: {
              inputMode: withRecovery ? 'text' : 'numeric',
              maxLength: 40,
              autoCapitalize: 'characters',
              spellCheck: false,
              style: { fontVariantNumeric: 'tabular-nums', letterSpacing: withRecovery ? '0.04em' : '0.2em' },
            },
          }}
        />
        <SubmitButton isPending={isPending}>{t.goOn}</SubmitButton>
      </FormStack>
      <div className="foot">
        <Button onClick={() => setWithRecovery(!withRecovery)} sx={{ ml: -2.75 }}>
          {withRecovery ? t.useApp : t.useRecovery}
        </Button>
        <br />
        <Button component={Link} to="/sign-in" replace state={{ from }} sx={{ ml: -2.75 }}>
          {t.backToSignIn}
        </Button>
      </div>
    </SignInFrame>
  )
}
