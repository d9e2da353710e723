import ArrowBack from '@mui/icons-material/ArrowBack'
import Alert from '@mui/material/Alert'
import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import IconButton from '@mui/material/IconButton'
import Paper from '@mui/material/Paper'
import Skeleton from '@mui/material/Skeleton'
import Stack from '@mui/material/Stack'
import Typography from '@mui/material/Typography'
import { Problem } from '@shopfleet/contracts'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { problemText } from '../problem.ts'
import { usePageTitle } from '../profile.ts'

/** The frame of every page, and the parts pages are made of. */

export interface PageProps {
  title: string
  /** Beside the title: how it stands. */
  badge?: ReactNode
  /** One line under the title. */
  lead?: ReactNode
  back?: { to: string; label: string }
  actions?: ReactNode
  children: ReactNode
}

export function Page({ title, badge, lead, back, actions, children }: PageProps) {
  return (
    <Box sx={{ maxWidth: 1480, mx: 'auto', px: { xs: 2, md: 3 }, py: { xs: 2, md: 3 } }}>
      <title>{usePageTitle(title)}</title>
      <Stack direction="row" sx={{ alignItems: 'flex-start', gap: 1.5, flexWrap: 'wrap', mb: 2.5 }}>
        {back ? (
          <IconButton component={Link} to={back.to} aria-label={back.label} sx={{ ml: -0.75, mt: -0.25 }}>
            <ArrowBack fontSize="small" />
          </IconButton>
        ) : null}
        <Box sx={{ flex: '1 1 240px', minWidth: 0 }}>
          <Stack direction="row" sx={{ alignItems: 'center', gap: 1, flexWrap: 'wrap' }}>
            <Typography variant="h1" sx={{ overflowWrap: 'anywhere' }}>
              {title}
            </Typography>
            {badge}
          </Stack>
          {lead ? (
            <Typography variant="body2" color="textSecondary" sx={{ mt: 0.5 }}>
              {lead}
            </Typography>
          ) : null}
        </Box>
        {actions ? (
          <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
            {actions}
          </Stack>
        ) : null}
      </Stack>
      {children}
    </Box>
  )
}

export interface SectionProps {
  title?: string
  actions?: ReactNode
  /** No space around what is in it: a table. */
  isFlush?: boolean
  children: ReactNode
}

export function Section({ title, actions, isFlush, children }: SectionProps) {
  return (
    <Paper component="section" variant="outlined" sx={{ overflow: 'hidden', minWidth: 0 }} aria-label={title}>
      {title ? (
        <Stack
          direction="row"
          sx={{
            alignItems: 'center',
            gap: 1,
            px: 2,
            pt: 1.5,
            pb: isFlush ? 1.5 : 0.5,
            minHeight: 48,
            flexWrap: 'wrap',
          }}
        >
          <Typography variant="h2" sx={{ flex: 1 }}>
            {title}
          </Typography>
          {actions}
        </Stack>
      ) : null}
      {isFlush ? children : <Box sx={{ px: 2, pb: 2, pt: title ? 0.5 : 2 }}>{children}</Box>}
    </Paper>
  )
}

/** Two columns on a wide screen: what it is about, and what belongs to it. What is long comes last in one column. */
export function Columns({ main, side, last }: { main: ReactNode; side: ReactNode; last?: ReactNode }) {
  return (
    <Box
      sx={{
        ...{ display: 'grid', gap: 2, gridTemplateRows: 'auto 1fr' },
        gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'minmax(0, 1fr) 360px' },
      }}
    >
      <Stack sx={{ gap: 2, minWidth: 0 }}>{main}</Stack>
      <Stack sx={{ gap: 2, minWidth: 0, gridRow: { lg: '1 / span 2' }, gridColumn: { lg: 2 } }}>{side}</Stack>
      {last ? <Box sx={{ minWidth: 0 }}>{last}</Box> : null}
    </Box>
  )
}

export function Empty({ title, hint, action }: { title: string; hint?: ReactNode; action?: ReactNode }) {
  return (
    <Stack sx={{ alignItems: 'center', textAlign: 'center', gap: 1, px: 3, py: 6 }}>
      <Typography variant="h2" component="p">
        {title}
      </Typography>
      {hint ? (
        <Typography variant="body2" color="textSecondary" sx={{ maxWidth: 460 }}>
          {hint}
        </Typography>
      ) : null}
      {action ? <Box sx={{ mt: 1 }}>{action}</Box> : null}
    </Stack>
  )
}

/** Something could not be read. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  if (error instanceof Problem && error.status === 404)
    return <Empty title="There is no such thing" hint="It may have been deleted, or the address is not quite right." />
  return (
    <Alert
      severity="error"
      action={
        retry ? (
          <Button color="inherit" onClick={retry}>
            Try again
          </Button>
        ) : undefined
      }
    >
      {problemText(error)}
    </Alert>
  )
}

export function Loading({ lines = 4 }: { lines?: number }) {
  return (
    <Stack role="status" aria-label="Loading" sx={{ gap: 1, p: 2 }}>
      {Array.from({ length: lines }, (_, i) => (
        <Skeleton key={String(i)} variant="rounded" height={28} width={`${100 - ((i * 17) % 40)}%`} />
      ))}
    </Stack>
  )
}

/** What one knows of something, name by name. */
export function Facts({
  facts,
}: {
  facts: readonly (readonly [name: string, value: ReactNode] | false | undefined)[]
}) {
  return (
    <Box
      component="dl"
      sx={{
        m: 0,
        display: 'grid',
        gridTemplateColumns: 'minmax(96px, auto) minmax(0, 1fr)',
        columnGap: 2,
        rowGap: 0.75,
      }}
    >
      {facts.map(fact =>
        fact ? (
          <Box key={fact[0]} sx={{ display: 'contents' }}>
            <Typography component="dt" variant="body2" color="textSecondary">
              {fact[0]}
            </Typography>
            <Typography component="dd" variant="body2" sx={{ m: 0, overflowWrap: 'anywhere' }}>
              {fact[1] ?? '—'}
            </Typography>
          </Box>
        ) : null,
      )}
    </Box>
  )
}
