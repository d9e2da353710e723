import Box from '@mui/material/Box'
import { words } from '../formats.ts'

/** How something stands: a word, with a dot in the colour of what it means. */

export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'quiet'

const tones: Record<string, Tone> = {
  // orders
  pending: 'warn',
  processing: 'busy',
  shipped: 'busy',
  delivered: 'good',
  cancelled: 'quiet',
  // payments
  unpaid: 'quiet',
  authorising: 'busy',
  authorised: 'busy',
  paid: 'good',
  captured: 'good',
  in_doubt: 'warn',
  failed: 'bad',
  declined: 'bad',
  voided: 'quiet',
  refunded: 'quiet',
  partially_refunded: 'warn',
  // messages
  queued: 'busy',
  sending: 'busy',
  sent: 'good',
  dropped: 'quiet',
  // findings, dead letters, webhooks, reviews
  open: 'warn',
  repaired: 'good',
  gone: 'quiet',
  closed: 'quiet',
  replayed: 'good',
  discarded: 'quiet',
  published: 'good',
  waiting: 'busy',
  rejected: 'bad',
  delivering: 'busy',
  active: 'good',
  disabled: 'quiet',
  inactive: 'quiet',
}
const colours: Record<Tone, string> = {
  good: 'success.main',
  warn: 'warning.main',
  bad: 'error.main',
  busy: 'info.main',
  quiet: 'text.disabled',
}

export function Status({ of, label, tone }: { of: string; label?: string; tone?: Tone }) {
  return (
    <Box
      component="span"
      sx={{
        display: 'inline-flex',
        alignItems: 'center',
        gap: 0.875,
        whiteSpace: 'nowrap',
        lineHeight: 1.4,
        verticalAlign: 'middle',
      }}
    >
      <Box
        component="span"
        aria-hidden
        sx={{ width: 8, height: 8, borderRadius: '50%', flex: 'none', bgcolor: colours[tone ?? tones[of] ?? 'quiet'] }}
      />
      {label ?? words(of)}
    </Box>
  )
}
