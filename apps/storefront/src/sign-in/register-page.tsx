import { Problem, register, signUp } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, Navigate } from 'react-router'
import { useSession } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { Field } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { useToast } from '../ui/toast.tsx'
import { type Begun, useArrive } from './arrive.ts'
import { CheckMail } from './check-mail.tsx'
import { ExternalButton } from './external-button.tsx'
import { FormMessage, FormStack, PasswordField, PasswordRules, SubmitButton } from './form-parts.tsx'
import { SignInFrame } from './frame.tsx'
import { methodsLoader, methodsQuery } from './methods.ts'
import { useSignInState } from './return-path.ts'
import { useForm } from './use-form.ts'

export const loader = methodsLoader

export function Component() {
  const t = useTexts(signInTexts)
  const shop = useShop()
  const { user } = useSession()
  const toast = useToast()
  const { to, from, email } = useSignInState()
  const { data: methods } = useQuery(methodsQuery(shop))
  const arrive = useArrive()
  const [typed, setTyped] = useState({ email: email ?? '', password: '' })
  const [writtenTo, setWrittenTo] = useState<string>()

  const { form, errors, message, problem, refused, isPending, isDone } = useForm({
    fields: ['name', 'email', 'password'],
    required: ['email', 'password'],
    async send({ name, email, password }): Promise<Begun | undefined> {
      const body = { email: email.trim(), password, ...(name.trim() ? { name: name.trim() } : {}) }
      if (methods?.open_registration !== false) {
        try {
          return await shop.api.call(register, { body })
        } catch (error) {
          // Not known before, or changed since: this shop registers by mail.
          if (!(error instanceof Problem) || error.problem !== 'forbidden') throw error
        }
      }
      await shop.api.call(signUp, { body })
      return undefined
    },
    async done(session, { email }) {
      if (!session) return setWrittenTo(email.trim())
      await arrive(session, to)
      toast(`${t.welcome(session.user.first_name ?? '')} ${t.confirmSoon(session.user.email)}`)
    },
    tell: ({ problem }) => (problem === 'email-taken' ? { fields: { email: t.emailTaken } } : undefined),
  })

  // Whoever signs in here is led on by that itself, perhaps to something that is asked of them first.
  if (user && !isPending && !isDone) return <Navigate to={to} replace />
  if (writtenTo) {
    return (
      <CheckMail onOtherAddress={() => setWrittenTo(undefined)} from={from}>
        {t.signUpSent(writtenTo)}
      </CheckMail>
    )
  }
  return (
    <SignInFrame title={t.registerTitle} lead={t.registerLead} withBenefits>
      <FormStack
        {...form}
        aria-label={t.registerTitle}
        onInput={event => {
          form.onInput(event)
          const { name, value } = event.target as HTMLInputElement
          if (name === 'email' || name === 'password') setTyped(known => ({ ...known, [name]: value }))
        }}
      >
        <FormMessage>{message}</FormMessage>
        {problem?.problem === 'email-taken' ? (
          <Note>
            {t.emailTaken}{' '}
            <Link to="/sign-in" state={{ from, email: refused?.email }}>
              {t.signInInstead}
            </Link>
            {' · '}
            <Link to="/forgot-password" state={{ from, email: refused?.email }}>
              {t.forgot}
            </Link>
          </Note>
        ) : null}
        <Field
          name="name"
          label={t.name}
          autoComplete="name"
          errors={errors}
          helperText={t.nameHelp}
          slotProps={{ htmlInput: { maxLength: 200 } }}
        />
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
        <PasswordField
          name="password"
          label={t.password}
          autoComplete="new-password"
          errors={errors}
          describedBy="password-rules"
        />
        <PasswordRules id="password-rules" password={typed.password} email={typed.email} />
        <SubmitButton isPending={isPending}>{t.register}</SubmitButton>
        <noscript>{t.needsScript}</noscript>
      </FormStack>
      <ExternalButton to={to} />
      <p className="foot">
        {t.haveAccount}{' '}
        <Link to="/sign-in" state={{ from, email: refused?.email ?? email }}>
          {t.signIn}
        </Link>
      </p>
    </SignInFrame>
  )
}
