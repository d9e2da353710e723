import type { EventIndex } from './events.ts'
import type { Judge } from './judge.ts'
import { table, type World } from './world.ts'

/** 9, the other half: every event was heard by all who listen to it, once, in order, and nothing is left on its way. */

/** Who must hear what, as the services' documentation says. */
const listeners: Record<string, string[]> = {
  order: [
    'payment.authorised',
    'payment.captured',
    'payment.declined',
    'payment.voided',
    'payment.refunded',
    'user.erased',
  ],
  cart: ['order.reserved', 'order.paid', 'user.erased'],
  inventory: ['product.created'],
  product: ['stock.changed'],
}

/** Topics a service must read: those the events lie in that it must hear. */
const topicsOf = (service: string): Set<string> =>
  new Set((listeners[service] ?? []).map(name => (name.startsWith('stock.') ? 'inventory' : name.split('.')[0]!)))

interface InboxRow {
  event_id: string
  applied_at: string
}
interface OffsetRow {
  topic: string
  position: number
}
interface LetterRow {
  event_id: string
  error: string
  replayed_at: string | null
}

export function judgeDeliveries(world: World, index: EventIndex, judge: Judge): void {
  const heard = judge.check(9, 'each event was applied by everybody who listens to it')
  const ordered = judge.check(9, 'the events of one aggregate were applied in their order')
  const once = judge.check(9, 'nothing was applied that was not said, and nothing twice')
  const sent = judge.check(9, 'nothing is left to be sent')
  const read = judge.check(9, 'every listener has read to the end')
  const letters = judge.check(9, 'nothing lies among the dead letters')

  const total = index.names.length
  const order = [...index.names.keys()].sort((a, b) => index.positions[a]! - index.positions[b]!)

  for (const service of world.evidence.list('tables')) {
    const at = (name: string) => world.evidence.has(`tables/${service}/${name}.jsonl`)
    if (service === 'bus') continue
    if (at('outbox')) {
      const rows = [...table<{ name: string; event_id: string }>(world.evidence, service, 'outbox')]
      sent.expect(rows.length === 0, `${rows.length} events wait in the outbox`, {
        service,
        events: rows.slice(0, 5).map(row => row.event_id),
      })
    }
    if (at('dead_letters')) {
      letters.look()
      for (const letter of table<LetterRow>(world.evidence, service, 'dead_letters')) {
        if (!letter.replayed_at) letters.wrong(letter.error, { service, event_id: letter.event_id })
      }
    }
    const offsets = new Map<string, number>()
    for (const { topic, position } of table<OffsetRow>(world.evidence, service, 'consumer_offsets')) {
      // A service's own words, which it reads back every half minute: there is no listener to miss anything.
      if (!topic.startsWith('own:')) offsets.set(topic, position)
    }
    if (at('inbox')) for (const topic of topicsOf(service)) if (!offsets.has(topic)) offsets.set(topic, 0)
    for (const [topic, position] of offsets) {
      const end = index.ends.get(topic) ?? 0
      read.expect(position === end, `read to ${position}, the end is ${end}`, { service, topic })
    }
    if (at('inbox') && total > 0) judgeInbox(service)
  }

  function judgeInbox(service: string): void {
    const applied = new Float64Array(total).fill(Number.NaN)
    const names = new Set(listeners[service] ?? [])
    for (const { event_id, applied_at } of table<InboxRow>(world.evidence, service, 'inbox')) {
      const i = index.of.get(event_id)
      once.expect(i !== undefined, 'an event was applied that is not on the bus', { service, event_id })
      if (i === undefined) continue
      if (!Number.isNaN(applied[i])) once.wrong('an event was applied twice', { service, event_id })
      applied[i] = Date.parse(applied_at)
      // Who has applied one event of a name listens to that name.
      names.add(index.names[i]!)
    }
    const ids = [...index.of.keys()]
    const last = new Map<string, number>()
    for (const i of order) {
      if (!names.has(index.names[i]!)) continue
      const time = applied[i]!
      const evidence = { service, event_id: ids[i], name: index.names[i] }
      heard.expect(!Number.isNaN(time), `${service} never heard of it`, evidence)
      if (Number.isNaN(time)) continue
      const aggregate = `${index.topics[i]} ${index.aggregates[i]}`
      ordered.expect(!(time < (last.get(aggregate) ?? 0)), 'it was applied before an earlier one', evidence)
      last.set(aggregate, time)
    }
  }
}
