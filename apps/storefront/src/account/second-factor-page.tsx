import Button from '@mui/material/Button'
import { confirmMfa, disableMfa, enrolMfa, type ReplyOf } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { useShopName } from '../profile.ts'
import { type SignedInUser, sessionKey } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { FormMessage, FormStack, PasswordField, SubmitButton, UserName } from '../sign-in/form-parts.tsx'
import { ownPath } from '../sign-in/return-path.ts'
import { useForm } from '../sign-in/use-form.ts'
import { accountTexts } from '../texts/account.ts'
import { Field } from '../ui/field.tsx'
import { Note } from '../ui/note.tsx'
import { useToast } from '../ui/toast.tsx'
import { CopyButton } from './copy-button.tsx'
import { AccountFrame, Card, CardHead, Failed, Loading } from './frame.tsx'
import { factorKey, factorQuery } from './queries.ts'
import { RecoveryCodes } from './recovery-codes.tsx'

/** Signing in asks for a code of an authenticator app besides the password: set up here, in three steps, or switched off. */
export function Component() {
  const t = useTexts(accountTexts)
  return (
    <AccountFrame title={t.factorTitle} lead={t.factorLead} back={{ to: '/account/security', label: t.security }}>
      {user => <SecondFactor user={user} />}
    </AccountFrame>
  )
}

type Enrolled = ReplyOf<typeof enrolMfa>
type Step = { at: 'start' } | { at: 'scan'; enrolled: Enrolled } | { at: 'codes'; codes: string[] }

function SecondFactor({ user }: { user: SignedInUser }) {
  const t = useTexts(accountTexts)
  const shop = useShop()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const toast = useToast()
  const { state } = useLocation()
  const required = (state as { isRequired?: boolean; to?: string } | null) ?? {}
  const [step, setStep] = useState<Step>({ at: 'start' })
  const { data, error, refetch } = useQuery(factorQuery(shop))

  async function finish() {
    // What staff may do changes with it.
    await queries.invalidateQueries({ queryKey: sessionKey })
    await queries.invalidateQueries({ queryKey: factorKey })
    await navigate((required.isRequired && ownPath(required.to)) || '/account/security')
    toast(t.factorIsOn)
  }

  if (step.at === 'codes') return <Codes codes={step.codes} email={user.email} onDone={() => void finish()} />
  if (!data) return error ? <Failed retry={() => void refetch()} /> : <Loading lines={3} />
  if (data.enabled) return <SwitchOff user={user} />
  return (
    <>
      {required.isRequired ? <Note kind="warning">{t.factorRequired}</Note> : null}
      {step.at === 'start' ? (
        <Start user={user} onEnrolled={enrolled => setStep({ at: 'scan', enrolled })} />
      ) : (
        <Scan enrolled={step.enrolled} onConfirmed={codes => setStep({ at: 'codes', codes })} />
      )}
    </>
  )
}

function Start({ user, onEnrolled }: { user: SignedInUser; onEnrolled: (enrolled: Enrolled) => void }) {
  const t = useTexts(accountTexts)
  const { api } = useShop()
  const { form, errors, message, isPending } = useForm({
    fields: ['current_password'],
    send: ({ current_password }) => api.call(enrolMfa, { body: current_password === '' ? {} : { current_password } }),
    done: onEnrolled,
    tell({ problem }) {
      if (problem === 'wrong-password') return { fields: { current_password: t.wrongPassword } }
      return problem === 'already-exists' ? { message: t.factorChanged } : undefined
    },
  })
  return (
    <Card aria-labelledby="step-title">
      <CardHead id="step-title" title={t.factorStart} badge={<span className="badge">{t.step(1)}</span>} />
      <FormStack {...form} className="narrow" aria-labelledby="step-title">
        <FormMessage>{message}</FormMessage>
        <UserName email={user.email} />
        <PasswordField
          name="current_password"
          label={t.currentPassword}
          autoComplete="current-password"
          required={false}
          helperText={t.factorNoPassword}
          errors={errors}
        />
        <SubmitButton isPending={isPending} size="medium" sx={{ justifySelf: 'start' }}>
          {t.factorBegin}
        </SubmitButton>
      </FormStack>
    </Card>
  )
}

