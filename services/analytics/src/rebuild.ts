import { fileURLToPath } from 'node:url'
import { connect, migrate, type ReservedSql } from '@shopfleet/database'
import { type Bus, createSubscription, messagingMigrations } from '@shopfleet/messaging'
import { handlers } from './events.ts'
import * as store from './rebuild-store.ts'

export interface Rebuilt {
  /** Events that were read. */
  events: number
  /**
   * The log told everything from the beginning. If not, the facts it no longer tells were kept, the log was applied to
   * them again, and all sums were made anew.
   */
  whole: boolean
}

/**
 * Makes all facts and roll-ups anew from the event log, beside those in use, and puts them in their place at once: who looks
 * meanwhile sees the old ones, and a service that runs goes on where this ends. Throws, and changes nothing, if an event
 * cannot be applied.
 */
export async function rebuild(options: { url: string; bus: Bus; say?: (line: string) => void }): Promise<Rebuilt> {
  const { url, bus, say = () => {} } = options
  const pool = connect(url, { name: 'analytics rebuild', max: 1 })
  const beside = connect(withSearchPath(url), { name: 'analytics rebuild', max: 2 })
  try {
    const hand = await pool.reserve()
    try {
      if (!(await store.takeTurn(hand))) throw new Error('another rebuild is at work')
      await store.makeSchema(hand)
      await migrate(beside, [messagingMigrations, fileURLToPath(new URL('../migrations', import.meta.url))])
      const whole = await isLogWhole(hand, bus)
      await store.copyProjections(hand)
      if (!whole) await store.copyFacts(hand)
      say(
        whole ? 'the event log tells everything' : 'the event log does not reach back to the beginning: facts are kept',
      )

      let failed: unknown
      const subscription = createSubscription({
        sql: beside,
        bus,
        // What storefronts told has no facts: where the log does not tell all of it, it stays as it was counted.
        handlers: handlers().filter(({ event }) => whole || event.service !== 'analytics'),
        onError: error => {
          failed = error
        },
      })
      let events = await subscription.drain()
      say(`${events} events read`)
      if (!whole) {
        const sums = await beside.reserve()
        try {
          await store.takeTime(sums)
          await store.remakeBeside(sums)
        } finally {
          sums.release()
        }
      }
      await hand.unsafe('begin')
      try {
        await store.holdListeners(hand)
        // What was said meanwhile: after this nobody has heard more than what is read here.
        events += await subscription.drain()
        const dead = await store.countDeadLetters(hand)
        if (dead.n > 0) throw new Error(`${dead.n} events cannot be applied: ${dead.error}`, { cause: failed })
        if (!whole) await store.copyTold(hand)
        await store.swap(hand)
        await hand.unsafe('commit')
      } catch (error) {
        await hand.unsafe('rollback')
        throw error
      }
      return { events, whole }
    } finally {
      await store.dropSchema(hand).catch(() => {})
      await store.giveTurn(hand)
      hand.release()
    }
  } finally {
    await beside.end({ timeout: 5 })
    await pool.end({ timeout: 5 })
  }
}

/** The driver hands what it does not know of a URL to the server. */
function withSearchPath(url: string): string {
  const beside = new URL(url)
  beside.searchParams.set('search_path', store.besides)
  return beside.href
}

/** Events of different things may lie in the log a little out of order. */
const disorder_ms = 60_000

/** Whether the log still has what the oldest facts were made of. It forgets by age, so what is older than it is gone. */
async function isLogWhole(on: ReservedSql, bus: Bus): Promise<boolean> {
  for (const { topic, at } of await store.firstTimes(on)) {
    const [first] = await bus.read(topic, 0, 1)
    if (!first || Date.parse(first.message.occurred_at) > Date.parse(at) + disorder_ms) return false
  }
  return true
}
