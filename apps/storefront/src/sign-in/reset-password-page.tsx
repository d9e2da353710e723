import Button from '@mui/material/Button'
import { resetPassword } from '@shopfleet/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { forgetSession } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { FormMessage, FormStack, PasswordField, PasswordRules, SubmitButton } from './form-parts.tsx'
import { SignInFrame } from './frame.tsx'
import { useForm } from './use-form.ts'

export function Component() {
  const t = useTexts(signInTexts)
  const { api } = useShop()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const token = search.get('token') ?? ''
  const [password, setPassword] = useState('')
  const { form, errors, message, problem, isPending } = useForm({
    fields: ['password'],
    required: ['password'],
    send: ({ password }) => api.call(resetPassword, { body: { token, password } }),
    async done() {
      // Every session of the account has ended; one in this browser, too.
      forgetSession(queries)
      await navigate('/sign-in', { replace: true, state: { notice: 'password-set' } })
    },
  })
  const isDead =
    problem?.problem === 'invalid-link' || (problem?.errors ?? []).some(({ pointer }) => pointer === '/token')
  if (isDead || token === '') {
    const action = (
      <Button variant="contained" component={Link} to="/forgot-password" replace>
        {t.sendNewLink}
      </Button>
    )
    return (
      <>
        <PageHead title={t.linkDead} />
        <EmptyState heading="h1" icon="clock" title={t.linkDead} action={action}>
          {t.linkDeadText}
        </EmptyState>
      </>
    )
  }
  return (
    <SignInFrame title={t.resetTitle} lead={t.resetLead}>
      <FormStack
        {...form}
        aria-label={t.resetTitle}
        onInput={event => {
          form.onInput(event)
          setPassword((event.target as HTMLInputElement).value)
        }}
      >
        <FormMessage>{message}</FormMessage>
        <PasswordField
          name="password"
          label={t.newPassword}
          autoComplete="new-password"
          errors={errors}
          describedBy="password-rules"
        />
        <PasswordRules id="password-rules" password={password} email="" />
        <SubmitButton isPending={isPending}>{t.setPassword}</SubmitButton>
      </FormStack>
    </SignInFrame>
  )
}
