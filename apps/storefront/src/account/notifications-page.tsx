import { styled } from '@mui/material/styles'
import { type NotificationPreferences, updateNotificationPreferences } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { languageNames, languages } from '../language.ts'
import { tellProblem } from '../problem.ts'
import { useShop, useTexts } from '../shop.tsx'
import { FormMessage, FormStack, SubmitButton } from '../sign-in/form-parts.tsx'
import { complaint, useForm } from '../sign-in/use-form.ts'
import { accountTexts } from '../texts/account.ts'
import { Field } from '../ui/field.tsx'
import { useToast } from '../ui/toast.tsx'
import { AccountFrame, Card, CardHead, Failed, Loading } from './frame.tsx'
import { PushCard } from './push-card.tsx'
import { preferencesKey, preferencesQuery } from './queries.ts'
import { SwitchRow } from './switch-row.tsx'

export function Component() {
  const t = useTexts(accountTexts)
  return (
    <AccountFrame title={t.notifications} lead={t.notificationsLead}>
      {() => <Preferences />}
    </AccountFrame>
  )
}

/** Changes what is given at once on the screen, and takes it back where the platform refuses. */
function useChange() {
  const { api, language } = useShop()
  const queries = useQueryClient()
  const toast = useToast()
  const t = useTexts(accountTexts)
  return async (change: Partial<NotificationPreferences>): Promise<void> => {
    // Waited for only where there is something to stop: a switch must move when it is pressed.
    if (queries.isFetching({ queryKey: preferencesKey })) await queries.cancelQueries({ queryKey: preferencesKey })
    const before = queries.getQueryData<NotificationPreferences>(preferencesKey)
    queries.setQueryData<NotificationPreferences>(preferencesKey, known => known && { ...known, ...change })
    try {
      queries.setQueryData(preferencesKey, await api.call(updateNotificationPreferences, { body: change }))
      toast(t.saved)
    } catch (error) {
      queries.setQueryData(preferencesKey, before)
      toast(tellProblem(error, language).message || t.failed, { kind: 'bad' })
    }
  }
}

const Choices = styled('div')(({ theme }) => ({
  display: 'inline-grid',
  gridAutoFlow: 'column',
  justifySelf: 'start',
  padding: 4,
  borderRadius: 999,
  background: theme.vars!.palette.ink.faint,
  '& label': {
    display: 'grid',
    placeItems: 'center',
    minHeight: 40,
    padding: '0 20px',
    borderRadius: 999,
    fontWeight: 550,
    cursor: 'pointer',
    '&:has(:checked)': {
      background: theme.vars!.palette.primary.main,
      color: theme.vars!.palette.primary.contrastText,
    },
    '&:has(:focus-visible)': { outline: `2px solid ${theme.vars!.palette.secondary.main}`, outlineOffset: 2 },
  },
  '& input': { position: 'absolute', opacity: 0, pointerEvents: 'none' },
}))

function Preferences() {
  const t = useTexts(accountTexts)
  const shop = useShop()
  const { data, error, refetch } = useQuery(preferencesQuery(shop))
  const change = useChange()
  if (!data) return error ? <Failed retry={() => void refetch()} /> : <Loading lines={8} />
  return (
    <>
      <Card aria-labelledby="language-title">
        <CardHead id="language-title" title={t.language} text={t.languageText} />
        <Choices role="radiogroup" aria-labelledby="language-title">
          {languages.map(one => (
            <label key={one}>
              <input
                type="radio"
                name="locale"
                value={one}
                checked={data.locale === one}
                onChange={() => void change({ locale: one })}
              />
              {languageNames[one]}
            </label>
          ))}
        </Choices>
      </Card>
      <Card aria-labelledby="email-title">
        <CardHead id="email-title" title={t.byEmail} />
        <div>
          <SwitchRow
            label={t.emailUpdates}
            checked={data.email_order_updates}
            onChange={is => void change({ email_order_updates: is })}
          />
          <SwitchRow
            label={t.emailWishlist}
            text={t.emailWishlistText}
            checked={data.email_wishlist}
            onChange={is => void change({ email_wishlist: is })}
          />
          <SwitchRow
            label={t.cartReminders}
            text={t.cartRemindersText}
            checked={data.cart_reminders}
            onChange={is => void change({ cart_reminders: is })}
          />
          <SwitchRow
            label={t.emailNews}
            text={t.emailNewsText}
            checked={data.email_news}
            onChange={is => void change({ email_news: is })}
          />
        </div>
      </Card>
      <SmsCard data={data} change={change} />
      <PushCard isOn={data.push_order_updates} change={change} />
    </>
  )
}

interface CardProps {
  data: NotificationPreferences
  change(change: Partial<NotificationPreferences>): Promise<void>
}

/** What people put between the digits of a number. */
const withoutSpaces = (phone: string) => phone.replace(/[\s()/.-]/g, '')

function SmsCard({ data, change }: CardProps) {
  const t = useTexts(accountTexts)
  const { api } = useShop()
  const queries = useQueryClient()
  const toast = useToast()
  const [isWanted, setWanted] = useState(false)
  const { form, errors, message, isPending } = useForm({
    fields: ['phone'],
    async send({ phone }) {
      const number = withoutSpaces(phone)
      if (number === '' && isWanted) throw complaint({ phone: t.phoneNeeded })
      // Without a number nothing can be sent to it.
      const body =
        number === ''
          ? { phone: null, sms_order_updates: false }
          : { phone: number, ...(isWanted ? { sms_order_updates: true } : {}) }
      return api.call(updateNotificationPreferences, { body })
    },
    done(saved) {
      queries.setQueryData(preferencesKey, saved)
      setWanted(false)
      toast(t.saved)
    },
    tell: problem =>
      problem.errors?.some(({ detail }) => /pattern|null|union/i.test(detail))
        ? { fields: { phone: t.phoneWrong } }
        : undefined,
  })
  function toggle(is: boolean) {
    if (data.phone !== null) return void change({ sms_order_updates: is })
    // First a number: it is switched on together with it.
    setWanted(is)
    if (is) form.ref.current?.querySelector('input')?.focus()
  }
  return (
    <Card aria-labelledby="sms-title">
      <CardHead id="sms-title" title={t.bySms} />
      <SwitchRow label={t.smsUpdates} checked={data.sms_order_updates || isWanted} onChange={toggle} />
      <FormStack {...form} className="narrow" aria-labelledby="sms-title">
        <FormMessage>{message}</FormMessage>
        <Field
          name="phone"
          type="tel"
          label={t.phone}
          autoComplete="tel"
          helperText={isWanted ? t.phoneNeeded : t.phoneHelp}
          errors={errors}
          defaultValue={data.phone ?? ''}
          slotProps={{ htmlInput: { maxLength: 40 } }}
        />
        <SubmitButton isPending={isPending} size="medium" variant="outlined" sx={{ justifySelf: 'start' }}>
          {t.savePhone}
        </SubmitButton>
      </FormStack>
    </Card>
  )
}
