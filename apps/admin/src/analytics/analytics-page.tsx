import Box from '@mui/material/Box'
import Stack from '@mui/material/Stack'
import {
  getFunnel,
  getProductAnalytics,
  getRefundAnalytics,
  getSales,
  getSearchAnalytics,
  getStockOutlook,
  getUserAnalytics,
  type SalesFigures,
} from '@shopfleet/contracts'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { api } from '../api.ts'
import { count, money, percent, shortMoney, words } from '../formats.ts'
import { useMay } from '../session/session.ts'
import { Figure, Figures } from '../ui/figure.tsx'
import { Empty, Failed, Loading, Page, Section } from '../ui/page.tsx'
import { SimpleTable } from '../ui/simple-table.tsx'
import { AreaChart, ColumnChart } from './charts.tsx'
import { bucketName, type RangeName, rangeQuery, ranges } from './range.ts'
import { RangeSelect } from './range-select.tsx'

const staleTime = 60_000

/** How the shop does, over some time. */
export function Component() {
  const [search, setSearch] = useSearchParams()
  const range: RangeName =
    search.get('range') && search.get('range')! in ranges ? (search.get('range') as RangeName) : 'month'
  const query = rangeQuery(range)
  const { by } = ranges[range]
  const ask = <T,>(name: string, queryFn: () => Promise<T>) => ({
    queryKey: ['analytics', name, query],
    queryFn,
    staleTime,
  })
  const sales = useQuery(ask('sales', () => api.call(getSales, { query: { ...query, by } })))
  const products = useQuery(ask('products', () => api.call(getProductAnalytics, { query })))
  const users = useQuery(ask('users', () => api.call(getUserAnalytics, { query: { ...query, by } })))
  const funnel = useQuery(ask('funnel', () => api.call(getFunnel, { query })))
  const searches = useQuery(ask('searches', () => api.call(getSearchAnalytics, { query })))
  const refunds = useQuery(ask('refunds', () => api.call(getRefundAnalytics, { query: { ...query, by } })))
  const outlook = useQuery(ask('outlook', () => api.call(getStockOutlook, {})))
  const [mayCatalogue, mayStock] = [useMay('catalogue'), useMay('stock')]
  return (
    <Page
      title="Analytics"
      lead={`Days begin and end in ${query.time_zone}.`}
      actions={<RangeSelect value={range} onChange={next => setSearch({ range: next }, { replace: true })} />}
    >
      <Stack sx={{ gap: 2 }}>
        <Part of={sales}>
          {({ total, currency, items }) => (
            <>
              <SalesTotals total={total} />
              <Section title="Revenue">
                <AreaChart
                  label={`Revenue by ${by}`}
                  what="Revenue"
                  names={items.map(({ label }) => bucketName(label, by))}
                  values={items.map(({ revenue }) => revenue)}
                  format={value => (currency ? money(value, currency) : String(value))}
                  shortFormat={value => (currency ? shortMoney(value, currency) : String(value))}
                />
              </Section>
            </>
          )}
        </Part>
        <Pair>
          <Section title="What sells best" isFlush>
            <Part of={products}>
              {({ top, currency }) => (
                <SimpleTable
                  name="best-sellers"
                  label="Best sellers"
                  rows={top}
                  id={one => one.product_id}
                  href={one => (mayCatalogue ? `/products/${one.product_id}` : undefined)}
                  empty="Nothing was sold in this time."
                  columns={[
                    { label: 'Product', value: one => one.name ?? one.sku ?? one.product_id, isLink: true },
                    { label: 'Units', value: one => one.units, align: 'right' },
                    {
                      label: 'Revenue',
                      value: one => one.revenue,
                      cell: one => money(one.revenue, currency ?? 'USD'),
                      align: 'right',
                    },
                  ]}
                />
              )}
            </Part>
          </Section>
          <Section title="By category" isFlush>
            <Part of={products}>
              {({ categories, currency }) => (
                <SimpleTable
                  name="categories"
                  label="Categories"
                  rows={categories}
                  id={one => one.category_id ?? 'none'}
                  empty="Nothing was sold in this time."
                  columns={[
                    { label: 'Category', value: one => one.name ?? 'Without one' },
                    { label: 'Units', value: one => one.units, align: 'right' },
                    {
                      label: 'Revenue',
                      value: one => one.revenue,
                      cell: one => money(one.revenue, currency ?? 'USD'),
                      align: 'right',
                    },
                  ]}
                />
              )}
            </Part>
          </Section>
        </Pair>
        <Pair>
          <Section title="From looking to buying" isFlush>
            <Part of={funnel}>
              {({ steps }) => (
                <SimpleTable
                  name="funnel"
                  label="Funnel"
                  rows={steps}
                  id={one => one.step}
                  empty="Nothing yet."
                  columns={[
                    { label: 'Step', value: one => words(one.step) },
                    { label: 'Times', value: one => one.count, align: 'right' },
                    {
                      label: 'Of the step before',
                      value: one => one.of_previous,
                      cell: one => (one.of_previous === null ? '—' : percent(one.of_previous)),
                      align: 'right',
                    },
                  ]}
                />
              )}
            </Part>
          </Section>
          <Section title="Customers">
            <Part of={users}>
              {({ new_customers, returning_orders, guest_orders, registered, items }) => (
                <Stack sx={{ gap: 1.5 }}>
                  <ColumnChart
                    label={`Accounts opened by ${by}`}
                    what="Accounts opened"
                    height={150}
                    names={items.map(({ label }) => bucketName(label, by))}
                    values={items.map(one => one.registered)}
                    format={count}
                  />
                  <Figures>
                    <Figure label="Accounts opened" value={count(registered)} />
                    <Figure label="New customers" value={count(new_customers)} />
                    <Figure label="Orders of those who came back" value={count(returning_orders)} />
                    <Figure label="Orders of guests" value={count(guest_orders)} />
                  </Figures>
                </Stack>
              )}
            </Part>
          </Section>
        </Pair>
        <Pair>
          <Section title="Searched, and not found" isFlush>
            <Part of={searches}>
              {({ without_results }) => (
                <SimpleTable
                  name="searches-without-results"
                  label="Searches that found nothing"
                  rows={without_results}
                  id={one => one.term}
                  empty="Every search found something."
                  columns={[
                    { label: 'Words', value: one => one.term },
                    { label: 'Found nothing', value: one => one.found_none, align: 'right' },
                    { label: 'Searched', value: one => one.searches, align: 'right' },
                  ]}
                />
              )}
            </Part>
          </Section>
          <Section title="Runs out within two weeks" isFlush>
            <Part of={outlook}>
              {({ items }) => (
                <SimpleTable
                  name="runs-out"
                  label="Stock that runs out"
                  rows={items}
                  id={one => one.product_id}
                  href={one => (mayStock ? `/stock/${one.product_id}` : undefined)}
                  empty="At the pace of the last weeks nothing runs out soon."
                  columns={[
                    { label: 'Product', value: one => one.name ?? one.sku ?? one.product_id, isLink: true },
                    { label: 'Available', value: one => one.available, align: 'right' },
                    { label: 'Days left', value: one => one.days_left, align: 'right' },
                  ]}
                />
              )}
            </Part>
          </Section>
        </Pair>
        <Section title="Refunds">
          <Part of={refunds}>
            {({ refunds: times, refunded, of_revenue, currency }) =>
              times === 0 ? (
                <Empty title="No refunds in this time" />
              ) : (
                <Figures>
                  <Figure label="Refunds" value={count(times)} />
                  <Figure label="Given back" value={money(refunded, currency ?? 'USD')} />
                  <Figure label="Share of the revenue" value={of_revenue === null ? '—' : percent(of_revenue)} />
                </Figures>
              )
            }
          </Part>
        </Section>
      </Stack>
    </Page>
  )
}

