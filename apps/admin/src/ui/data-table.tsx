import ChevronLeft from '@mui/icons-material/ChevronLeft'
import ChevronRight from '@mui/icons-material/ChevronRight'
import Download from '@mui/icons-material/Download'
import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import IconButton from '@mui/material/IconButton'
import MuiLink from '@mui/material/Link'
import Stack from '@mui/material/Stack'
import { useTheme } from '@mui/material/styles'
import Typography from '@mui/material/Typography'
import useMediaQuery from '@mui/material/useMediaQuery'
import { DataGrid, type GridColDef, type GridRowSelectionModel } from '@mui/x-data-grid'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { count } from '../formats.ts'
import { nonce } from '../nonce.ts'
import { problemText } from '../problem.ts'
import { csvOf, saveFile } from './csv.ts'
import { useNotice } from './notice.tsx'
import { Empty, Failed, Loading } from './page.tsx'

/** Every table of the panel: pages of a list as the platform gives them, with links, selection, and CSV of the whole. */

export interface Column<Row> {
  name: string
  label: string
  /** The plain value: shown, and written into the CSV. */
  value: (row: Row) => string | number | boolean | null | undefined
  /** What is shown instead. */
  cell?: (row: Row) => ReactNode
  width?: number
  /** Its share of what is left. */
  flex?: number
  align?: 'right'
  /** Shown only where there is this much room. */
  from?: 'sm' | 'md' | 'lg'
  /** Leads to the row's own page. */
  isLink?: boolean
}

export interface PageOf<Row> {
  items: Row[]
  next_cursor?: string | null
}

export interface DataTableProps<Row> {
  /** Of the file, too. */
  name: string
  label: string
  /** What the list is asked with: another list, other keys. */
  queryKey: readonly unknown[]
  load: (page: { cursor?: string; limit: number }) => Promise<PageOf<Row>>
  columns: readonly Column<Row>[]
  id?: (row: Row) => string
  href?: (row: Row) => string | undefined
  onOpen?: (row: Row) => void
  empty: ReactNode
  /** Rows can be chosen; what can be done with them. */
  selected?: (rows: Row[], clear: () => void) => ReactNode
  /** Rows as high as what is in them. */
  isTall?: boolean
  /** Asked again so often. */
  refetch_ms?: number
}

const pageSize = 50
/** More in one file is a matter for an export, not for a table. */
const mostInFile = 10_000
/** Where a row begins and ends, unless it begins with what chooses it. */
const edges = (i: number, length: number, isChosen: boolean) =>
  `${i === 0 && !isChosen ? 'first' : ''} ${i === length - 1 ? 'last' : ''}`.trim()
