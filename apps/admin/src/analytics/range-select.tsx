import MenuItem from '@mui/material/MenuItem'
import TextField from '@mui/material/TextField'
import { type RangeName, ranges } from './range.ts'

export function RangeSelect({ value, onChange }: { value: RangeName; onChange: (range: RangeName) => void }) {
  return (
    <TextField
      select
      id="range"
      label="Of"
      value={value}
      onChange={event => onChange(event.target.value as RangeName)}
      sx={{ width: 140 }}
    >
      {Object.entries(ranges).map(([name, { label }]) => (
        <MenuItem key={name} value={name}>
          {label}
        </MenuItem>
      ))}
    </TextField>
  )
}
