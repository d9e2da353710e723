import Button from '@mui/material/Button'
import { changePassword, forgotPassword } from '@shopfleet/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { tellProblem } from '../problem.ts'
import type { SignedInUser } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { FormMessage, FormStack, PasswordField, PasswordRules, SubmitButton, UserName } from '../sign-in/form-parts.tsx'
import { useForm } from '../sign-in/use-form.ts'
import { accountTexts } from '../texts/account.ts'
import { useToast } from '../ui/toast.tsx'
import { DevicesCard } from './devices.tsx'
import { AccountFrame, Card, CardHead, Failed, LinkButton, Loading } from './frame.tsx'
import { devicesKey, factorQuery } from './queries.ts'

export function Component() {
  const t = useTexts(accountTexts)
  return (
    <AccountFrame title={t.securityTitle}>
      {user => (
        <>
          <PasswordCard user={user} />
          <FactorCard />
          <DevicesCard />
        </>
      )}
    </AccountFrame>
  )
}

function PasswordCard({ user }: { user: SignedInUser }) {
  const t = useTexts(accountTexts)
  const { api, queries, language } = useShop()
  const toast = useToast()
  const [password, setPassword] = useState('')
  const { form, errors, message, isPending } = useForm({
    fields: ['current_password', 'password'],
    required: ['current_password', 'password'],
    send: ({ current_password, password }) => api.call(changePassword, { body: { current_password, password } }),
    done() {
      form.ref.current?.reset()
      setPassword('')
      toast(t.passwordChanged)
      void queries.invalidateQueries({ queryKey: devicesKey })
    },
    tell: ({ problem }) =>
      problem === 'wrong-password' ? { fields: { current_password: t.wrongPassword } } : undefined,
  })
  const { mutate: sendLink, isPending: isSending } = useMutation({
    mutationFn: () => api.call(forgotPassword, { body: { email: user.email } }),
    onSuccess: () => toast(t.linkSent(user.email)),
    onError: error => toast(tellProblem(error, language).message, { kind: 'bad' }),
  })
  return (
    <Card aria-labelledby="password-title">
      <CardHead id="password-title" title={t.passwordTitle} text={t.passwordText} />
      <FormStack
        {...form}
        className="narrow"
        aria-labelledby="password-title"
        onInput={event => {
          form.onInput(event)
          const { name, value } = event.target as HTMLInputElement
          if (name === 'password') setPassword(value)
        }}
      >
        <FormMessage>{message}</FormMessage>
        <UserName email={user.email} />
        <PasswordField name="current_password" label={t.oldPassword} autoComplete="current-password" errors={errors} />
        <PasswordField
          name="password"
          label={t.newPassword}
          autoComplete="new-password"
          errors={errors}
          describedBy="password-rules"
        />
        <PasswordRules id="password-rules" password={password} email={user.email} />
        <SubmitButton isPending={isPending} size="medium" sx={{ justifySelf: 'start' }}>
          {t.changePassword}
        </SubmitButton>
      </FormStack>
      <p className="quiet">
        {t.noPassword}{' '}
        <LinkButton type="button" aria-disabled={isSending} onClick={() => !isSending && sendLink()}>
          {t.sendLink}
        </LinkButton>
      </p>
    </Card>
  )
}

function FactorCard() {
  const t = useTexts(accountTexts)
  const shop = useShop()
  const { data, error, refetch } = useQuery(factorQuery(shop))
  const badge = data ? (
    <span className="badge" data-good={data.enabled}>
      {data.enabled ? t.factorOn : t.factorOff}
    </span>
  ) : null
  return (
    <Card aria-labelledby="factor-title">
      <CardHead
        id="factor-title"
        title={t.factorTitle}
        badge={badge}
        text={data?.enabled ? undefined : t.factorOffText}
      />
      {data ? (
        <>
          {data.enabled ? (
            <p className="quiet">
              {t.factorOnText(data.recovery_codes_left)} {data.recovery_codes_left < 4 ? t.fewCodes : null}
            </p>
          ) : null}
          <Button
            variant={data.enabled ? 'outlined' : 'contained'}
            component={Link}
            to="/account/security/second-factor"
            sx={{ justifySelf: 'start' }}
          >
            {data.enabled ? t.factorManage : t.factorSetUp}
          </Button>
        </>
      ) : error ? (
        <Failed retry={() => void refetch()} />
      ) : (
        <Loading lines={2} />
      )}
    </Card>
  )
}
