/** The days figures are of, and the time zone whose days they are. */

export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone
const dayOf = (at: Date): string =>
  `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`

export const ranges = {
  today: { label: 'Today', days: 1, by: 'hour' },
  week: { label: '7 days', days: 7, by: 'day' },
  month: { label: '30 days', days: 30, by: 'day' },
  quarter: { label: '90 days', days: 90, by: 'week' },
  year: { label: '12 months', days: 365, by: 'month' },
} as const
export type RangeName = keyof typeof ranges

export function rangeQuery(name: RangeName, now = new Date()) {
  const first = new Date(now)
  first.setDate(first.getDate() - ranges[name].days + 1)
  return { from: dayOf(first), to: dayOf(now), time_zone: timeZone }
}

/** `2026-11-29T14:00` as it stands on the clocks there → what fits under a chart. */
export function bucketName(label: string, by: string): string {
  const at = new Date(label.length === 10 ? `${label}T00:00` : label)
  if (Number.isNaN(at.getTime())) return label
  if (by === 'hour') return at.toLocaleTimeString('en', { hour: 'numeric' })
  if (by === 'month') return at.toLocaleDateString('en', { month: 'short', year: '2-digit' })
  return at.toLocaleDateString('en', { day: 'numeric', month: 'short' })
}
