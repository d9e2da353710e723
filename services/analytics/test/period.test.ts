import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '@shopfleet/contracts'
import fc from 'fast-check'
import { bucketsOf, cover, offsetsOf, periodBefore, periodOf } from '../src/period.ts'

const noon = Date.parse('2026-11-29T12:00:00Z')
const hours = (ms: number) => ms / 3_600_000
const iso = (ms: number) => new Date(ms).toISOString()

describe('a time as it is asked for', () => {
  test('without anything it is the last thirty days, today counted, on the clocks of the zone', () => {
    const utc = periodOf({}, noon)
    assert.deepEqual(
      [utc.from, utc.to, iso(utc.start), iso(utc.end)],
      ['2026-10-31', '2026-11-29', '2026-10-31T00:00:00.000Z', '2026-11-30T00:00:00.000Z'],
    )
    assert.equal(periodOf({ time_zone: 'Pacific/Auckland' }, noon).to, '2026-11-30')
  })

  test('a day begins where its zone says, also where that is no whole hour of UTC', () => {
    const startOf = (time_zone: string) =>
      iso(periodOf({ from: '2026-11-29', to: '2026-11-29', time_zone }, noon).start)
    assert.equal(startOf('Asia/Kolkata'), '2026-11-28T18:30:00.000Z')
    assert.equal(startOf('Asia/Kathmandu'), '2026-11-28T18:15:00.000Z')
    assert.equal(startOf('America/St_Johns'), '2026-11-29T03:30:00.000Z')
  })

  test('the days before are as many', () => {
    const period = periodOf({ from: '2026-03-20', to: '2026-04-02', time_zone: 'Europe/Berlin' }, noon)
    const before = periodBefore(period)
    assert.deepEqual([before.from, before.to, before.end], ['2026-03-06', '2026-03-19', period.start])
  })

  test('what makes no sense is refused at its field', () => {
    const refusedAt = (query: object) => {
      try {
        periodOf(query, noon)
      } catch (error) {
        assert.ok(error instanceof Problem)
        return error.errors![0]!.pointer
      }
      return undefined
    }
    assert.equal(refusedAt({ time_zone: 'Mars/Olympus' }), 'query/time_zone')
    assert.equal(refusedAt({ time_zone: '+05:37' }), 'query/time_zone')
    assert.equal(refusedAt({ from: '2026-02-01', to: '2026-01-31' }), 'query/from')
    assert.equal(refusedAt({ from: '1999-12-31' }), 'query/from')
    assert.equal(refusedAt({ to: '2100-01-02' }), 'query/to')
  })
})

describe('hours, days, weeks and months', () => {
  const buckets = (from: string, to: string, by: Parameters<typeof bucketsOf>[1], time_zone = 'Europe/Berlin') =>
    bucketsOf(periodOf({ from, to, time_zone }, noon), by)

  test('the day the clocks go forward has 23 hours, the day they go back 25', () => {
    for (const [day, count] of [
      ['2026-03-29', 23],
      ['2026-10-25', 25],
      ['2026-06-01', 24],
    ] as const) {
      const [one] = buckets(day, day, 'day')
      assert.equal(hours(one!.end - one!.start), count)
      assert.equal(buckets(day, day, 'hour').length, count)
    }
    const twice = buckets('2026-10-25', '2026-10-25', 'hour').map(hour => hour.label)
    assert.deepEqual(twice.slice(2, 4), ['2026-10-25T02:00+02:00', '2026-10-25T02:00+01:00'])
  })

  test('a day that begins at one because there was no midnight', () => {
    const [day] = buckets('2026-09-06', '2026-09-06', 'day', 'America/Santiago')
    assert.deepEqual([iso(day!.start), hours(day!.end - day!.start)], ['2026-09-06T04:00:00.000Z', 23])
  })

  test('weeks begin on Monday; the first and the last end with the time', () => {
    const weeks = buckets('2026-11-25', '2026-12-08', 'week')
    assert.deepEqual(
      weeks.map(week => [week.label, hours(week.end - week.start) / 24]),
      [
        ['2026-11-23', 5],
        ['2026-11-30', 7],
        ['2026-12-07', 2],
      ],
    )
  })

  test('months are months of the zone', () => {
    const months = buckets('2026-01-15', '2026-03-10', 'month', 'Asia/Kolkata')
    assert.deepEqual(
      months.map(month => [month.label, iso(month.start)]),
      [
        ['2026-01', '2026-01-14T18:30:00.000Z'],
        ['2026-02', '2026-01-31T18:30:00.000Z'],
        ['2026-03', '2026-02-28T18:30:00.000Z'],
      ],
    )
  })

  test('too many of them are refused', () => {
    assert.throws(() => buckets('2026-01-01', '2026-12-31', 'hour'), Problem)
  })
})

test('any time is covered exactly once, by pieces that begin where their grain does', () => {
  const quarter_ms = 900_000
  const instant = fc.integer({ min: 0, max: 35_040 * 3 }).map(n => Date.parse('2025-01-01T00:00:00Z') + n * quarter_ms)
  fc.assert(
    fc.property(instant, instant, (a, b) => {
      const [start, end] = [Math.min(a, b), Math.max(a, b)]
      let at = start
      for (const piece of cover({ start, end })) {
        assert.equal(piece.start, at)
        assert.ok(piece.end > piece.start)
        for (const edge of [piece.start, piece.end]) {
          if (piece.grain === 'hour') assert.equal(edge % 3_600_000, 0)
          if (piece.grain === 'day') assert.equal(edge % 86_400_000, 0)
          if (piece.grain === 'month') assert.match(iso(edge), /-01T00:00:00.000Z$/)
        }
        at = piece.end
      }
      assert.equal(at, end)
    }),
  )
  const year = periodOf({ from: '2025-07-01', to: '2026-06-30', time_zone: 'America/New_York' }, noon)
  assert.ok(cover(year).length <= 5, 'a year is few pieces')
  assert.throws(() => cover({ start: 1, end: 900_000 }), RangeError)
})

test('a time falls into parts in which the clocks stay as they are', () => {
  const parts = offsetsOf(periodOf({ from: '2026-01-01', to: '2026-12-31', time_zone: 'Europe/Berlin' }, noon))
  assert.deepEqual(
    parts.map(part => part.offset_min),
    [60, 120, 60],
  )
  const lordHowe = offsetsOf(periodOf({ from: '2026-01-01', to: '2026-12-31', time_zone: 'Australia/Lord_Howe' }, noon))
  assert.deepEqual(
    lordHowe.map(part => part.offset_min),
    [660, 630, 660],
  )
})
