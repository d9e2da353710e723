import Button from '@mui/material/Button'
import { styled } from '@mui/material/styles'
import Typography from '@mui/material/Typography'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, Navigate, useLocation } from 'react-router'
import { type SignedInUser, sessionQuery } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { accountTexts } from '../texts/account.ts'
import { Container } from '../ui/container.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Icon } from '../ui/icon.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { PageHeading } from '../ui/page-heading.tsx'
import { LineSkeleton } from '../ui/skeletons.tsx'
import { AccountNav } from './nav.tsx'

const Columns = styled(Container)(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr)',
  paddingBlock: '28px 72px',
  [theme.breakpoints.up('md')]: {
    gridTemplateColumns: '232px minmax(0, 1fr)',
    gap: 'clamp(40px, 5vw, 88px)',
    paddingBlock: '56px 112px',
  },
  '& > .side': {
    display: 'none',
    [theme.breakpoints.up('md')]: { display: 'block', position: 'sticky', top: 150, alignSelf: 'start' },
  },
  '& .back': {
    display: 'inline-flex',
    alignItems: 'center',
    gap: 4,
    minHeight: 44,
    marginLeft: -6,
    color: theme.vars!.palette.text.secondary,
    textDecoration: 'none',
    [theme.breakpoints.up('md')]: { display: 'none' },
  },
  '& .lead': { color: theme.vars!.palette.text.secondary, marginTop: 10, maxWidth: '60ch', textWrap: 'pretty' },
  '& .body': {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: 28,
    marginTop: 28,
    [theme.breakpoints.up('md')]: { gap: 36, marginTop: 36 },
  },
}))

export interface AccountFrameProps {
  title: string
  lead?: ReactNode
  /** What stands beside the heading. */
  aside?: ReactNode
  /** Where the way back leads, where there is no room for the list of pages; null: this is the first page. */
  back?: { to: string; label: string } | null
  heading?: (user: SignedInUser) => string
  children: (user: SignedInUser) => ReactNode
}

/** The frame of every page of an account: who is not signed in is led to signing in, and back. */
export function AccountFrame({ title, lead, aside, back, heading, children }: AccountFrameProps) {
  const t = useTexts(accountTexts)
  const shop = useShop()
  const { pathname, search } = useLocation()
  const { data: user, error, refetch } = useQuery(sessionQuery(shop))
  if (user === null) return <Navigate to="/sign-in" state={{ from: pathname + search }} replace />

  const { to, label } = back ?? { to: '/account', label: t.account }
  return (
    <>
      <PageHead title={title} />
      <Columns>
        <div className="side">
          <AccountNav />
        </div>
        <div style={{ minWidth: 0 }}>
          {back === null ? null : (
            <Link className="back" to={to}>
              <Icon name="left" size={18} />
              {label}
            </Link>
          )}
          {error && !user ? (
            <EmptyState
              heading="h1"
              icon="alert"
              title={t.failed}
              action={
                <Button variant="contained" onClick={() => void refetch()}>
                  {t.tryAgain}
                </Button>
              }
            >
              {t.failedText}
            </EmptyState>
          ) : (
            <>
              <div style={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '12px 24px' }}>
                <PageHeading style={{ flex: '1 1 auto' }}>{(user && heading?.(user)) || title}</PageHeading>
                {user ? aside : null}
              </div>
              {lead ? (
                <Typography className="lead" variant="subtitle1" component="p">
                  {lead}
                </Typography>
              ) : null}
              <div className="body">{user ? children(user) : <Loading />}</div>
            </>
          )}
        </div>
      </Columns>
    </>
  )
}

/** The shape of what is coming. */
export function Loading({ lines = 5 }: { lines?: number }) {
  const t = useTexts(accountTexts)
  return (
    <div role="status" aria-busy="true" aria-label={t.loading}>
      <LineSkeleton lines={lines} />
    </div>
  )
}

/** A part of a page that could not be had. */
export function Failed({ retry }: { retry: () => void }) {
  const t = useTexts(accountTexts)
  return (
    <EmptyState icon="alert" title={t.failed} action={<Button onClick={retry}>{t.tryAgain}</Button>}>
      {t.failedText}
    </EmptyState>
  )
}

/** A part of a page with a heading of its own. */
export const Card = styled('section')(({ theme }) => ({
  display: 'grid',
  gap: 20,
  padding: 22,
  borderRadius: 20,
  border: `1px solid ${theme.vars!.palette.divider}`,
  minWidth: 0,
  [theme.breakpoints.up('sm')]: { padding: 30 },
  '& .quiet': { color: theme.vars!.palette.text.secondary },
  '& .row': { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '10px 16px' },
  '& .narrow': { maxWidth: 460 },
  // Words to press begin where the words above them do.
  '& .MuiButton-textSizeSmall, & .MuiButton-sizeSmall': { minWidth: 0 },
  '& .badge': {
    display: 'inline-block',
    padding: '4px 10px',
    borderRadius: 999,
    background: theme.vars!.palette.ink.faint,
    fontSize: '0.8125rem',
    fontWeight: 600,
    lineHeight: 1.4,
    verticalAlign: 'middle',
    '&[data-good=true]': {
      background: `color-mix(in srgb, ${theme.vars!.palette.secondary.main} 14%, transparent)`,
      color: theme.vars!.palette.stock.good,
    },
  },
}))

/** Something to press that stands in a sentence. */
export const LinkButton = styled('button')({
  padding: 0,
  border: 0,
  background: 'none',
  color: 'inherit',
  font: 'inherit',
  textDecoration: 'underline',
  textUnderlineOffset: 3,
  cursor: 'pointer',
  minHeight: 24,
})

export interface CardHeadProps {
  id: string
  title: string
  text?: ReactNode
  badge?: ReactNode
}

export function CardHead({ id, title, text, badge }: CardHeadProps) {
  return (
    <header>
      <div className="row">
        <Typography variant="h3" component="h2" id={id}>
          {title}
        </Typography>
        {badge}
      </div>
      {text ? (
        <p className="quiet" style={{ marginTop: 6, maxWidth: '62ch', textWrap: 'pretty' }}>
          {text}
        </p>
      ) : null}
    </header>
  )
}
