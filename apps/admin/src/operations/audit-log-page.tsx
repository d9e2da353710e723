import Dialog from '@mui/material/Dialog'
import DialogContent from '@mui/material/DialogContent'
import DialogTitle from '@mui/material/DialogTitle'
import Stack from '@mui/material/Stack'
import Typography from '@mui/material/Typography'
import { type AuditEntry, listAuditLog, operations } from '@shopfleet/contracts'
import { useState } from 'react'
import { api } from '../api.ts'
import { exactly, shortId, words } from '../formats.ts'
import { type Column, DataTable, NothingFound } from '../ui/data-table.tsx'
import { ChoiceFilter, DayFilter, dayStart, FilterBar, TextFilter, useFilters } from '../ui/filters.tsx'
import { Json } from '../ui/json.tsx'
import { Empty, Facts, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'

const outcome = ({ status, problem }: AuditEntry) =>
  status === null ? 'Cut off' : status < 400 ? 'Done' : words(problem ?? 'refused')
const tone = ({ status }: AuditEntry) => (status === null ? 'warn' : status < 400 ? 'good' : 'bad')

const columns: Column<AuditEntry>[] = [
  { name: 'at', label: 'When', value: entry => entry.at, cell: entry => <Time at={entry.at} />, width: 120 },
  {
    name: 'operation',
    label: 'What',
    value: entry => entry.operation,
    cell: entry => words(entry.operation),
    flex: 1.4,
    isLink: true,
  },
  {
    name: 'outcome',
    label: 'Outcome',
    value: outcome,
    cell: entry => <Status of="outcome" tone={tone(entry)} label={outcome(entry)} />,
    flex: 1,
  },
  { name: 'role', label: 'Role', value: entry => entry.role, cell: entry => words(entry.role), width: 130, from: 'sm' },
  {
    name: 'actor_id',
    label: 'Who',
    value: entry => entry.actor_id,
    cell: entry => (entry.actor_id ? `…${shortId(entry.actor_id)}` : '—'),
    width: 110,
    from: 'md',
  },
  { name: 'service', label: 'Service', value: entry => entry.service, width: 110, from: 'lg' },
  {
    name: 'target',
    label: 'Of',
    value: entry => entry.target,
    cell: entry => (entry.target ? `…${shortId(entry.target)}` : '—'),
    width: 110,
    from: 'md',
  },
  { name: 'ip', label: 'From', value: entry => entry.ip, width: 130, from: 'lg' },
]
const uuid = /^[0-9a-f-]{36}$/i
const services = [...new Set(operations.map(({ service }) => service))].map(value => ({ value, label: words(value) }))

export function Component() {
  const filters = useFilters(['operation', 'service', 'target', 'actor_id', 'from', 'to'])
  const { operation, service, target, actor_id, from, to } = filters.values
  const query = {
    // Operations are written as one word; what is typed need not be.
    ...(operation ? { operation: operation.replaceAll(/[^A-Za-z]/g, '') || 'none' } : {}),
    ...(service ? { service } : {}),
    ...(target ? { target } : {}),
    ...(actor_id && uuid.test(actor_id) ? { actor_id } : {}),
    ...(from ? { from: dayStart(from) } : {}),
    ...(to ? { to: dayStart(to, 1) } : {}),
  }
  const [opened, setOpened] = useState<AuditEntry | undefined>()
  return (
    <Page title="Audit log" lead="What staff did and were refused. Nothing here can be changed.">
      <Section isFlush>
        <FilterBar>
          <TextFilter filters={filters} name="operation" label="Operation" placeholder="setOrderStatus" width={180} />
          <ChoiceFilter filters={filters} name="service" label="Service" choices={services} />
          <TextFilter filters={filters} name="target" label="Id of the thing" width={180} />
          <TextFilter filters={filters} name="actor_id" label="Id of who did it" width={180} />
          <DayFilter filters={filters} name="from" label="From" />
          <DayFilter filters={filters} name="to" label="To" />
        </FilterBar>
        <DataTable
          name="audit-log"
          label="Audit log"
          queryKey={['audit', query]}
          load={page => api.call(listAuditLog, { query: { ...query, ...page } })}
          columns={columns}
          onOpen={setOpened}
          empty={
            filters.isFiltered ? (
              <NothingFound what="entry" clear={filters.clear} />
            ) : (
              <Empty title="Nobody did anything yet" hint="Every change by staff leaves a line here." />
            )
          }
        />
      </Section>
      {opened ? <EntryDialog entry={opened} onClose={() => setOpened(undefined)} /> : null}
    </Page>
  )
}

function EntryDialog({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const parts = [
    ['Input', entry.input],
    ['Before', entry.before],
    ['After', entry.after],
  ] as const
  return (
    <Dialog open onClose={onClose} maxWidth="md" aria-labelledby="entry-title">
      <DialogTitle id="entry-title">{words(entry.operation)}</DialogTitle>
      <DialogContent>
        <Stack sx={{ gap: 2 }}>
          <Facts
            facts={[
              ['Outcome', <Status key="o" of="outcome" tone={tone(entry)} label={outcome(entry)} />],
              ['When', exactly(entry.at)],
              ['Who', `${entry.actor_id ?? 'unknown'} as ${words(entry.role)}`],
              ['Request', `${entry.method} ${entry.path}`],
              ['From', [entry.ip, entry.user_agent].filter(Boolean).join(' · ')],
              ['Correlation', entry.correlation_id],
            ]}
          />
          {parts.map(([name, value]) =>
            value === null || value === undefined ? null : (
              <div key={name}>
                <Typography variant="h3" sx={{ mb: 0.5 }}>
                  {name}
                </Typography>
                <Json value={value} label={name} />
              </div>
            ),
          )}
        </Stack>
      </DialogContent>
    </Dialog>
  )
}
