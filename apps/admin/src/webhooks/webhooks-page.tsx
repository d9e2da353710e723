import Add from '@mui/icons-material/Add'
import Button from '@mui/material/Button'
import type { Webhook } from '@shopfleet/contracts'
import { useState } from 'react'
import { queries } from '../api.ts'
import { count } from '../formats.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Empty, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import { NewWebhookDialog } from './webhook-form.tsx'
import { webhooksKey, webhooksQuery } from './webhook-queries.ts'

export const standing = (webhook: Webhook) =>
  !webhook.is_active
    ? ({ label: webhook.disabled_reason ? 'Switched off after failures' : 'Off', tone: 'quiet' } as const)
    : webhook.failing_since
      ? ({ label: 'Failing', tone: 'bad' } as const)
      : ({ label: 'On', tone: 'good' } as const)

const columns: Column<Webhook>[] = [
  { name: 'url', label: 'Address', value: one => one.url, flex: 2, isLink: true },
  { name: 'description', label: 'What for', value: one => one.description, flex: 1, from: 'md' },
  {
    name: 'events',
    label: 'Events',
    value: one => (one.events.includes('*') ? 'All' : one.events.join(', ')),
    flex: 1.4,
    from: 'md',
  },
  {
    name: 'status',
    label: 'Status',
    value: one => standing(one).label,
    cell: one => <Status of="webhook" {...standing(one)} />,
    width: 130,
  },
  {
    name: 'waiting',
    label: 'Waiting',
    value: one => one.waiting,
    cell: one => count(one.waiting),
    width: 90,
    align: 'right',
    from: 'sm',
  },
  {
    name: 'delivered_at',
    label: 'Taken last',
    value: one => one.delivered_at,
    cell: one => (one.delivered_at ? <Time at={one.delivered_at} /> : 'Never'),
    width: 120,
    from: 'lg',
  },
]

/** Other systems that are told what happens. */
export function Component() {
  const [isAdding, setAdding] = useState(false)
  const add = (
    <Button variant="contained" startIcon={<Add />} onClick={() => setAdding(true)}>
      New webhook
    </Button>
  )
  return (
    <Page
      title="Webhooks"
      lead="Other systems are told what happens: signed, in order, and again until they take it."
      actions={add}
    >
      <Section isFlush>
        <DataTable
          name="webhooks"
          label="Webhooks"
          queryKey={[...webhooksKey, 'table']}
          load={async () => ({ items: await queries.fetchQuery({ ...webhooksQuery, staleTime: 0 }) })}
          columns={columns}
          href={one => `/webhooks/${one.id}`}
          refetch_ms={15_000}
          empty={
            <Empty
              title="Nobody is told yet"
              hint="An accounting system, a warehouse, a chat: each has an address that takes events."
              action={add}
            />
          }
        />
      </Section>
      {isAdding ? <NewWebhookDialog onClose={() => setAdding(false)} /> : null}
    </Page>
  )
}