/** For rows without one of their own. */
const plainId = (row: unknown) => (row as { id: string }).id

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const {
    name,
    label,
    queryKey,
    load,
    columns,
    id = plainId,
    href,
    onOpen,
    empty,
    selected,
    isTall,
    refetch_ms,
  } = props
  const [cursors, setCursors] = useState<string[]>([])
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [saving, setSaving] = useState<number | undefined>()
  const notice = useNotice()
  const navigate = useNavigate()
  const { breakpoints } = useTheme()
  const room = {
    sm: useMediaQuery(breakpoints.up('sm')),
    md: useMediaQuery(breakpoints.up('md')),
    lg: useMediaQuery(breakpoints.up('lg')),
  }
  const cursor = cursors.at(-1)
  const key = JSON.stringify(queryKey)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its beginning.
  useEffect(() => {
    setCursors([])
    setChosen(new Set())
  }, [key])

  const { data, error, refetch, isFetching, isPlaceholderData } = useQuery({
    queryKey: [...queryKey, { cursor }],
    queryFn: () => load({ limit: pageSize, ...(cursor === undefined ? {} : { cursor }) }),
    placeholderData: keepPreviousData,
    refetchInterval: refetch_ms,
  })
  if (!data) return error ? <Box sx={{ p: 2 }}>{<Failed error={error} retry={refetch} />}</Box> : <Loading lines={6} />
  const rows = data.items

  async function save() {
    setSaving(0)
    const all: Row[] = []
    try {
      for (let at: string | undefined | null; at !== null && all.length < mostInFile; ) {
        const page: PageOf<Row> = await load({ limit: 100, ...(at === undefined ? {} : { cursor: at }) })
        all.push(...page.items)
        at = page.next_cursor ?? null
        setSaving(all.length)
      }
      saveFile(
        `${name}.csv`,
        csvOf([columns.map(one => one.label), ...all.map(row => columns.map(one => one.value(row)))]),
      )
      if (all.length >= mostInFile)
        notice({ text: `The file has the first ${count(mostInFile)} rows: narrow the table for others.`, kind: 'info' })
    } catch (failure) {
      notice({ text: `The file could not be made. ${problemText(failure)}`, kind: 'error' })
    } finally {
      setSaving(undefined)
    }
  }

  if (rows.length === 0 && cursors.length === 0) return <>{empty}</>

  const grid: GridColDef<Row>[] = columns
    .filter(column => !column.from || room[column.from])
    .map((column, i, all) => ({
      field: column.name,
      headerClassName: edges(i, all.length, Boolean(selected)),
      cellClassName: edges(i, all.length, Boolean(selected)),
      headerName: column.label,
      sortable: false,
      ...(column.width ? { width: column.width, minWidth: column.width } : { flex: column.flex ?? 1, minWidth: 120 }),
      ...(column.align ? { align: column.align, headerAlign: column.align } : {}),
      renderCell({ row }) {
        const shown = column.cell ? column.cell(row) : (column.value(row) ?? '—')
        const to = column.isLink ? href?.(row) : undefined
        if (to)
          return (
            <MuiLink component={Link} to={to} color="inherit" noWrap sx={{ fontWeight: 560 }}>
              {shown}
            </MuiLink>
          )
        if (column.isLink && onOpen)
          return (
            <MuiLink
              component="button"
              onClick={() => onOpen(row)}
              color="inherit"
              noWrap
              sx={{ font: 'inherit', fontWeight: 560, textAlign: 'left', maxWidth: '100%' }}
            >
              {shown}
            </MuiLink>
          )
        return shown
      },
    }))
  const chosenRows = rows.filter(row => chosen.has(id(row)))
  const model: GridRowSelectionModel = { type: 'include', ids: new Set(chosen) }

  return (
    <Box sx={{ opacity: isPlaceholderData ? 0.55 : 1, transition: 'opacity 120ms' }} aria-busy={isFetching}>
      {selected && chosenRows.length > 0 ? (
        <Stack
          direction="row"
          sx={{
            gap: 1,
            alignItems: 'center',
            flexWrap: 'wrap',
            px: 2,
            py: 1,
            bgcolor: 'background.sunken',
            borderBottom: 1,
            borderColor: 'divider',
          }}
        >
          <Typography variant="body2" sx={{ fontWeight: 560, mr: 1 }}>
            {count(chosenRows.length)} chosen
          </Typography>
          {selected(chosenRows, () => setChosen(new Set()))}
        </Stack>
      ) : null}
      <DataGrid
        rows={rows}
        columns={grid}
        getRowId={row => id(row)}
        aria-label={label}
        nonce={nonce}
        rowHeight={40}
        getRowHeight={isTall ? () => 'auto' : undefined}
        columnHeaderHeight={40}
        hideFooter
        disableColumnMenu
        disableColumnSorting
        disableRowSelectionOnClick
        disableVirtualization={rows.length <= pageSize}
        checkboxSelection={Boolean(selected)}
        rowSelectionModel={model}
        onRowSelectionModelChange={next =>
          setChosen(
            new Set(
              next.type === 'include' ? [...next.ids].map(String) : rows.map(id).filter(one => !next.ids.has(one)),
            ),
          )
        }
        onRowClick={({ row }, event) => {
          if (!(event.target as HTMLElement).closest || (event.target as HTMLElement).closest('a, button, input'))
            return
          const to = href?.(row)
          if (to) navigate(to)
          else onOpen?.(row)
        }}
        sx={{
          border: 0,
          borderRadius: 0,
          '--DataGrid-t-header-background-base': 'transparent',
          '& .MuiDataGrid-columnHeaderTitle': { fontWeight: 560, color: 'text.secondary', fontSize: '0.8125rem' },
          '& .MuiDataGrid-cell': { fontVariantNumeric: 'tabular-nums' },
          // On one line with the title of the card.
          '& .first.first': { pl: 2 },
          '& .last.last': { pr: 2 },
          '& .MuiDataGrid-cell:focus, & .MuiDataGrid-columnHeader:focus': { outlineOffset: -2 },
          '& .MuiDataGrid-row': { cursor: href || onOpen ? 'pointer' : 'default' },
          '& .MuiDataGrid-columnSeparator': { display: 'none' },
          ...(isTall
            ? { '& .MuiDataGrid-cell': { display: 'flex', alignItems: 'flex-start', py: 1.25, minHeight: 40 } }
            : {}),
        }}
      />
      <Stack
        direction="row"
        sx={{ alignItems: 'center', gap: 1, px: 2, py: 0.75, borderTop: 1, borderColor: 'divider' }}
      >
        <Typography variant="caption" color="textSecondary" sx={{ mr: 'auto' }} role="status">
          {rows.length === 0
            ? 'Nothing further'
            : `${count(cursors.length * pageSize + 1)}–${count(cursors.length * pageSize + rows.length)}${data.next_cursor ? ', and more' : ''}`}
        </Typography>
        <Button
          color="secondary"
          startIcon={<Download />}
          onClick={save}
          loading={saving !== undefined}
          loadingPosition="start"
        >
          {saving ? `${count(saving)} rows…` : 'CSV'}
        </Button>
        {cursors.length > 0 || data.next_cursor ? (
          <>
            <IconButton
              aria-label="Page before"
              disabled={cursors.length === 0}
              onClick={() => setCursors(cursors.slice(0, -1))}
            >
              <ChevronLeft />
            </IconButton>
            <IconButton
              aria-label="Next page"
              disabled={!data.next_cursor || isPlaceholderData}
              onClick={() => setCursors([...cursors, data.next_cursor!])}
            >
              <ChevronRight />
            </IconButton>
          </>
        ) : null}
      </Stack>
    </Box>
  )
}

/** For a table that is narrowed to nothing. */
export function NothingFound({ what, clear }: { what: string; clear: () => void }) {
  return (
    <Empty
      title={`No ${what} like that`}
      hint="Nothing passes these filters."
      action={
        <Button variant="outlined" onClick={clear}>
          Clear filters
        </Button>
      }
    />
  )
}
