import Alert from '@mui/material/Alert'
import { type DeadLetter, listDeadLetters } from '@shopfleet/contracts'
import { useState } from 'react'
import { api } from '../api.ts'
import { words } from '../formats.ts'
import { type Column, DataTable, NothingFound } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar, useFilters } from '../ui/filters.tsx'
import { Empty, Page, Section } from '../ui/page.tsx'
import { SavedViews } from '../ui/saved-views.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import { lettersKey } from './dead-letter-queries.ts'

const columns: Column<DeadLetter>[] = [
  { name: 'event', label: 'Event', value: letter => letter.message.name, flex: 1.2, isLink: true },
  { name: 'service', label: 'Could not be applied by', value: letter => letter.service, width: 170, from: 'sm' },
  { name: 'error', label: 'Because', value: letter => letter.error, flex: 2, from: 'md' },
  { name: 'attempts', label: 'Attempts', value: letter => letter.attempts, width: 90, align: 'right', from: 'lg' },
  {
    name: 'outcome',
    label: 'Status',
    value: letter => letter.outcome ?? 'open',
    cell: letter => <Status of={letter.outcome ?? 'open'} />,
    width: 120,
  },
  {
    name: 'created_at',
    label: 'Since',
    value: letter => letter.created_at,
    cell: letter => <Time at={letter.created_at} />,
    width: 120,
    from: 'sm',
  },
]
const views = [
  { name: 'Open', search: '' },
  { name: 'Dealt with', search: 'state=closed' },
]
const services = [
  'product',
  'inventory',
  'cart',
  'order',
  'payment',
  'review',
  'notification',
  'analytics',
  'admin',
  'user',
]

export function Component() {
  const filters = useFilters(['service', 'state'])
  const { service, state } = filters.values
  const [away, setAway] = useState<string[]>([])
  async function load({ cursor }: { cursor?: string }) {
    const query = {
      limit: 100,
      state: state === 'closed' ? ('closed' as const) : ('open' as const),
      ...(service ? { service } : {}),
      ...(service && cursor ? { after: Number(cursor) } : {}),
    }
    const { items, away } = await api.call(listDeadLetters, { query })
    setAway(away)
    // Of one service there may be more; of all, the oldest of each are there.
    return { items, next_cursor: service && items.length === 100 ? String(items.at(-1)!.id) : null }
  }
  return (
    <Page
      title="Dead letters"
      lead="Events a service could not apply. What belongs to the same thing waits behind them."
    >
      <SavedViews table="dead-letters" given={views} />
      {away.length > 0 ? (
        <Alert severity="warning" sx={{ mb: 2 }}>
          Not looked at, because they do not answer: {away.join(', ')}.
        </Alert>
      ) : null}
      <Section isFlush>
        <FilterBar>
          <ChoiceFilter
            filters={filters}
            name="service"
            label="Service"
            choices={services.map(value => ({ value, label: words(value) }))}
          />
        </FilterBar>
        <DataTable
          name="dead-letters"
          label="Dead letters"
          queryKey={[...lettersKey, { service, state }]}
          load={load}
          columns={columns}
          id={letter => `${letter.service} ${letter.event_id}`}
          href={letter => `/dead-letters/${letter.service}/${letter.event_id}`}
          empty={
            service ? (
              <NothingFound what="dead letter" clear={filters.clear} />
            ) : (
              <Empty
                title={state === 'closed' ? 'Nothing was dealt with yet' : 'No dead letters'}
                hint={state === 'closed' ? undefined : 'Every event was applied by everyone who listens.'}
              />
            )
          }
          refetch_ms={20_000}
        />
      </Section>
    </Page>
  )
}
