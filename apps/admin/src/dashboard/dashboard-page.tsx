import Alert from '@mui/material/Alert'
import Box from '@mui/material/Box'
import Stack from '@mui/material/Stack'
import { getDashboard, getSales, type ReplyOf, type SalesFigures } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { AreaChart } from '../analytics/charts.tsx'
import { bucketName, rangeQuery, timeZone } from '../analytics/range.ts'
import { api } from '../api.ts'
import { count, money, shortMoney } from '../formats.ts'
import { useLive } from '../live.ts'
import { may, useMe } from '../session/session.ts'
import { Figure, Figures } from '../ui/figure.tsx'
import { Empty, Failed, Loading, Page, Section } from '../ui/page.tsx'
import { LiveOrders } from './live-orders.tsx'

/** How the shop stands now: what is to be done, what comes in, how the days were. Each sees what their role includes. */
export function Component() {
  const me = useMe()
  const [hasAdmin, hasAnalytics, hasOrders] = [may(me, 'admin'), may(me, 'analytics'), may(me, 'orders')]
  const hour = new Date().getHours()
  const greeting = hour < 5 ? 'Good night' : hour < 12 ? 'Good morning' : hour < 18 ? 'Good afternoon' : 'Good evening'
  return (
    <Page title={`${greeting}${me.first_name ? `, ${me.first_name}` : ''}`}>
      <Stack sx={{ gap: 2 }}>
        {hasAdmin ? <Standing /> : null}
        {hasAnalytics || hasOrders ? (
          <Box
            sx={{
              display: 'grid',
              gap: 2,
              gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'minmax(0, 3fr) minmax(0, 2fr)' },
            }}
          >
            {hasAnalytics ? <Revenue /> : null}
            {hasOrders ? <LiveOrders /> : null}
          </Box>
        ) : null}
        {hasAdmin || hasAnalytics || hasOrders ? null : (
          <Section>
            <Empty title="Everything of yours is in the menu" hint="Ctrl K finds any of it." />
          </Section>
        )}
      </Stack>
    </Page>
  )
}

type Dashboard = ReplyOf<typeof getDashboard>

/** Against the day before, by the main currency. */
function compared(today: SalesFigures[], yesterday: SalesFigures[]): string {
  const before = yesterday.find(({ currency }) => currency === today[0]?.currency) ?? yesterday[0]
  return before ? `${money(before.revenue, before.currency)} yesterday` : 'Nothing yesterday'
}

function Standing() {
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: ['dashboard'],
    refetchInterval: 30_000,
    queryFn: () => api.call(getDashboard, { query: { time_zone: timeZone } }),
  })
  const refresh = () => void queries.invalidateQueries({ queryKey: ['dashboard'] })
  useLive({ channel: 'staff-orders' }, { heard: refresh, stale: () => {} })
  if (!data) return error ? <Failed error={error} retry={refetch} /> : <Loading lines={3} />
  return (
    <>
      {data.away.length > 0 ? (
        <Alert severity="warning">Without {data.away.join(', ')}: it does not answer just now.</Alert>
      ) : null}
      <Figures least_px={240}>
        {figuresOf(data).map(figure => (
          <Figure key={figure.label} {...figure} />
        ))}
      </Figures>
    </>
  )
}

function figuresOf(data: Dashboard) {
  const { sales, orders, stock, reviews, services } = data
  const first = sales?.today[0]
  const unknown = '—'
  return [
    {
      label: 'Revenue today',
      value: sales ? (first ? money(first.revenue, first.currency) : count(0)) : unknown,
      hint: sales ? compared(sales.today, sales.yesterday) : undefined,
    },
    {
      label: 'Orders today',
      value: sales ? count(sales.today.reduce((sum, one) => sum + one.orders, 0)) : unknown,
      hint: orders ? `${count(orders.unpaid)} wait for payment` : undefined,
    },
    {
      label: 'To ship',
      value: orders ? count(orders.to_ship) : unknown,
      hint: orders ? `${count(orders.in_transit)} on their way` : undefined,
      to: '/orders?status=processing',
      isPressing: (orders?.to_ship ?? 0) > 0,
    },
    {
      label: 'Few left',
      value: stock ? count(stock.low) : unknown,
      hint: stock ? `${count(stock.sold_out)} sold out` : undefined,
      to: `/stock?below=${stock?.threshold ?? 5}`,
    },
    {
      label: 'Reviews to look at',
      value: reviews ? count(reviews.pending) : unknown,
      to: '/reviews?status=pending',
      isPressing: (reviews?.pending ?? 0) > 0,
    },
    {
      label: 'Dead letters',
      value: count(data.dead_letters),
      hint: data.webhooks_failing > 0 ? `${count(data.webhooks_failing)} webhooks failing` : 'Webhooks are taken',
      to: '/dead-letters',
      isPressing: data.dead_letters > 0,
    },
    {
      label: 'Findings',
      value: count(data.findings),
      hint: data.findings === 0 ? 'The services agree' : undefined,
      to: '/findings?state=open',
      isPressing: data.findings > 0,
    },
    {
      label: 'Services up',
      value: `${services.healthy} of ${services.total}`,
      to: '/system',
      isPressing: services.healthy < services.total,
    },
  ]
}

function Revenue() {
  const query = rangeQuery('month')
  const { data, error, refetch } = useQuery({
    queryKey: ['analytics', 'sales', query],
    queryFn: () => api.call(getSales, { query: { ...query, by: 'day' } }),
    staleTime: 60_000,
  })
  return (
    <Section title="Revenue of 30 days">
      {error ? <Failed error={error} retry={refetch} /> : null}
      {!data && !error ? <Loading lines={6} /> : null}
      {data?.total ? (
        <AreaChart
          label={`Revenue by day: ${money(data.total.revenue, data.total.currency)} in 30 days`}
          what="Revenue"
          height={420}
          names={data.items.map(({ label }) => bucketName(label, 'day'))}
          values={data.items.map(({ revenue }) => revenue)}
          format={value => money(value, data.total!.currency)}
          shortFormat={value => shortMoney(value, data.total!.currency)}
        />
      ) : null}
      {data && !data.total ? (
        <Empty title="No sales in these 30 days" hint="The first paid order begins the curve." />
      ) : null}
    </Section>
  )
}
