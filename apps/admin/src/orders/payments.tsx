import Button from '@mui/material/Button'
import Divider from '@mui/material/Divider'
import Stack from '@mui/material/Stack'
import Typography from '@mui/material/Typography'
import type { Order, Payment } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { money } from '../formats.ts'
import { useMay } from '../session/session.ts'
import { Facts, Failed, Loading, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import { paymentsQuery } from './order-queries.ts'
import { RefundDialog } from './refund-dialog.tsx'

/** How an order was paid, attempt by attempt, and the way back for the money. */
export function Payments({ order }: { order: Order }) {
  const mayPayments = useMay('payments')
  const { data, error, refetch } = useQuery({ ...paymentsQuery(order.id), enabled: mayPayments })
  if (!mayPayments)
    return (
      <Section title="Payment">
        <Typography variant="body2" color="textSecondary">
          Payments are seen by who has the permission “Payments”.
        </Typography>
      </Section>
    )
  return (
    <Section title="Payment">
      {error ? <Failed error={error} retry={refetch} /> : null}
      {!data && !error ? <Loading lines={2} /> : null}
      {data?.length === 0 ? (
        <Typography variant="body2" color="textSecondary">
          Nothing was tried to be paid yet.
        </Typography>
      ) : null}
      <Stack divider={<Divider />} sx={{ gap: 2 }}>
        {data?.map(payment => (
          <OnePayment key={payment.id} payment={payment} order={order} />
        ))}
      </Stack>
    </Section>
  )
}

/** Of an order in any other state everything goes back by cancelling it. */
const isRefundable = ({ status }: Order) => status === 'processing' || status === 'shipped' || status === 'delivered'

function OnePayment({ payment, order }: { payment: Payment; order: Order }) {
  const [isRefunding, setRefunding] = useState(false)
  const amount = (value: number) => money(value, payment.currency)
  const left = payment.captured - payment.refunded
  return (
    <Stack sx={{ gap: 1.25 }}>
      <Facts
        facts={[
          [`Attempt ${payment.attempt}`, <Status key="s" of={payment.status} />],
          ['Amount', amount(payment.amount)],
          payment.captured > 0 && ['Captured', amount(payment.captured)],
          payment.refunded > 0 && ['Refunded', amount(payment.refunded)],
          payment.decline_code ? ['Declined', payment.decline_code] : undefined,
          ['Provider', `${payment.provider}${payment.provider_reference ? ` · ${payment.provider_reference}` : ''}`],
          ['Changed', <Time key="t" at={payment.updated_at} />],
        ]}
      />
      {left > 0 && isRefundable(order) ? (
        <Button variant="outlined" sx={{ alignSelf: 'flex-start' }} onClick={() => setRefunding(true)}>
          Refund
        </Button>
      ) : null}
      {isRefunding ? <RefundDialog order={order} onClose={() => setRefunding(false)} /> : null}
    </Stack>
  )
}
