import { forgotPassword } from '@shopfleet/contracts'
import { useState } from 'react'
import { Link } from 'react-router'
import { useShop, useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { Field } from '../ui/field.tsx'
import { CheckMail } from './check-mail.tsx'
import { FormMessage, FormStack, SubmitButton } from './form-parts.tsx'
import { SignInFrame } from './frame.tsx'
import { useSignInState } from './return-path.ts'
import { useForm } from './use-form.ts'

export function Component() {
  const t = useTexts(signInTexts)
  const { api } = useShop()
  const { from, email } = useSignInState()
  const [writtenTo, setWrittenTo] = useState<string>()
  const { form, errors, message, isPending } = useForm({
    fields: ['email'],
    required: ['email'],
    send: ({ email }) => api.call(forgotPassword, { body: { email: email.trim() } }),
    done: (_, { email }) => setWrittenTo(email.trim()),
  })
  if (writtenTo) {
    return (
      <CheckMail onOtherAddress={() => setWrittenTo(undefined)} from={from}>
        {t.forgotSent(writtenTo)}
      </CheckMail>
    )
  }
  return (
    <SignInFrame title={t.forgotTitle} lead={t.forgotLead}>
      <FormStack {...form} aria-label={t.forgotTitle}>
        <FormMessage>{message}</FormMessage>
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
        <SubmitButton isPending={isPending}>{t.sendLink}</SubmitButton>
      </FormStack>
      <p className="foot">
        <Link to="/sign-in" state={{ from, email }}>
          {t.backToSignIn}
        </Link>
      </p>
    </SignInFrame>
  )
}
