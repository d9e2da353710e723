import Box from '@mui/material/Box'
import Paper from '@mui/material/Paper'
import Typography from '@mui/material/Typography'
import type { ReactNode } from 'react'
import { Link } from 'react-router'

export interface FigureProps {
  label: string
  value: ReactNode
  hint?: ReactNode
  /** Something is to be done about it. */
  isPressing?: boolean
  /** Where one goes on from it. */
  to?: string
}

/** One number that says how something stands. */
export function Figure({ label, value, hint, isPressing, to }: FigureProps) {
  return (
    <Paper
      variant="outlined"
      {...(to ? { component: Link, to } : {})}
      sx={{
        ...{ display: 'block', p: 2, minWidth: 0, textDecoration: 'none', color: 'inherit' },
        ...(to ? { '&:hover': { borderColor: 'primary.main' } } : {}),
      }}
    >
      <Typography variant="body2" color="textSecondary">
        {label}
      </Typography>
      <Typography
        component="div"
        sx={{
          ...{ fontSize: '1.5rem', fontWeight: 620, lineHeight: 1.3, letterSpacing: '-0.02em' },
          ...{ fontVariantNumeric: 'tabular-nums', overflowWrap: 'anywhere' },
          ...(isPressing ? { color: 'warning.main' } : {}),
        }}
      >
        {value}
      </Typography>
      {hint ? (
        <Typography variant="caption" color="textSecondary" component="div">
          {hint}
        </Typography>
      ) : null}
    </Paper>
  )
}

/** Numbers beside one another; `least_px` is how narrow each may be. */
export function Figures({ least_px = 168, children }: { least_px?: number; children: ReactNode }) {
  return (
    <Box
      sx={{ display: 'grid', gap: 1.5, gridTemplateColumns: `repeat(auto-fit, minmax(min(${least_px}px, 47%), 1fr))` }}
    >
      {children}
    </Box>
  )
}
