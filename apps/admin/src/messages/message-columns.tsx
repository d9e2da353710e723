import type { Notification } from '@shopfleet/contracts'
import { words } from '../formats.ts'
import type { Column } from '../ui/data-table.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'

export const messageColumns: Column<Notification>[] = [
  { name: 'subject', label: 'Message', value: one => one.subject ?? words(one.template), flex: 2, isLink: true },
  { name: 'recipient', label: 'To', value: one => one.recipient, flex: 1.4, from: 'sm' },
  { name: 'channel', label: 'Channel', value: one => one.channel, width: 90, from: 'md' },
  { name: 'status', label: 'Status', value: one => one.status, cell: one => <Status of={one.status} />, width: 110 },
  { name: 'attempts', label: 'Attempts', value: one => one.attempts, width: 90, align: 'right', from: 'lg' },
  {
    name: 'created_at',
    label: 'When',
    value: one => one.created_at,
    cell: one => <Time at={one.created_at} />,
    width: 120,
    from: 'sm',
  },
]
