import Button from '@mui/material/Button'
import { login, loginMfa, Problem } from '@shopfleet/contracts'
import { useState } from 'react'
import { Navigate, useNavigate, useSearchParams } from 'react-router'
import { api } from '../api.ts'
import { FieldErrors } from '../problem.ts'
import { Field, Form, useForm } from '../ui/form.tsx'
import { DoorFrame } from './frame.tsx'
import { beginSession, useSession } from './session.ts'

/** Of the answer to signing in; its tokens are in cookies. */
type Begun = Parameters<typeof beginSession>[0]

/** Only ways within the panel: a link to it must not lead elsewhere. */
const ownPath = (path: string | null) => (path && /^\/(?![/\\])/.test(path) ? path : '/')

export function SignInPage() {
  const [search] = useSearchParams()
  const navigate = useNavigate()
  const { me } = useSession()
  const [challenge, setChallenge] = useState<string | undefined>()
  const to = ownPath(search.get('from'))
  if (me) return <Navigate to={to} replace />

  function arrive(begun: Begun) {
    beginSession(begun)
    void navigate(begun.mfa_enrolment_required ? '/enrol' : to, { replace: true })
  }
  return challenge === undefined ? (
    <PasswordForm onBegun={arrive} onChallenge={setChallenge} />
  ) : (
    <CodeForm challenge={challenge} onBegun={arrive} onOver={() => setChallenge(undefined)} />
  )
}

function PasswordForm({
  onBegun,
  onChallenge,
}: {
  onBegun: (begun: Begun) => void
  onChallenge: (token: string) => void
}) {
  const form = useForm({
    initial: { email: '', password: '' },
    async send({ email, password }) {
      const missing = {
        ...(email ? {} : { email: 'Your e-mail address.' }),
        ...(password ? {} : { password: 'Your password.' }),
      }
      if (Object.keys(missing).length > 0) throw new FieldErrors(missing)
      try {
        return await api.call(login, { body: { email: email.trim(), password } })
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        if (error.problem === 'mfa-required') return onChallenge(error.extra.mfa_token as string)
        if (error.problem === 'invalid-credentials') throw new FieldErrors({ password: 'E-mail or password is wrong.' })
        throw error
      }
    },
    done: begun => begun && onBegun(begun),
  })
  return (
    <DoorFrame title="Sign in" lead="The back office of the shop, for staff.">
      <Form form={form} label="Sign in" act="Sign in">
        <Field form={form} name="email" label="E-mail address" type="email" autoComplete="username" autoFocus />
        <Field form={form} name="password" label="Password" type="password" autoComplete="current-password" />
      </Form>
    </DoorFrame>
  )
}

function CodeForm({
  challenge,
  onBegun,
  onOver,
}: {
  challenge: string
  onBegun: (begun: Begun) => void
  onOver: () => void
}) {
  const form = useForm({
    initial: { code: '' },
    async send({ code }) {
      try {
        return await api.call(loginMfa, { body: { mfa_token: challenge, code: code.trim() } })
      } catch (error) {
        if (error instanceof Problem && error.problem === 'invalid-code')
          throw new FieldErrors({ code: 'The code is wrong, or was used before.' })
        if (error instanceof Problem && error.problem === 'invalid-token') return onOver()
        throw error
      }
    },
    done: begun => begun && onBegun(begun),
  })
  return (
    <DoorFrame
      title="Your second factor"
      lead="The code your authenticator app shows now, or one of your recovery codes."
    >
      <Form form={form} label="Second factor" act="Go on" more={<Button onClick={onOver}>Back</Button>}>
        <Field
          form={form}
          name="code"
          label="Code"
          autoComplete="one-time-code"
          autoFocus
          slotProps={{ htmlInput: { maxLength: 40 } }}
        />
      </Form>
    </DoorFrame>
  )
}
