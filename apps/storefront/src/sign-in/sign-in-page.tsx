import { login } from '@shopfleet/contracts'
import { Link, Navigate, useNavigate } from 'react-router'
import { useSession } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { Field } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { useArrive } from './arrive.ts'
import { isChallenge, sessionOrChallenge } from './challenge.ts'
import { ExternalButton } from './external-button.tsx'
import { FormMessage, FormStack, PasswordField, SubmitButton } from './form-parts.tsx'
import { SignInFrame } from './frame.tsx'
import { methodsLoader } from './methods.ts'
import { useSignInState } from './return-path.ts'
import { SendAgain } from './send-again.tsx'
import { useForm } from './use-form.ts'

export const loader = methodsLoader

export function Component() {
  const t = useTexts(signInTexts)
  const { api } = useShop()
  const { user } = useSession()
  const navigate = useNavigate()
  const { to, from, email, notice } = useSignInState()
  const arrive = useArrive()
  const { form, errors, message, problem, refused, isPending, isDone } = useForm({
    fields: ['email', 'password'],
    required: ['email', 'password'],
    send: ({ email, password }) => sessionOrChallenge(api.call(login, { body: { email: email.trim(), password } })),
    done: answer =>
      isChallenge(answer) ? navigate('/sign-in/code', { state: { ...answer, from } }) : arrive(answer, to),
    tell({ problem }) {
      if (problem === 'invalid-credentials') return { message: t.wrongCredentials }
      return problem === 'too-many-requests' ? { message: t.tooManyTries } : undefined
    },
  })
  // Whoever signs in here is led on by that itself, perhaps to something that is asked of them first.
  if (user && !isPending && !isDone) return <Navigate to={to} replace />

  const notices = { 'password-set': t.passwordSet, 'code-too-late': t.codeTooLate }
  return (
    <SignInFrame title={t.signInTitle} lead={from ? t.toContinue : t.signInLead} withBenefits>
      {notice ? (
        <Note kind={notice === 'password-set' ? 'success' : 'warning'} role="status">
          {notices[notice]}
        </Note>
      ) : null}
      <FormStack {...form} aria-label={t.signIn}>
        {problem?.problem === 'email-not-verified' ? (
          <SendAgain key={refused!.email} email={refused!.email.trim()} />
        ) : (
          <FormMessage>{message}</FormMessage>
        )}
        <Field
          name="email"
          type="email"
          label={t.email}
          autoComplete="username"
          required
          errors={errors}
          defaultValue={email}
          slotProps={{ htmlInput: { maxLength: 254, autoCapitalize: 'none' } }}
        />
        <PasswordField name="password" label={t.password} autoComplete="current-password" errors={errors} />
        <Link to="/forgot-password" state={{ from, email: refused?.email ?? email }} style={{ justifySelf: 'start' }}>
          {t.forgot}
        </Link>
        <SubmitButton isPending={isPending}>{t.signIn}</SubmitButton>
        <noscript>{t.needsScript}</noscript>
      </FormStack>
      <ExternalButton to={to} />
      <p className="foot">
        {t.newHere}{' '}
        <Link to="/register" state={{ from, email: refused?.email ?? email }}>
          {t.createAccount}
        </Link>
      </p>
    </SignInFrame>
  )
}
