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
