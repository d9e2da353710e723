import { updateProfile } from '@shopfleet/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type SignedInUser, sessionKey } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { FormMessage, FormStack, PasswordField, SubmitButton } from '../sign-in/form-parts.tsx'
import { complaint, useForm } from '../sign-in/use-form.ts'
import { accountTexts } from '../texts/account.ts'
import { Field } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { useToast } from '../ui/toast.tsx'
import { AccountFrame, Card, CardHead } from './frame.tsx'
import { ResendVerification } from './resend-verification.tsx'

export function Component() {
  const t = useTexts(accountTexts)
  return (
    <AccountFrame title={t.profileTitle}>
      {user => (
        <>
          <NameCard user={user} />
          <EmailCard user={user} />
        </>
      )}
    </AccountFrame>
  )
}

function NameCard({ user }: { user: SignedInUser }) {
  const t = useTexts(accountTexts)
  const { api } = useShop()
  const queries = useQueryClient()
  const toast = useToast()
  const { form, errors, message, isPending } = useForm({
    fields: ['first_name', 'last_name'],
    required: ['first_name'],
    send: ({ first_name, last_name }) =>
      api.call(updateProfile, {
        body: {
          first_name: first_name.trim(),
          // What is left out stays; nothing but a space is none.
          last_name: last_name.trim() || ' ',
        },
      }),
    done(changed) {
      queries.setQueryData(sessionKey, changed)
      toast(t.saved)
    },
  })
  return (
    <Card aria-labelledby="name-title">
      <CardHead id="name-title" title={t.nameTitle} />
      <FormStack {...form} className="narrow" aria-labelledby="name-title">
        <FormMessage>{message}</FormMessage>
        <Field
          name="first_name"
          label={t.firstName}
          autoComplete="given-name"
          required
          errors={errors}
          defaultValue={user.first_name ?? ''}
          slotProps={{ htmlInput: { maxLength: 100 } }}
        />
        <Field
          name="last_name"
          label={t.lastName}
          autoComplete="family-name"
          errors={errors}
          defaultValue={user.last_name ?? ''}
          slotProps={{ htmlInput: { maxLength: 100 } }}
        />
        <SubmitButton isPending={isPending} size="medium" sx={{ justifySelf: 'start' }}>
          {t.saveName}
        </SubmitButton>
      </FormStack>
    </Card>
  )
}

function EmailCard({ user }: { user: SignedInUser }) {
  const t = useTexts(accountTexts)
  const { api } = useShop()
  const [writtenTo, setWrittenTo] = useState<string>()
  const { form, errors, message, isPending } = useForm({
    fields: ['email', 'current_password'],
    required: ['email', 'current_password'],
    async send({ email, current_password }) {
      if (email.trim() === user.email) throw complaint({ email: t.sameEmail })
      await api.call(updateProfile, { body: { email: email.trim(), current_password } })
    },
    done(_, { email }) {
      setWrittenTo(email.trim())
      form.ref.current?.reset()
    },
    tell: ({ problem }) =>
      problem === 'wrong-password' ? { fields: { current_password: t.wrongPassword } } : undefined,
  })
  const isConfirmed = user.email_verified_at !== null
  return (
    <Card aria-labelledby="email-title">
      <CardHead id="email-title" title={t.emailTitle} text={t.emailText} />
      <div className="row">
        <span style={{ overflowWrap: 'anywhere' }}>{t.emailNow(user.email)}</span>
        <span className="badge" data-good={isConfirmed}>
          {isConfirmed ? t.confirmed : t.notConfirmed}
        </span>
        {isConfirmed ? null : <ResendVerification email={user.email} inline />}
      </div>
      {writtenTo ? <Note kind="success">{t.emailSent(writtenTo)}</Note> : null}
      <FormStack {...form} className="narrow" aria-labelledby="email-title">
        <FormMessage>{message}</FormMessage>
        <Field
          name="email"
          type="email"
          label={t.newEmail}
          autoComplete="email"
          required
          errors={errors}
          slotProps={{ htmlInput: { maxLength: 254, autoCapitalize: 'none' } }}
        />
        <PasswordField
          name="current_password"
          label={t.currentPassword}
          autoComplete="current-password"
          helperText={t.currentPasswordHelp}
          errors={errors}
        />
        <SubmitButton isPending={isPending} size="medium" sx={{ justifySelf: 'start' }}>
          {t.changeEmail}
        </SubmitButton>
      </FormStack>
    </Card>
  )
}
