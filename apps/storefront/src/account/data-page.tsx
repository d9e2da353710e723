import Button from '@mui/material/Button'
import { deleteAccount, exportUser, Problem } from '@shopfleet/contracts'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { tellProblem } from '../problem.ts'
import { type SignedInUser, useSession } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { FormMessage, FormStack, SubmitButton } from '../sign-in/form-parts.tsx'
import { complaint, useForm } from '../sign-in/use-form.ts'
import { accountTexts } from '../texts/account.ts'
import { Field } from '../ui/field.tsx'
import { Icon } from '../ui/icon.tsx'
import { Note } from '../ui/note.tsx'
import { useToast } from '../ui/toast.tsx'
import { AccountFrame, Card, CardHead } from './frame.tsx'
import { forgetBrowser } from './push.ts'
import { ordersQuery } from './queries.ts'
import { saveFile } from './save-file.ts'

export function Component() {
  const t = useTexts(accountTexts)
  return (
    <AccountFrame title={t.data}>
      {user => (
        <>
          <ExportCard />
          <EraseCard user={user} />
        </>
      )}
    </AccountFrame>
  )
}

function ExportCard() {
  const t = useTexts(accountTexts)
  const { api, language } = useShop()
  const toast = useToast()
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => api.call(exportUser, {}),
    onSuccess(all) {
      saveFile(t.exportFile(all.exported_at.slice(0, 10)), JSON.stringify(all, null, 2), 'application/json')
      toast(t.exported)
    },
  })
  return (
    <Card aria-labelledby="export-title">
      <CardHead id="export-title" title={t.exportTitle} text={t.exportText} />
      <FormMessage>{error ? tellProblem(error, language).message : null}</FormMessage>
      <Button
        variant="outlined"
        sx={{ justifySelf: 'start' }}
        startIcon={<Icon name="download" size={20} />}
        aria-disabled={isPending}
        onClick={() => !isPending && mutate()}
      >
        {t.exportButton}
      </Button>
    </Card>
  )
}

function EraseCard({ user }: { user: SignedInUser }) {
  const t = useTexts(accountTexts)
  const shop = useShop()
  const [isAsking, ask] = useState(false)
  const { data } = useInfiniteQuery(ordersQuery(shop, user.id))
  const isWaiting = data?.pages[0]?.items.some(({ status }) => status !== 'delivered' && status !== 'cancelled')
  const begin = useRef<HTMLButtonElement>(null)
  return (
    <Card aria-labelledby="erase-title">
      <CardHead id="erase-title" title={t.eraseTitle} text={t.eraseText} />
      <ul className="quiet" style={{ listStyle: 'disc', paddingLeft: 20, display: 'grid', gap: 6 }}>
        {t.erasePoints.map(point => (
          <li key={point}>{point}</li>
        ))}
      </ul>
      {isWaiting ? <Note kind="warning">{t.eraseOpenOrders}</Note> : null}
      {isAsking ? (
        <EraseForm
          user={user}
          onKeep={() => {
            ask(false)
            requestAnimationFrame(() => begin.current?.focus())
          }}
        />
      ) : (
        <Button ref={begin} variant="outlined" color="error" sx={{ justifySelf: 'start' }} onClick={() => ask(true)}>
          {t.eraseBegin}
        </Button>
      )}
    </Card>
  )
}

function EraseForm({ user, onKeep }: { user: SignedInUser; onKeep: () => void }) {
  const t = useTexts(accountTexts)
  const { api } = useShop()
  const { end } = useSession()
  const navigate = useNavigate()
  const { form, errors, message, isPending } = useForm({
    fields: ['confirmation'],
    required: ['confirmation'],
    async send({ confirmation }) {
      if (confirmation.trim().toLowerCase() !== user.email.toLowerCase()) {
        throw complaint({ confirmation: t.eraseMismatch })
      }
      // A browser that cannot be unsubscribed just now does not keep anybody here.
      await forgetBrowser(api).catch(() => {})
      const { status, headers, body } = await api.send(deleteAccount, {})
      if (status >= 300) throw Problem.fromBody(body) ?? new Error(`deleteAccount answered ${status}`)
      return headers.get('location')?.split('/').at(-1)
    },
    async done(receipt) {
      await navigate(receipt ? `/erased/${receipt}` : '/', { replace: true })
      await end()
    },
    tell: ({ problem }) => (problem === 'last-administrator' ? { message: t.lastAdministrator } : undefined),
  })
  return (
    <FormStack {...form} className="narrow" aria-labelledby="erase-title">
      <FormMessage>{message}</FormMessage>
      <Field
        name="confirmation"
        label={t.emailTitle}
        helperText={t.eraseConfirm(user.email)}
        autoComplete="off"
        autoFocus
        required
        errors={errors}
        slotProps={{ htmlInput: { maxLength: 254, autoCapitalize: 'none', spellCheck: false } }}
      />
      <div className="row">
        <SubmitButton isPending={isPending} size="medium" color="error">
          {t.eraseGo}
        </SubmitButton>
        <Button onClick={onKeep}>{t.eraseKeep}</Button>
      </div>
    </FormStack>
  )
}
