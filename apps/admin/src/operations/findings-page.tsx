import { type Finding, findingKinds, listFindings, type ReplyOf } from '@shopfleet/contracts'
import { useState } from 'react'
import { api } from '../api.ts'
import { ago, count, words } from '../formats.ts'
import { type Column, DataTable, NothingFound } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar, TextFilter, useFilters } from '../ui/filters.tsx'
import { Empty, Page, Section } from '../ui/page.tsx'
import { SavedViews } from '../ui/saved-views.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'

type LastRun = ReplyOf<typeof listFindings>['last_run']

const columns: Column<Finding>[] = [
  { name: 'title', label: 'What differs', value: finding => finding.title, flex: 2, isLink: true },
  { name: 'subject', label: 'Of', value: finding => finding.subject, flex: 1, from: 'md' },
  {
    name: 'state',
    label: 'Status',
    value: finding => finding.state,
    cell: finding => <Status of={finding.state} />,
    width: 110,
  },
  {
    name: 'attempts',
    label: 'Repairs tried',
    value: finding => finding.attempts,
    width: 110,
    align: 'right',
    from: 'lg',
  },
  {
    name: 'first_seen',
    label: 'Since',
    value: finding => finding.first_seen,
    cell: finding => <Time at={finding.first_seen} />,
    width: 110,
    from: 'sm',
  },
  {
    name: 'last_seen',
    label: 'Seen last',
    value: finding => finding.last_seen,
    cell: finding => <Time at={finding.last_seen} />,
    width: 110,
    from: 'md',
  },
]
const views = [
  { name: 'Open', search: 'state=open' },
  { name: 'Repaired', search: 'state=repaired' },
  { name: 'All', search: '' },
]
const kinds = Object.keys(findingKinds).map(value => ({ value, label: words(value) }))

function runText(run: LastRun): string {
  if (!run) return 'The services are compared every half minute.'
  const text = `Compared last ${ago(run.started_at)}: ${count(run.checked)} looked at, ${count(run.found)} found, ${count(run.repaired)} repaired.`
  return run.failed ? `${text} Not looked at: ${run.failed}.` : text
}

export function Component() {
  const filters = useFilters(['state', 'kind', 'subject'])
  const { state, kind, subject } = filters.values
  const query = {
    ...(state ? { state: state as Finding['state'] } : {}),
    ...(kind ? { kind: kind as Finding['kind'] } : {}),
    ...(subject ? { subject } : {}),
  }
  const [lastRun, setLastRun] = useState<LastRun>(null)
  async function load(page: { cursor?: string; limit: number }) {
    const { last_run, ...answer } = await api.call(listFindings, { query: { ...query, ...page } })
    setLastRun(last_run)
    return answer
  }
  return (
    <Page title="Reconciliation" lead={runText(lastRun)}>
      <SavedViews table="findings" given={views} />
      <Section isFlush>
        <FilterBar>
          <ChoiceFilter filters={filters} name="kind" label="Kind" choices={kinds} />
          <TextFilter filters={filters} name="subject" label="Id of the thing" width={300} />
        </FilterBar>
        <DataTable
          name="findings"
          label="Findings"
          queryKey={['findings', query]}
          load={load}
          columns={columns}
          href={finding => `/findings/${finding.id}`}
          refetch_ms={30_000}
          empty={
            kind || subject ? (
              <NothingFound what="finding" clear={filters.clear} />
            ) : (
              <Empty
                title="The services agree"
                hint="Orders, payments, the provider, stock and messages tell the same story."
              />
            )
          }
        />
      </Section>
    </Page>
  )
}