function SalesTotals({ total }: { total: SalesFigures | null }) {
  if (!total) return <Empty title="No sales in this time" hint="Another time may have some." />
  const amount = (value: number) => money(value, total.currency)
  return (
    <Figures>
      <Figure label="Revenue" value={amount(total.revenue)} hint={`${amount(total.net_revenue)} after refunds`} />
      <Figure label="Orders paid" value={count(total.orders)} hint={`of ${count(total.placed)} placed`} />
      <Figure label="Average order" value={total.average_order === null ? '—' : amount(total.average_order)} />
      <Figure label="Units" value={count(total.units)} />
      <Figure label="Cancelled" value={count(total.cancelled)} />
    </Figures>
  )
}

/** Each part is asked by itself: one that is not to be had leaves the others. */
function Part<T>({ of, children }: { of: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (of.data) return <>{children(of.data)}</>
  return of.error ? (
    <Box sx={{ p: 2 }}>
      <Failed error={of.error} retry={() => void of.refetch()} />
    </Box>
  ) : (
    <Loading />
  )
}

function Pair({ children }: { children: ReactNode }) {
  return (
    <Box
      sx={{ display: 'grid', gap: 2, gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'repeat(2, minmax(0, 1fr))' } }}
    >
      {children}
    </Box>
  )
}
