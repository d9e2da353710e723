import { Problem } from '@shopfleet/contracts'

/*
 * Times as people ask for them, days on the clocks of a place, and the pieces of roll-ups that cover them. Pure. The
 * clocks of every zone differ from UTC by whole quarters of an hour, and have since 1972: so do their days.
 */

export interface PeriodQuery {
  from?: string
  to?: string
  time_zone?: string
}

/** Milliseconds since 1970; `end` is not counted. `from` and `to` are days of the zone, both counted. */
export interface Period {
  from: string
  to: string
  time_zone: string
  start: number
  end: number
}

const firstDay = '2000-01-01'
const lastDay = '2100-01-01'
const usualDays = 30

const refuse = (name: string, detail: string) =>
  new Problem('validation-failed', { errors: [{ pointer: `query/${name}`, detail }] })

/** The time that is asked for, or the last thirty days. Refuses a zone nobody knows, and days the wrong way round. */
export function periodOf(query: PeriodQuery, now: number): Period {
  const { time_zone = 'UTC' } = query
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(knownZone(time_zone)).toPlainDate()
  const to = query.to === undefined ? today : dayOf('to', query.to)
  const from = query.from === undefined ? to.subtract({ days: usualDays - 1 }) : dayOf('from', query.from)
  if (Temporal.PlainDate.compare(from, to) > 0) throw refuse('from', 'must not be after `to`')
  return periodBetween(from, to, time_zone)
}

/** The same number of days before a time. */
export function periodBefore({ from, to, time_zone }: Period): Period {
  const first = Temporal.PlainDate.from(from)
  const { days } = first.until(to, { largestUnit: 'day' })
  const last = first.subtract({ days: 1 })
  return periodBetween(last.subtract({ days }), last, time_zone)
}

function periodBetween(from: Temporal.PlainDate, to: Temporal.PlainDate, time_zone: string): Period {
  const beginning = (day: Temporal.PlainDate) => day.toZonedDateTime(time_zone).epochMilliseconds
  return {
    from: from.toString(),
    to: to.toString(),
    time_zone,
    start: beginning(from),
    end: beginning(to.add({ days: 1 })),
  }
}

function knownZone(name: string): string {
  try {
    // An offset such as +05:37 is a zone too, but none where somebody lives.
    if (/^[A-Za-z]/.test(name)) return new Intl.DateTimeFormat('en', { timeZone: name }) && name
  } catch {
    // Falls through: nobody knows it.
  }
  throw refuse('time_zone', 'must be an IANA time zone, such as Europe/Berlin')
}

function dayOf(name: string, text: string): Temporal.PlainDate {
  if (text < firstDay || text > lastDay) throw refuse(name, `must be from ${firstDay} to ${lastDay}`)
  return Temporal.PlainDate.from(text)
}

export type Unit = 'hour' | 'day' | 'week' | 'month'

export interface Bucket {
  start: number
  end: number
  label: string
}

const mostBuckets = 1000

/**
 * The hours, days, weeks or months of a time. The first and the last end with it. An hour is an hour, also in the night
 * when the clocks are changed: that day has 23 of them, or 25.
 */
export function bucketsOf(period: Period, by: Unit): Bucket[] {
  const buckets: Bucket[] = []
  const { time_zone, end } = period
  let at = Temporal.Instant.fromEpochMilliseconds(period.start).toZonedDateTimeISO(time_zone)
  while (at.epochMilliseconds < end) {
    if (buckets.length === mostBuckets) throw refuse('by', `there are more than ${mostBuckets} of them in that time`)
    const next = nextOf(at, by)
    const start = at.epochMilliseconds
    buckets.push({ start, end: Math.min(next.epochMilliseconds, end), label: labelOf(at, by) })
    at = next
  }
  return buckets
}

const mondayOf = (day: Temporal.PlainDate) => day.subtract({ days: day.dayOfWeek - 1 })

function nextOf(at: Temporal.ZonedDateTime, by: Unit): Temporal.ZonedDateTime {
  const day = at.toPlainDate()
  switch (by) {
    case 'hour':
      return at.add({ hours: 1 })
    case 'day':
      return day.add({ days: 1 }).toZonedDateTime(at.timeZoneId)
    case 'week':
      return mondayOf(day).add({ days: 7 }).toZonedDateTime(at.timeZoneId)
    case 'month':
      return day.with({ day: 1 }).add({ months: 1 }).toZonedDateTime(at.timeZoneId)
  }
}

function labelOf(at: Temporal.ZonedDateTime, by: Unit): string {
  if (by === 'hour') return at.toString({ timeZoneName: 'never', smallestUnit: 'minute' })
  const day = at.toPlainDate()
  if (by === 'month') return day.toPlainYearMonth().toString()
  return (by === 'week' ? mondayOf(day) : day).toString()
}

export const grains = ['quarter_hour', 'hour', 'day', 'month'] as const
export type Grain = (typeof grains)[number]

/** A run of roll-ups of one grain: from, and up to but without. */
export interface Piece {
  grain: Grain
  start: number
  end: number
}

const quarterHour_ms = 15 * 60_000
const length_ms = { quarter_hour: quarterHour_ms, hour: 4 * quarterHour_ms, day: 96 * quarterHour_ms }

/** The fewest roll-ups that cover a time exactly, each quarter of an hour once. Its ends are whole quarters of UTC. */
export function cover({ start, end }: { start: number; end: number }): Piece[] {
  if (start % quarterHour_ms !== 0 || end % quarterHour_ms !== 0) throw new RangeError('not whole quarters of an hour')
  const pieces: Piece[] = []
  for (let at = start; at < end; ) {
    const grain = [...grains].reverse().find(one => isStart(at, one) && endOf(at, one) <= end)!
    const last = pieces.at(-1)
    if (last?.grain === grain) last.end = endOf(at, grain)
    else pieces.push({ grain, start: at, end: endOf(at, grain) })
    at = pieces.at(-1)!.end
  }
  return pieces
}

const isStart = (at: number, grain: Grain): boolean =>
  grain === 'month' ? isStart(at, 'day') && new Date(at).getUTCDate() === 1 : at % length_ms[grain] === 0

function endOf(at: number, grain: Grain): number {
  if (grain !== 'month') return at + length_ms[grain]
  const day = new Date(at)
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 1)
}

/** The parts of a time in which the clocks of its zone stay as far from UTC, in minutes. */
export function offsetsOf({ start, end, time_zone }: Period): { start: number; end: number; offset_min: number }[] {
  const parts: { start: number; end: number; offset_min: number }[] = []
  for (let at = start; at < end; ) {
    const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(time_zone)
    const change = local.getTimeZoneTransition('next')?.epochMilliseconds ?? end
    parts.push({ start: at, end: Math.min(change, end), offset_min: local.offsetNanoseconds / 60e9 })
    at = change
  }
  return parts
}
