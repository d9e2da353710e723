import LocalShippingOutlined from '@mui/icons-material/LocalShippingOutlined'
import Button from '@mui/material/Button'
import Chip from '@mui/material/Chip'
import { listOrders, type Order, orderStatuses, paymentStatuses, setOrderStatus } from '@shopfleet/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api.ts'
import { count, money, words } from '../formats.ts'
import { useLive } from '../live.ts'
import { problemText } from '../problem.ts'
import { useConfirm } from '../ui/confirm.tsx'
import { type Column, DataTable, NothingFound } from '../ui/data-table.tsx'
import { ChoiceFilter, DayFilter, dayStart, FilterBar, TextFilter, useFilters } from '../ui/filters.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Empty, Page, Section } from '../ui/page.tsx'
import { SavedViews } from '../ui/saved-views.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import { ordersKey, statusOf } from './order-queries.ts'

const views = [
  { name: 'All', search: '' },
  { name: 'To ship', search: 'status=processing' },
  { name: 'Waiting for payment', search: 'status=pending' },
  { name: 'Payment in doubt', search: 'payment_status=in_doubt' },
  { name: 'On their way', search: 'status=shipped' },
  { name: 'Partly refunded', search: 'payment_status=partially_refunded' },
  { name: 'Refused', search: 'refused=true' },
]
const choices = (names: readonly string[]) => names.map(value => ({ value, label: words(value) }))

export const orderColumns: Column<Order>[] = [
  { name: 'number', label: 'Order', value: order => order.number, width: 118, isLink: true },
  {
    name: 'created_at',
    label: 'Placed',
    value: order => order.created_at,
    cell: order => <Time at={order.created_at} />,
    width: 120,
    from: 'sm',
  },
  {
    name: 'email',
    label: 'Customer',
    value: order => order.email ?? (order.user_id ? 'Has an account' : null),
    flex: 1.4,
    from: 'md',
  },
  {
    name: 'status',
    label: 'Status',
    value: order => order.status,
    cell: order => <Status of={statusOf(order)} />,
    width: 128,
  },
  {
    name: 'payment_status',
    label: 'Payment',
    value: order => order.payment_status,
    cell: order => <Status of={order.payment_status} />,
    width: 158,
    from: 'sm',
  },
  {
    name: 'items',
    label: 'Items',
    value: order => order.items.reduce((sum, item) => sum + item.quantity, 0),
    width: 72,
    align: 'right',
    from: 'md',
  },
  {
    name: 'total',
    label: 'Total',
    value: order => order.total,
    cell: order => money(order.total, order.currency),
    width: 110,
    align: 'right',
  },
  { name: 'currency', label: 'Currency', value: order => order.currency, width: 90, from: 'lg' },
]

/** A number as it is spoken, or an e-mail: what staff type finds either. */
function wanted(q: string | undefined): { number?: string; email?: string } {
  if (!q) return {}
  return q.includes('@')
    ? { email: q }
    : { number: /^\d+$/.test(q) ? `SF-${q}` : q.replaceAll(/[^A-Za-z0-9-]/g, '') || '-' }
}

export function Component() {
  const filters = useFilters(['q', 'status', 'payment_status', 'refused', 'from', 'to'])
  const { q, status, payment_status, refused, from, to } = filters.values
  const query = {
    ...wanted(q),
    ...(status ? { status: status as Order['status'] } : {}),
    ...(payment_status ? { payment_status: payment_status as Order['payment_status'] } : {}),
    ...(refused ? { refused: true } : {}),
    ...(from ? { from: dayStart(from) } : {}),
    ...(to ? { to: dayStart(to, 1) } : {}),
  }
  const queries = useQueryClient()
  const refresh = () => void queries.invalidateQueries({ queryKey: ordersKey })
  const isLive = useLive({ channel: 'staff-orders' }, { heard: refresh, stale: refresh })
  return (
    <Page title="Orders" badge={isLive ? <Chip size="small" label="Live" color="success" variant="outlined" /> : null}>
      <SavedViews table="orders" given={views} />
      <Section isFlush>
        <FilterBar>
          <TextFilter filters={filters} name="q" label="Number or e-mail" placeholder="SF-100001" />
          <ChoiceFilter filters={filters} name="status" label="Status" choices={choices(orderStatuses)} />
          <ChoiceFilter filters={filters} name="payment_status" label="Payment" choices={choices(paymentStatuses)} />
          <ChoiceFilter
            filters={filters}
            name="refused"
            label="Placements"
            none="Taken"
            choices={[{ value: 'true', label: 'Refused' }]}
          />
          <DayFilter filters={filters} name="from" label="From" />
          <DayFilter filters={filters} name="to" label="To" />
        </FilterBar>
        <DataTable
          name="orders"
          label="Orders"
          queryKey={[...ordersKey, query]}
          load={page => api.call(listOrders, { query: { ...query, ...page } })}
          columns={orderColumns}
          href={order => `/orders/${order.id}`}
          selected={(orders, clear) => <ShipMany orders={orders} onDone={clear} />}
          empty={
            filters.isFiltered ? (
              <NothingFound what="order" clear={filters.clear} />
            ) : (
              <Empty title="No orders yet" hint="The first one appears here the moment it is placed." />
            )
          }
        />
      </Section>
    </Page>
  )
}

/** Ships those of the chosen that can be, one after the other, and says what became of each that could not. */
function ShipMany({ orders, onDone }: { orders: Order[]; onDone: () => void }) {
  const ready = orders.filter(order => order.status === 'processing')
  const [isPending, setPending] = useState(false)
  const ask = useConfirm()
  const notice = useNotice()
  const queries = useQueryClient()
  async function ship() {
    const said = await ask({
      title: `Ship ${count(ready.length)} ${ready.length === 1 ? 'order' : 'orders'}?`,
      text: 'Every customer is told that their order is on its way. This cannot be taken back.',
      act: 'Ship',
    })
    if (said === undefined) return
    setPending(true)
    const refused: string[] = []
    for (const order of ready) {
      try {
        await api.call(setOrderStatus, { params: { id: order.id }, body: { status: 'shipped' } })
      } catch (error) {
        refused.push(`${order.number}: ${problemText(error)}`)
      }
    }
    setPending(false)
    onDone()
    void queries.invalidateQueries({ queryKey: ordersKey })
    const done = ready.length - refused.length
    if (refused.length === 0) notice({ text: `${count(done)} shipped` })
    else notice({ text: `${count(done)} shipped. ${refused.join(' ')}`, kind: 'error' })
  }
  return (
    <Button
      variant="outlined"
      startIcon={<LocalShippingOutlined />}
      disabled={ready.length === 0}
      loading={isPending}
      loadingPosition="start"
      onClick={() => void ship()}
    >
      {ready.length === orders.length ? 'Ship' : `Ship the ${count(ready.length)} that are paid`}
    </Button>
  )
}
