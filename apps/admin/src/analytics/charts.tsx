import Box from '@mui/material/Box'
import { BarChart } from '@mui/x-charts/BarChart'
import { LineChart } from '@mui/x-charts/LineChart'

/** Charts with the same look everywhere; what they show is in a table or in words as well. */

export interface ChartProps {
  label: string
  names: readonly string[]
  values: readonly number[]
  format: (value: number) => string
  /** On the axis, where there is little room. */
  shortFormat?: (value: number) => string
  /** What the values are. */
  what: string
  height?: number
}

const axis = { tickLabelStyle: { fontSize: 12 } }

export function AreaChart({ label, names, values, format, shortFormat = format, what, height = 240 }: ChartProps) {
  return (
    <Box role="img" aria-label={label}>
      <LineChart
        height={height}
        margin={{ left: 4, right: 28, top: 12, bottom: 0 }}
        hideLegend
        skipAnimation
        grid={{ horizontal: true }}
        xAxis={[{ data: [...names], scaleType: 'point', ...axis }]}
        yAxis={[{ valueFormatter: (value: number) => shortFormat(value), width: 56, min: 0, ...axis }]}
        series={[
          {
            data: [...values],
            label: what,
            area: true,
            showMark: names.length <= 2,
            curve: 'monotoneX',
            color: 'var(--mui-palette-primary-main)',
            valueFormatter: value => format(value ?? 0),
          },
        ]}
        sx={{ '& .MuiAreaElement-root, & .MuiLineChart-area': { fillOpacity: 0.14 } }}
      />
    </Box>
  )
}

export function ColumnChart({ label, names, values, format, what, height = 200 }: ChartProps) {
  return (
    <Box role="img" aria-label={label}>
      <BarChart
        height={height}
        margin={{ left: 4, right: 28, top: 12, bottom: 0 }}
        hideLegend
        skipAnimation
        borderRadius={3}
        grid={{ horizontal: true }}
        xAxis={[{ data: [...names], scaleType: 'band', ...axis }]}
        yAxis={[{ valueFormatter: (value: number) => format(value), width: 56, min: 0, ...axis }]}
        series={[
          {
            data: [...values],
            label: what,
            color: 'var(--mui-palette-primary-main)',
            valueFormatter: value => format(value ?? 0),
          },
        ]}
      />
    </Box>
  )
}
