import Box from '@mui/material/Box'
import Chip from '@mui/material/Chip'
import MuiLink from '@mui/material/Link'
import Stack from '@mui/material/Stack'
import Typography from '@mui/material/Typography'
import type { Order } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { moment } from '../formats.ts'
import { useMay } from '../session/session.ts'
import { Loading, Section } from '../ui/page.tsx'
import {
  type Kind,
  kinds,
  ofAudit,
  ofDeliveries,
  ofMessages,
  ofPayments,
  ofRefunds,
  ofReservation,
  ofSteps,
} from './happenings.ts'
import {
  auditQuery,
  deliveriesQuery,
  messagesQuery,
  paymentsQuery,
  refundsQuery,
  reservationQuery,
  stepsQuery,
  timelineQuery,
} from './order-queries.ts'

/**
 * Everything that happened to an order, the newest first: gathered here from what each service keeps, so whatever cannot be
 * had is named and the rest is shown.
 */
export function OrderTimeline({ order }: { order: Order }) {
  const [mayPayments, mayAdmin] = [useMay('payments'), useMay('admin')]
  const [only, setOnly] = useState<Kind | undefined>()
  const { id } = order
  const steps = useQuery(timelineQuery(id))
  const stock = useQuery(reservationQuery(id))
  const refunds = useQuery(refundsQuery(id))
  const payments = useQuery({ ...paymentsQuery(id), enabled: mayPayments })
  const money = useQuery({ ...stepsQuery(id), enabled: mayPayments })
  const messages = useQuery(messagesQuery(id))
  const deliveries = useQuery({ ...deliveriesQuery(id), enabled: mayAdmin })
  const targets = [id, ...(payments.data ?? []).map(payment => payment.id)]
  const audit = useQuery({ ...auditQuery(id, targets), enabled: mayAdmin })
  const away = [
    steps.error && 'its steps',
    stock.error && 'its stock',
    refunds.error && 'refunds',
    money.error && 'payments',
    messages.error && 'messages',
    deliveries.error && 'webhooks',
    audit.error && 'what staff did',
  ].filter(Boolean)
  const hidden = [!mayPayments && 'payments', !mayAdmin && 'webhooks and what staff did'].filter(Boolean)
  const all = [
    ...ofSteps(steps.data ?? []),
    ...ofReservation(stock.data ?? null),
    ...ofRefunds(refunds.data ?? []),
    ...ofPayments(money.data ?? []),
    ...ofMessages(messages.data ?? []),
    ...ofDeliveries(deliveries.data ?? []),
    ...ofAudit(audit.data ?? []),
  ].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
  const shown = all.filter(({ kind }) => only === undefined || kind === only)
  return (
    <Section
      title="What happened"
      actions={
        <Stack direction="row" role="group" aria-label="Kinds" sx={{ gap: 0.5, flexWrap: 'wrap' }}>
          {kinds.map(kind => (
            <Chip
              key={kind}
              size="small"
              label={kind}
              variant={only === kind ? 'filled' : 'outlined'}
              color={only === kind ? 'primary' : 'default'}
              aria-pressed={only === kind}
              onClick={() => setOnly(only === kind ? undefined : kind)}
            />
          ))}
        </Stack>
      }
    >
      {away.length > 0 ? (
        <Typography variant="body2" color="error" sx={{ mb: 1 }}>
          Not to be had just now: {away.join(', ')}.
        </Typography>
      ) : null}
      {hidden.length > 0 ? (
        <Typography variant="body2" color="textSecondary" sx={{ mb: 1 }}>
          Your role does not show you {hidden.join(', ')}.
        </Typography>
      ) : null}
      {steps.isPending ? <Loading lines={4} /> : null}
      <Box component="ol" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {shown.map(({ key, at, kind, title, detail, to, isBad }, i) => (
          <Box
            component="li"
            key={key}
            sx={{
              display: 'grid',
              gridTemplateColumns: '14px minmax(0, 1fr)',
              columnGap: 1.25,
              pb: 1.5,
              position: 'relative',
              '&::before': {
                content: '""',
                position: 'absolute',
                left: 6,
                top: 14,
                bottom: -4,
                width: '1px',
                bgcolor: 'divider',
                display: i === shown.length - 1 ? 'none' : 'block',
              },
            }}
          >
            <Box
              aria-hidden
              sx={{
                width: 9,
                height: 9,
                mt: 0.75,
                ml: '2px',
                borderRadius: '50%',
                bgcolor: isBad ? 'error.main' : kind === 'Order' ? 'primary.main' : 'text.disabled',
                zIndex: 1,
              }}
            />
            <Box sx={{ minWidth: 0 }}>
              <Typography variant="body2" sx={{ fontWeight: kind === 'Order' ? 600 : 450 }}>
                {to ? (
                  <MuiLink component={Link} to={to} color="inherit">
                    {title}
                  </MuiLink>
                ) : (
                  title
                )}
              </Typography>
              <Typography variant="caption" color="textSecondary" component="div" sx={{ overflowWrap: 'anywhere' }}>
                {moment(at)} · {kind}
                {detail ? <> · {detail}</> : null}
              </Typography>
            </Box>
          </Box>
        ))}
      </Box>
    </Section>
  )
}
