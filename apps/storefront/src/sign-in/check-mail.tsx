import Button from '@mui/material/Button'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHead } from '../ui/page-head.tsx'

export interface CheckMailProps {
  children: ReactNode
  from: string | undefined
  onOtherAddress: () => void
}

/** A mail is on its way: what it is, and what to do when it does not come. */
export function CheckMail({ children, from, onOtherAddress }: CheckMailProps) {
  const t = useTexts(signInTexts)
  return (
    <>
      <PageHead title={t.checkMailTitle} />
      <EmptyState
        heading="h1"
        icon="mail"
        title={t.checkMailTitle}
        action={
          <div style={{ display: 'flex', flexWrap: 'wrap', gap: 10, justifyContent: 'center' }}>
            <Button variant="contained" component={Link} to="/sign-in" state={{ from }}>
              {t.backToSignIn}
            </Button>
            <Button onClick={onOtherAddress}>{t.otherAddress}</Button>
          </div>
        }
      >
        <span role="status">{children}</span> {t.mailHint}
      </EmptyState>
    </>
  )
}
