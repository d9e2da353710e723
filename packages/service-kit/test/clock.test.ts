import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createShiftedClock } from '../src/clock.ts'

test('a clock is shifted only where it was asked for, and never in production', () => {
  const deaf = () => assert.fail('nobody may listen')
  assert.equal(createShiftedClock({}, deaf), undefined)
  assert.equal(createShiftedClock({ CLOCK_SHIFTS: 'true', NODE_ENV: 'production' }, deaf), undefined)

  let say: (message: unknown) => void = () => {}
  const clock = createShiftedClock({ CLOCK_SHIFTS: 'true' }, heard => {
    say = heard
  })!
  say({ clock_shift_ms: -600_000 })
  assert.ok(Math.abs(clock.now() - (Date.now() - 600_000)) < 60_000)
  for (const nonsense of ['back', null, { clock_shift_ms: 'far' }]) say(nonsense)
  assert.ok(clock.now() < Date.now() - 500_000)
  say({ clock_shift_ms: 0 })
  assert.ok(Math.abs(clock.now() - Date.now()) < 60_000)
})
