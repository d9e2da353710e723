import Download from '@mui/icons-material/Download'
import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import MuiLink from '@mui/material/Link'
import Table from '@mui/material/Table'
import TableBody from '@mui/material/TableBody'
import TableCell from '@mui/material/TableCell'
import TableHead from '@mui/material/TableHead'
import TableRow from '@mui/material/TableRow'
import Typography from '@mui/material/Typography'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { count } from '../formats.ts'
import { csvOf, saveFile } from './csv.ts'

export interface SimpleColumn<Row> {
  label: string
  value: (row: Row) => string | number | null
  cell?: (row: Row) => ReactNode
  align?: 'right'
  isLink?: boolean
  /** Where there is little room it is in the file only. */
  isSpare?: boolean
}

const roomFor = ({ isSpare }: { isSpare?: boolean }) =>
  isSpare ? { display: { xs: 'none', sm: 'table-cell' } } : undefined

export interface SimpleTableProps<Row> {
  name: string
  label: string
  rows: readonly Row[]
  id: (row: Row) => string
  href?: (row: Row) => string | undefined
  columns: readonly SimpleColumn<Row>[]
  /** What is said where there are none. */
  empty: string
}

/** A few rows that are there as a whole, within a page. */
export function SimpleTable<Row>({ name, label, rows, id, href, columns, empty }: SimpleTableProps<Row>) {
  if (rows.length === 0)
    return (
      <Typography variant="body2" color="textSecondary" sx={{ px: 2, pb: 2 }}>
        {empty}
      </Typography>
    )
  const save = () =>
    saveFile(
      `${name}.csv`,
      csvOf([columns.map(one => one.label), ...rows.map(row => columns.map(one => one.value(row)))]),
    )
  return (
    <Box sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={label}>
      <Table size="small" sx={{ fontVariantNumeric: 'tabular-nums' }}>
        <TableHead>
          <TableRow>
            {columns.map(column => (
              <TableCell key={column.label} align={column.align} sx={roomFor(column)}>
                {column.label}
              </TableCell>
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map(row => (
            <TableRow key={id(row)} hover>
              {columns.map(column => {
                const value = column.value(row)
                const shown = column.cell ? column.cell(row) : typeof value === 'number' ? count(value) : (value ?? '—')
                const to = column.isLink ? href?.(row) : undefined
                return (
                  <TableCell key={column.label} align={column.align} sx={roomFor(column)}>
                    {to ? (
                      <MuiLink component={Link} to={to} color="inherit" sx={{ fontWeight: 560 }}>
                        {shown}
                      </MuiLink>
                    ) : (
                      shown
                    )}
                  </TableCell>
                )
              })}
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <Box sx={{ px: 1, py: 0.5 }}>
        <Button color="secondary" startIcon={<Download />} onClick={save} aria-label={`CSV of ${label}`}>
          CSV
        </Button>
      </Box>
    </Box>
  )
}
