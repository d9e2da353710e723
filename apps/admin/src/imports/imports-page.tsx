import Download from '@mui/icons-material/Download'
import Alert from '@mui/material/Alert'
import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import Stack from '@mui/material/Stack'
import Typography from '@mui/material/Typography'
import { exportProducts, importProducts, listImports, type ProductImport } from '@shopfleet/contracts'
import { useMutation } from '@tanstack/react-query'
import { type DragEvent, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { api, queries } from '../api.ts'
import { count, words } from '../formats.ts'
import { problemText } from '../problem.ts'
import { saveFile } from '../ui/csv.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Empty, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import { importQuery, importsKey } from './import-queries.ts'

export const importTones = {
  checked: 'warn',
  applying: 'busy',
  applied: 'good',
  undoing: 'busy',
  undone: 'quiet',
} as const

const columns: Column<ProductImport>[] = [
  { name: 'file_name', label: 'File', value: one => one.file_name ?? 'Without a name', flex: 2, isLink: true },
  { name: 'format', label: 'Format', value: one => one.format, cell: one => words(one.format), width: 110, from: 'md' },
  { name: 'create', label: 'New', value: one => one.rows.create, width: 80, align: 'right', from: 'sm' },
  { name: 'update', label: 'Changed', value: one => one.rows.update, width: 90, align: 'right', from: 'sm' },
  { name: 'bad', label: 'Bad', value: one => one.rows.bad, width: 80, align: 'right', from: 'sm' },
  {
    name: 'status',
    label: 'Status',
    value: one => one.status,
    cell: one => <Status of={one.status} tone={importTones[one.status]} />,
    width: 120,
  },
  {
    name: 'created_at',
    label: 'When',
    value: one => one.created_at,
    cell: one => <Time at={one.created_at} />,
    width: 120,
    from: 'sm',
  },
]

/** The catalogue as a table: looked at before it changes anything, and taken back after. */
export function Component() {
  return (
    <Page title="Import and export" back={{ to: '/products', label: 'To the products' }} actions={<ExportButton />}>
      <Stack sx={{ gap: 2 }}>
        <Drop />
        <Section title="Imports so far" isFlush>
          <DataTable
            name="imports"
            label="Imports"
            queryKey={[...importsKey, 'all']}
            load={query => api.call(listImports, { query })}
            columns={columns}
            href={one => `/products/imports/${one.id}`}
            empty={
              <Empty
                title="No imports yet"
                hint="Export the catalogue, change it in a spreadsheet, and drop it here."
              />
            }
          />
        </Section>
      </Stack>
    </Page>
  )
}

function Drop() {
  const navigate = useNavigate()
  const chooser = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const check = useMutation({
    mutationFn: (file: File) =>
      api.call(importProducts, {
        query: { file_name: file.name.slice(0, 255) },
        // Some systems call a CSV by a name of their own, or by none.
        body: new Blob([file], { type: 'text/csv' }) as never,
      }),
    onSuccess(answer) {
      queries.setQueryData(importQuery(answer.id).queryKey, answer)
      void queries.invalidateQueries({ queryKey: importsKey })
      void navigate(`/products/imports/${answer.id}`)
    },
  })
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    const file = event.dataTransfer.files[0]
    if (file) check.mutate(file)
  }
  return (
    <Section title="Take in a file">
      <Typography variant="body2" color="textSecondary">
        A CSV file as the export gives it out, or the product file of Shopify. First you see row by row what it would
        change; nothing changes until you say so.
      </Typography>
      <Box
        onDragOver={event => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        sx={{
          ...{
            mt: 1.5,
            border: 1.5,
            borderStyle: 'dashed',
            borderColor: isOver ? 'primary.main' : 'divider',
            borderRadius: 2,
          },
          ...{ p: 4, textAlign: 'center', bgcolor: isOver ? 'background.sunken' : 'transparent' },
        }}
      >
        <Typography variant="body2">Drop a CSV file here: up to 10,000 rows and 16 MB.</Typography>
        <Button variant="contained" sx={{ mt: 1.5 }} loading={check.isPending} onClick={() => chooser.current?.click()}>
          Choose a file
        </Button>
        <input
          ref={chooser}
          type="file"
          hidden
          accept=".csv,text/csv"
          aria-label="CSV file"
          onChange={event => {
            const file = event.target.files?.[0]
            if (file) check.mutate(file)
            event.target.value = ''
          }}
        />
      </Box>
      {check.error ? (
        <Alert severity="error" sx={{ mt: 1.5 }}>
          {problemText(check.error)}
        </Alert>
      ) : null}
    </Section>
  )
}

function ExportButton() {
  const notice = useNotice()
  const [isPending, setPending] = useState(false)
  async function save() {
    setPending(true)
    try {
      const csv = await api.call(exportProducts, {}, { accept: 'text/csv' })
      saveFile('products.csv', String(csv))
      notice({ text: `${count(String(csv).split('\n').length - 2)} lines are in the file` })
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
    setPending(false)
  }
  return (
    <Button
      variant="outlined"
      color="secondary"
      startIcon={<Download />}
      loading={isPending}
      loadingPosition="start"
      onClick={() => void save()}
    >
      Export all products
    </Button>
  )
}
