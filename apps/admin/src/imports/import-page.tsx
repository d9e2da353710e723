import Alert from '@mui/material/Alert'
import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import LinearProgress from '@mui/material/LinearProgress'
import Stack from '@mui/material/Stack'
import {
  applyImport,
  type ImportRow,
  importActions,
  listImportRows,
  type ProductImport,
  undoImport,
} from '@shopfleet/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { api } from '../api.ts'
import { count, moment, words } from '../formats.ts'
import { problemText } from '../problem.ts'
import { productsKey } from '../products/product-queries.ts'
import { useConfirm } from '../ui/confirm.tsx'
import { type Column, DataTable, NothingFound } from '../ui/data-table.tsx'
import { Figure, Figures } from '../ui/figure.tsx'
import { ChoiceFilter, FilterBar, useFilters } from '../ui/filters.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Failed, Loading, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { importQuery, importsKey } from './import-queries.ts'
import { importTones } from './imports-page.tsx'

const back = { to: '/products/import', label: 'To the imports' }

/** One import: what it would change, or has changed, row by row; and doing it, or taking it back. */
export function Component() {
  const { id } = useParams() as { id: string }
  const { data, error, refetch } = useQuery(importQuery(id))
  if (!data)
    return (
      <Page title="Import" back={back}>
        {error ? <Failed error={error} retry={refetch} /> : <Loading />}
      </Page>
    )
  const { rows, stock } = data
  const isMoving = data.status === 'applied' && stock.moved + stock.refused < stock.total
  return (
    <Page
      title={data.file_name ?? 'Import'}
      back={back}
      badge={<Status of={data.status} tone={importTones[data.status]} />}
      lead={`Looked at ${moment(data.created_at)}${data.applied_at ? ` · applied ${moment(data.applied_at)}` : ''}${data.undone_at ? ` · taken back ${moment(data.undone_at)}` : ''}`}
      actions={<Actions of={data} />}
    >
      <Stack sx={{ gap: 2 }}>
        {data.failure ? <Alert severity="error">{data.failure}</Alert> : null}
        {data.status === 'applying' || data.status === 'undoing' ? <LinearProgress aria-label="Under way" /> : null}
        {data.kept > 0 ? (
          <Alert severity="info">{count(data.kept)} were changed by somebody since and stayed as they are.</Alert>
        ) : null}
        {isMoving ? (
          <Alert severity="info">
            The stock follows: {count(stock.moved)} of {count(stock.total)} products moved.
          </Alert>
        ) : null}
        {stock.refused > 0 ? (
          <Alert severity="warning">
            Of {count(stock.refused)} products less is on hand than was to be taken: their stock stayed.
          </Alert>
        ) : null}
        <Figures>
          <Figure label="Rows" value={count(rows.total)} />
          <Figure label="New products" value={count(rows.create)} />
          <Figure label="Changed" value={count(rows.update)} />
          <Figure label="As they are" value={count(rows.unchanged)} />
          <Figure
            label="Bad"
            value={count(rows.bad)}
            isPressing={rows.bad > 0}
            hint={rows.bad > 0 ? 'Never applied' : undefined}
          />
        </Figures>
        <Rows id={id} status={data.status} />
      </Stack>
    </Page>
  )
}

const actionTones = { create: 'good', update: 'busy', unchanged: 'quiet', bad: 'bad' } as const
const shown = (value: unknown): string =>
  value === null || value === undefined || value === ''
    ? '—'
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)

const columns: Column<ImportRow>[] = [
  { name: 'line', label: 'Line', value: row => row.line, width: 70, align: 'right' },
  {
    name: 'action',
    label: 'What',
    value: row => row.action,
    cell: row => <Status of={row.action} tone={actionTones[row.action]} />,
    width: 120,
  },
  { name: 'name', label: 'Product', value: row => row.name ?? row.sku, flex: 1.2, from: 'sm' },
  {
    name: 'changes',
    label: 'Differences',
    flex: 2.4,
    value: row =>
      row.errors.length > 0
        ? row.errors.map(({ column, detail }) => (column ? `${column}: ${detail}` : detail)).join('; ')
        : row.changes.map(({ field, from, to }) => `${field}: ${shown(from)} → ${shown(to)}`).join('; '),
    cell: row => <Differences row={row} />,
  },
]

