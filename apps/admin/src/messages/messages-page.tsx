import Button from '@mui/material/Button'
import { channels, listNotifications, messageStatuses, messageTemplates, type Notification } from '@shopfleet/contracts'
import { useState } from 'react'
import { Link } from 'react-router'
import { api } from '../api.ts'
import { words } from '../formats.ts'
import { DataTable, NothingFound } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar, TextFilter, useFilters } from '../ui/filters.tsx'
import { Empty, Page, Section } from '../ui/page.tsx'
import { SavedViews } from '../ui/saved-views.tsx'
import { messageColumns } from './message-columns.tsx'
import { WriteDialog } from './write-dialog.tsx'

const views = [
  { name: 'All', search: '' },
  { name: 'Failed', search: 'status=failed' },
  { name: 'Waiting', search: 'status=queued' },
  { name: 'Not sent after all', search: 'status=dropped' },
]
const choices = (names: readonly string[]) => names.map(value => ({ value, label: words(value) }))

/** Everything the shop sends, to whom, and what became of it. */
export function Component() {
  const filters = useFilters(['recipient', 'status', 'template', 'channel'])
  const { recipient, status, template, channel } = filters.values
  const query = {
    ...(recipient ? { recipient } : {}),
    ...(status ? { status: status as Notification['status'] } : {}),
    ...(template ? { template: template as Notification['template'] } : {}),
    ...(channel ? { channel: channel as Notification['channel'] } : {}),
  }
  const [isWriting, setWriting] = useState(false)
  return (
    <Page
      title="Messages"
      actions={
        <>
          <Button component={Link} to="/messages/templates" variant="outlined" color="secondary">
            Templates
          </Button>
          <Button variant="contained" onClick={() => setWriting(true)}>
            Write
          </Button>
        </>
      }
    >
      <SavedViews table="messages" given={views} />
      <Section isFlush>
        <FilterBar>
          <TextFilter filters={filters} name="recipient" label="Whole address" width={260} />
          <ChoiceFilter filters={filters} name="status" label="Status" choices={choices(messageStatuses)} />
          <ChoiceFilter filters={filters} name="template" label="Template" choices={choices(messageTemplates)} />
          <ChoiceFilter filters={filters} name="channel" label="Channel" choices={choices(channels)} />
        </FilterBar>
        <DataTable
          name="messages"
          label="Messages"
          queryKey={['messages', query]}
          load={page => api.call(listNotifications, { query: { ...query, ...page } })}
          columns={messageColumns}
          href={message => `/messages/${message.id}`}
          refetch_ms={15_000}
          empty={
            filters.isFiltered ? (
              <NothingFound what="message" clear={filters.clear} />
            ) : (
              <Empty
                title="Nothing was sent yet"
                hint="Confirmations and everything else the shop writes appear here."
              />
            )
          }
        />
      </Section>
      {isWriting ? <WriteDialog onClose={() => setWriting(false)} /> : null}
    </Page>
  )
}
