import { randomUUIDv7 } from 'node:crypto'

/** Time and ids come from here and nowhere else, so that a test can hold them. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** A UUIDv7. */
  newId(): string
}

export const systemClock: Clock = {
  now: () => Date.now(),
  newId: () => randomUUIDv7(),
}

/** A clock a test moves by hand. Ids stay real. */
export function createTestClock(start_ms = Date.now()): Clock & { advance(ms: number): void } {
  let now = start_ms
  return {
    now: () => now,
    newId: () => randomUUIDv7(),
    advance(ms) {
      now += ms
    },
  }
}

/**
 * The system's clock, put forward or back by whoever started this process (`{ clock_shift_ms }` over its channel), to
 * see what a wrong clock does. Undefined without CLOCK_SHIFTS=true, and always in production.
 */
export function createShiftedClock(
  env: Record<string, string | undefined>,
  listen: (heard: (message: unknown) => void) => void,
): Clock | undefined {
  if (env.CLOCK_SHIFTS !== 'true' || env.NODE_ENV === 'production') return undefined
  let shift_ms = 0
  listen(message => {
    if (typeof message !== 'object' || message === null || !('clock_shift_ms' in message)) return
    if (typeof message.clock_shift_ms === 'number') shift_ms = message.clock_shift_ms
  })
  return { now: () => systemClock.now() + shift_ms, newId: () => systemClock.newId() }
}
