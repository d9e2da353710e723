import Search from '@mui/icons-material/Search'
import InputAdornment from '@mui/material/InputAdornment'
import MenuItem from '@mui/material/MenuItem'
import Stack from '@mui/material/Stack'
import TextField from '@mui/material/TextField'
import { type ReactNode, useEffect, useState } from 'react'
import { useSearchParams } from 'react-router'
import type { Choice } from './form.tsx'

/** What a table is narrowed by. It stands in the address, so that a view can be kept, sent and gone back to. */

export type FilterValues<N extends string> = Partial<Record<N, string>>

export function useFilters<N extends string>(names: readonly N[]) {
  const [search, setSearch] = useSearchParams()
  const values: FilterValues<N> = {}
  for (const name of names) {
    const value = search.get(name)
    if (value) values[name] = value
  }
  return {
    values,
    isFiltered: Object.keys(values).length > 0,
    set(name: N, value: string) {
      setSearch(
        now => {
          if (value) now.set(name, value)
          else now.delete(name)
          return now
        },
        { replace: true },
      )
    },
    clear: () => setSearch({}, { replace: true }),
  }
}
export type Filters<N extends string = string> = ReturnType<typeof useFilters<N>>

export function FilterBar({ children, end }: { children: ReactNode; end?: ReactNode }) {
  return (
    <Stack
      direction="row"
      role="search"
      aria-label="Filters"
      sx={{ gap: 1, flexWrap: 'wrap', alignItems: 'center', px: 2, py: 1.5, borderBottom: 1, borderColor: 'divider' }}
    >
      {children}
      {end ? (
        <Stack direction="row" sx={{ ml: 'auto', gap: 1, alignItems: 'center' }}>
          {end}
        </Stack>
      ) : null}
    </Stack>
  )
}

interface FilterProps<N extends string> {
  filters: Filters<N>
  name: N
  label: string
}

export function ChoiceFilter<N extends string>({
  filters,
  name,
  label,
  choices,
  none = 'All',
}: FilterProps<N> & { choices: readonly Choice[]; none?: string }) {
  return (
    <TextField
      select
      label={label}
      id={`filter-${name}`}
      value={filters.values[name] ?? ''}
      onChange={event => filters.set(name, event.target.value)}
      sx={{ width: { xs: 'calc(50% - 4px)', sm: 168 } }}
      slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
    >
      <MenuItem value="">{none}</MenuItem>
      {choices.map(({ value, label }) => (
        <MenuItem key={value} value={value}>
          {label}
        </MenuItem>
      ))}
    </TextField>
  )
}

const pause_ms = 300

/** Words; asked for once one has stopped typing. */
export function TextFilter<N extends string>({
  filters,
  name,
  label,
  placeholder,
  width = 240,
}: FilterProps<N> & { placeholder?: string; width?: number }) {
  const current = filters.values[name] ?? ''
  const [text, setText] = useState(current)
  useEffect(() => setText(current), [current])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the clock.
  useEffect(() => {
    if (text.trim() === current) return
    const timer = setTimeout(() => filters.set(name, text.trim()), pause_ms)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <TextField
      type="search"
      label={label}
      id={`filter-${name}`}
      placeholder={placeholder}
      value={text}
      onChange={event => setText(event.target.value)}
      onKeyDown={event => event.key === 'Enter' && filters.set(name, text.trim())}
      sx={{ width: { xs: '100%', sm: width } }}
      slotProps={{
        inputLabel: { shrink: true },
        input: {
          startAdornment: (
            <InputAdornment position="start">
              <Search fontSize="small" />
            </InputAdornment>
          ),
        },
      }}
    />
  )
}

export function DayFilter<N extends string>({ filters, name, label }: FilterProps<N>) {
  return (
    <TextField
      type="date"
      label={label}
      id={`filter-${name}`}
      value={filters.values[name] ?? ''}
      onChange={event => filters.set(name, event.target.value)}
      sx={{ width: { xs: 'calc(50% - 4px)', sm: 150 } }}
      slotProps={{ inputLabel: { shrink: true } }}
    />
  )
}

/** The first moment of a day where one sits, as the platform takes it; of the day after with `days: 1`. */
export function dayStart(day: string | undefined, days = 0): string | undefined {
  if (!day) return undefined
  const at = new Date(`${day}T00:00:00`)
  at.setDate(at.getDate() + days)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