function Scan({ enrolled, onConfirmed }: { enrolled: Enrolled; onConfirmed: (codes: string[]) => void }) {
  const t = useTexts(accountTexts)
  const { api } = useShop()
  const { form, errors, message, isPending } = useForm({
    fields: ['code'],
    required: ['code'],
    send: ({ code }) => api.call(confirmMfa, { body: { code: code.trim() } }),
    done: ({ recovery_codes }) => onConfirmed(recovery_codes),
    tell: ({ problem }) => (problem === 'invalid-code' ? { fields: { code: t.wrongCode } } : undefined),
  })
  const spaced = enrolled.secret.match(/.{1,4}/g)!.join(' ')
  return (
    <Card aria-labelledby="step-title">
      <CardHead
        id="step-title"
        title={t.factorScan(useShopName())}
        text={t.factorScanText}
        badge={<span className="badge">{t.step(2)}</span>}
      />
      <div>
        <p className="quiet">{t.factorSecret}</p>
        <p className="row">
          <code style={{ fontSize: '1.125rem', letterSpacing: '.04em', overflowWrap: 'anywhere' }}>{spaced}</code>
          <CopyButton text={enrolled.secret} />
        </p>
        <Button size="small" component="a" href={enrolled.otpauth_url} sx={{ ml: -1.75 }}>
          {t.openApp}
        </Button>
      </div>
      <FormStack {...form} className="narrow" aria-labelledby="step-title">
        <FormMessage>{message}</FormMessage>
        <Field
          name="code"
          label={t.factorCode}
          autoComplete="one-time-code"
          required
          autoFocus
          errors={errors}
          slotProps={{
            htmlInput: { inputMode: 'numeric', maxLength: 10, style: { letterSpacing: '0.2em' } },
          }}
        />
        <SubmitButton isPending={isPending} size="medium" sx={{ justifySelf: 'start' }}>
          {t.factorConfirm}
        </SubmitButton>
      </FormStack>
    </Card>
  )
}

function Codes({ codes, email, onDone }: { codes: string[]; email: string; onDone: () => void }) {
  const t = useTexts(accountTexts)
  return (
    <Card aria-labelledby="step-title">
      <CardHead
        id="step-title"
        title={t.codesTitle}
        text={t.codesText}
        badge={<span className="badge">{t.step(3)}</span>}
      />
      <RecoveryCodes codes={codes} email={email} onDone={onDone} />
    </Card>
  )
}

function SwitchOff({ user }: { user: SignedInUser }) {
  const t = useTexts(accountTexts)
  const { api } = useShop()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const toast = useToast()
  const { form, errors, message, isPending } = useForm({
    fields: ['current_password', 'code'],
    required: ['code'],
    send: ({ current_password, code }) =>
      api.call(disableMfa, {
        body: { code: code.trim(), ...(current_password === '' ? {} : { current_password }) },
      }),
    async done() {
      await queries.invalidateQueries({ queryKey: factorKey })
      await navigate('/account/security')
      toast(t.factorIsOff)
    },
    tell({ problem }) {
      if (problem === 'wrong-password') return { fields: { current_password: t.wrongPassword } }
      return problem === 'invalid-code' ? { fields: { code: t.wrongCode } } : undefined
    },
  })
  return (
    <Card aria-labelledby="off-title">
      <CardHead id="off-title" title={t.factorOffTitle} text={t.factorOffLead} />
      <FormStack {...form} className="narrow" aria-labelledby="off-title">
        <FormMessage>{message}</FormMessage>
        <UserName email={user.email} />
        <PasswordField
          name="current_password"
          label={t.currentPassword}
          autoComplete="current-password"
          required={false}
          helperText={t.factorNoPassword}
          errors={errors}
        />
        <Field
          name="code"
          label={t.factorAnyCode}
          autoComplete="one-time-code"
          required
          errors={errors}
          slotProps={{ htmlInput: { maxLength: 40, autoCapitalize: 'characters', spellCheck: false } }}
        />
        <SubmitButton isPending={isPending} size="medium" color="error" sx={{ justifySelf: 'start' }}>
          {t.factorSwitchOff}
        </SubmitButton>
      </FormStack>
    </Card>
  )
}