function Differences({ row }: { row: ImportRow }) {
  if (row.errors.length > 0)
    return (
      <Box component="span" sx={{ color: 'error.main', whiteSpace: 'normal' }}>
        {row.errors.map(({ column, detail }) => (column ? `${column}: ${detail}` : detail)).join(' · ')}
      </Box>
    )
  return (
    <Box component="span" sx={{ whiteSpace: 'normal', overflowWrap: 'anywhere' }}>
      {row.changes.map(({ field, from, to }, i) => (
        <span key={field}>
          {i > 0 ? ' · ' : ''}
          <Box component="span" sx={{ color: 'text.secondary' }}>
            {field}
          </Box>{' '}
          {row.action === 'create' ? null : (
            <>
              <s>{shown(from)}</s> →{' '}
            </>
          )}
          {shown(to)}
        </span>
      ))}
    </Box>
  )
}

function Rows({ id, status }: { id: string; status: ProductImport['status'] }) {
  const filters = useFilters(['action'])
  const { action } = filters.values
  return (
    <Section title="Row by row" isFlush>
      <FilterBar>
        <ChoiceFilter
          filters={filters}
          name="action"
          label="Rows"
          choices={importActions.map(value => ({ value, label: words(value) }))}
        />
      </FilterBar>
      <DataTable
        name={`import-${id}`}
        label="Rows of the file"
        queryKey={[...importsKey, 'rows', id, action, status]}
        load={query =>
          api.call(listImportRows, {
            params: { id },
            query: { ...query, ...(action ? { action: action as ImportRow['action'] } : {}) },
          })
        }
        columns={columns}
        id={row => `${row.line}.${row.part}`}
        isTall
        empty={<NothingFound what="row" clear={filters.clear} />}
      />
    </Section>
  )
}

function Actions({ of }: { of: ProductImport }) {
  const queries = useQueryClient()
  const ask = useConfirm()
  const notice = useNotice()
  const params = { id: of.id }
  const settle = (answer: ProductImport | undefined) => {
    if (answer) queries.setQueryData(importQuery(of.id).queryKey, answer)
    void queries.invalidateQueries({ queryKey: importsKey })
    void queries.invalidateQueries({ queryKey: productsKey })
  }
  const undo = useMutation({
    mutationFn: () => api.call(undoImport, { params }),
    onSuccess: ({ status }) =>
      notice({
        text: status === 'undone' ? 'It is taken back' : 'It is being taken back',
        kind: status === 'undone' ? 'success' : 'info',
      }),
    onError: error => notice({ text: `It was not taken back. ${problemText(error)}`, kind: 'error' }),
    onSettled: settle,
  })
  const apply = useMutation({
    mutationFn: () => api.call(applyImport, { params, body: { skip_bad: of.rows.bad > 0 } }),
    onSuccess: ({ status }) =>
      notice(
        status === 'applied'
          ? { text: 'All of it is applied', undo: { act: () => undo.mutate() } }
          : { text: 'It is being applied, and goes on by itself', kind: 'info' },
      ),
    onError: error => notice({ text: `Nothing was changed. ${problemText(error)}`, kind: 'error' }),
    onSettled: settle,
  })
  const changes = of.rows.create + of.rows.update
  async function confirmUndo() {
    const said = await ask({
      title: 'Take this import back?',
      text: 'What it created is deleted, what it changed is as before, and the stock it moved goes back. What somebody has changed since stays.',
      act: 'Take back',
      isDangerous: true,
    })
    if (said !== undefined) undo.mutate()
  }
  if (of.status === 'checked')
    return (
      <Button variant="contained" disabled={changes === 0} loading={apply.isPending} onClick={() => apply.mutate()}>
        {of.rows.bad > 0
          ? `Apply ${count(changes)}, leave out ${count(of.rows.bad)} bad`
          : `Apply ${count(changes)} changes`}
      </Button>
    )
  if (of.status === 'applied')
    return (
      <Button variant="outlined" color="error" loading={undo.isPending} onClick={() => void confirmUndo()}>
        Take back
      </Button>
    )
  return null
}
