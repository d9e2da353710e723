import { services } from '@shopfleet/platform'
import { claim, type Fault, nothingFree, statementDuration } from './fault.ts'

/* Events that come again, late, and out of order between topics. Within a topic they come in order or again. */

const withDatabase = services.filter(entry => entry.hasDatabase).map(entry => entry.name)
/** The relay's advisory lock: one relay at a time per database. */
const relayLock = 811_001

/** A service's place in a topic is set back: it reads again what it has applied. */
export const eventsAgain: Fault = async scene => {
  const { random, platform } = scene
  if (scene.busy.has('postgres')) return nothingFree
  const listener = random.pick(withDatabase)
  const back = 1 + random.below(2000)
  const rows = await platform.sql(listener)<{ topic: string; position: number }[]>`
    update consumer_offsets set position = greatest(0, position - ${back}) where topic not like 'own:%'
    returning topic, position`
  if (rows.length === 0) return { skip: `${listener} listens to nobody` }
  return { target: listener, details: { back, topics: rows.map(row => row.topic) }, hold_ms: 0, end: async () => {} }
}

/** Events wait: before the bus, since nobody carries them there, or behind it, since a listener's place is locked. */
export const eventsLate: Fault = async scene => {
  const { random, platform } = scene
  const service = random.pick(withDatabase)
  const mark = `events of ${service}`
  if (scene.busy.has('postgres') || scene.busy.has(mark)) return nothingFree
  const release = claim(scene, mark)
  const hold_ms = statementDuration(scene)
  const sql = platform.sql(service)
  const isRelay = random.next() < 0.5
  const work = sql.begin(async tx => {
    if (isRelay) {
      // In line for the lock first, then the relay's session is ended: nobody gets in between.
      const carriers = await sql<{ pid: number }[]>`
        select pid from pg_locks
        where locktype = 'advisory' and objid = ${relayLock} and granted
          and database = (select oid from pg_database where datname = current_database())`
      const mine = tx`select pg_advisory_xact_lock(${relayLock})`
      mine.catch(() => {})
      for (const { pid } of carriers) await sql`select pg_terminate_backend(${pid})`
      await mine
    } else {
      // One topic and not the others: they overtake it.
      const rows = await tx<{ topic: string }[]>`select topic from consumer_offsets order by topic`
      if (rows.length > 0) await tx`select 1 from consumer_offsets where topic = ${random.pick(rows).topic} for update`
    }
    await tx`select pg_sleep(${hold_ms / 1000})`
  })
  const done = work.catch(() => {})
  return {
    target: service,
    details: { hold_ms, where: isRelay ? 'before the bus' : 'behind the bus' },
    hold_ms,
    async end() {
      await done
      release()
    },
  }
}
