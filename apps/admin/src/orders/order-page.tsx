import Button from '@mui/material/Button'
import MuiLink from '@mui/material/Link'
import Stack from '@mui/material/Stack'
import Typography from '@mui/material/Typography'
import { getUser, type Order, type OrderStatus } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api } from '../api.ts'
import { country, moment, money, words } from '../formats.ts'
import { useLive } from '../live.ts'
import { WriteDialog } from '../messages/write-dialog.tsx'
import { useMay } from '../session/session.ts'
import { useConfirm } from '../ui/confirm.tsx'
import { Columns, Facts, Failed, Loading, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { OrderLines } from './order-lines.tsx'
import { nextStatuses, orderQuery, statusOf, useSetStatus } from './order-queries.ts'
import { OrderTimeline } from './order-timeline.tsx'
import { Payments } from './payments.tsx'

/** One order: what was bought, by whom, how it is paid, what happened, and what can be done now. */
export function Component() {
  const { id } = useParams() as { id: string }
  const queries = useQueryClient()
  const { data: order, error, refetch } = useQuery(orderQuery(id))
  const refresh = () => void queries.invalidateQueries({ queryKey: ['order', id] })
  useLive({ channel: 'order', order_id: id }, { heard: refresh, stale: refresh })
  const back = { to: '/orders', label: 'To the orders' }
  if (!order)
    return (
      <Page title="Order" back={back}>
        {error ? <Failed error={error} retry={refetch} /> : <Loading />}
      </Page>
    )
  return (
    <Page
      title={order.number}
      back={back}
      badge={
        <Stack direction="row" sx={{ gap: 2, ml: { sm: 1 }, typography: 'body2' }}>
          <Status of={statusOf(order)} />
          <Status of={order.payment_status} label={words(order.payment_status)} />
        </Stack>
      }
      lead={`Placed ${moment(order.created_at)} · ${money(order.total, order.currency)}`}
      actions={<Actions order={order} />}
    >
      <Columns
        main={
          <Section title="Items" isFlush>
            <OrderLines order={order} />
          </Section>
        }
        last={<OrderTimeline order={order} />}
        side={
          <>
            <Buyer order={order} />
            <Payments order={order} />
          </>
        }
      />
    </Page>
  )
}

const acts: Partial<Record<OrderStatus, { label: string; title: string; text: string; isDangerous?: boolean }>> = {
  shipped: {
    label: 'Ship',
    title: 'Has it left the house?',
    text: 'The customer is told that it is on its way, and it can no longer be cancelled. This cannot be taken back.',
  },
  delivered: {
    label: 'Mark delivered',
    title: 'Has it arrived?',
    text: 'The customer is told. This cannot be taken back.',
  },
  cancelled: {
    label: 'Cancel order',
    title: 'Cancel this order?',
    text: 'Everything that was paid goes back, and the items return to stock. This cannot be taken back.',
    isDangerous: true,
  },
}

function Actions({ order }: { order: Order }) {
  const ask = useConfirm()
  const change = useSetStatus()
  const [isWriting, setWriting] = useState(false)
  async function move(status: OrderStatus) {
    const { label, title, text, isDangerous } = acts[status]!
    const said = await ask({ title, text, isDangerous, act: label })
    if (said !== undefined) change.mutate({ order, status })
  }
  return (
    <>
      <Button variant="outlined" color="secondary" onClick={() => setWriting(true)}>
        Write to customer
      </Button>
      {nextStatuses[order.status].toReversed().map(status => (
        <Button
          key={status}
          variant={status === 'cancelled' ? 'outlined' : 'contained'}
          color={status === 'cancelled' ? 'error' : 'primary'}
          disabled={change.isPending}
          onClick={() => void move(status)}
        >
          {acts[status]!.label}
        </Button>
      ))}
      {isWriting ? (
        <WriteDialog to={{ order_id: order.id }} about={order.number} onClose={() => setWriting(false)} />
      ) : null}
    </>
  )
}

function Buyer({ order }: { order: Order }) {
  const mayUsers = useMay('users')
  const { data: user } = useQuery({
    queryKey: ['user', order.user_id],
    queryFn: () => api.call(getUser, { params: { id: order.user_id! } }),
    enabled: mayUsers && order.user_id !== null,
  })
  const address = order.shipping_address
  return (
    <Section title="Customer">
      <Stack sx={{ gap: 1.5 }}>
        {order.user_id ? (
          <Typography variant="body2">
            {mayUsers ? (
              <MuiLink component={Link} to={`/customers/${order.user_id}`} sx={{ fontWeight: 560 }}>
                {user?.name ?? user?.email ?? 'Customer account'}
              </MuiLink>
            ) : (
              'Has an account'
            )}
            {user?.name ? <br /> : null}
            {user?.name ? user.email : null}
          </Typography>
        ) : (
          <Typography variant="body2">
            Guest{order.email ? <> · {order.email}</> : null}
            {order.email ? (
              <>
                <br />
                <MuiLink component={Link} to={`/orders?q=${encodeURIComponent(order.email)}`}>
                  All their orders
                </MuiLink>
              </>
            ) : null}
          </Typography>
        )}
        {address ? (
          <Typography variant="body2" component="address" sx={{ fontStyle: 'normal', overflowWrap: 'anywhere' }}>
            {[
              address.name,
              address.line1,
              address.line2,
              `${address.postal_code} ${address.city}`,
              address.region,
              country(address.country),
              address.phone,
            ]
              .filter(Boolean)
              .map(line => (
                <span key={line} style={{ display: 'block' }}>
                  {line}
                </span>
              ))}
          </Typography>
        ) : (
          <Typography variant="body2" color="textSecondary">
            No address was given.
          </Typography>
        )}
        <Facts
          facts={[
            order.cancel_reason
              ? [order.refused ? 'Refused because' : 'Cancelled because', words(order.cancel_reason)]
              : undefined,
            order.expires_at && order.status === 'pending' ? ['Stock held until', moment(order.expires_at)] : undefined,
          ]}
        />
      </Stack>
    </Section>
  )
}
