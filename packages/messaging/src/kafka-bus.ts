import { setTimeout as pause } from 'node:timers/promises'
import { Consumer, Producer, stringSerializers, UserError } from '@platformatic/kafka'
import { type EventMessage, Unavailable } from '@shopfleet/contracts'
import type { Bus, Delivery } from './bus.ts'
import { clientOptions, createTopic, type KafkaOptions, outwardTopics, says } from './kafka-client.ts'

type FetchedPartition = Awaited<ReturnType<Consumer['fetch']>>['responses'][number]['partitions'][number]

/** Of one request, below the megabyte a broker takes by default. */
const appendBytes = 512 * 1024
const readBytes = 1024 * 1024
/** How long a broker holds a question for what is new, and how long one is waited for that does not answer. */
const patience_ms = 1000
/** What is over in a moment: a topic that was just made is not known everywhere, leadership moves, a session of reads ends. */
const passing = [
  'UNKNOWN_TOPIC_ID',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INCONSISTENT_TOPIC_ID',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'FENCED_LEADER_EPOCH',
  'FETCH_SESSION_ID_NOT_FOUND',
  'FETCH_SESSION_TOPIC_ID_ERROR',
  'INVALID_FETCH_SESSION_EPOCH',
]
const mostTries = 40
const earliest = -2n
const latest = -1n

/** Parts of a list in its order, each of so many bytes at most, or of one item. */
function* chunksOf(values: { key: string; value: string }[]): Generator<{ key: string; value: string }[]> {
  let chunk: typeof values = []
  let bytes = 0
  for (const each of values) {
    const size = Buffer.byteLength(each.value)
    if (chunk.length > 0 && bytes + size > appendBytes) {
      yield chunk
      chunk = []
      bytes = 0
    }
    chunk.push(each)
    bytes += size
  }
  if (chunk.length > 0) yield chunk
}

const isUnknownTopic = (error: unknown) => error instanceof UserError && error.message.startsWith('Unknown topic')

function deliveriesIn(partition: FetchedPartition, after: number, limit: number): Delivery[] {
  const found: Delivery[] = []
  for (const batch of partition.records ?? []) {
    for (const { offsetDelta, value } of batch.records) {
      const position = Number(batch.firstOffset) + offsetDelta + 1
      // A batch comes whole, with what lies in it before the place.
      if (position <= after || !value) continue
      if (found.length === limit) return found
      found.push({ position, message: JSON.parse(value.toString()) as EventMessage })
    }
  }
  return found
}

/** As the view of the log in PostgreSQL that the gateway reads. */
function outwardOf({ position, message }: Delivery): Delivery {
  const { items: _items, cart_id: _cart, ...payload } = message.payload as Record<string, unknown>
  return { position, message: { ...message, payload } }
}

/**
 * The bus in Kafka: a topic per speaking service with one partition, keyed by the aggregate, so that positions (the offset and
 * one) order a topic as they do in PostgreSQL, and listeners keep their place in their own database with the effect. No consumer
 * group, no transaction of Kafka's. An event that was appended twice, by a relay that died between append and delete, is there
 * twice: the inbox of each listener passes over the second. Connects when first used. Throws `Unavailable` while no broker answers.
 */
export function connectKafkaBus(options: KafkaOptions): Bus {
  const base = clientOptions(options)
  const consumer = () => new Consumer({ ...base, groupId: 'shopfleet-without-group' })
  const reader = consumer()
  let producer: Producer<string, string, string, string> | undefined
  const known = new Map<string, Promise<string>>()
  const listeners = new Set<(topic: string) => void>()
  /** Topics somebody reads, and how each is followed once there are listeners. */
  const followed = new Map<string, Promise<void> | undefined>()
  const closing: (() => Promise<void>)[] = []
  let closed = false

  const nameOf = (topic: string) => options.topic_prefix + topic

  async function findOrCreate(topic: string): Promise<string> {
    const name = nameOf(topic)
    for (let tries = 0; ; tries++) {
      const found = await reader.metadata({ topics: [name] }).catch(error => {
        if (!isUnknownTopic(error) || tries === mostTries) throw error
        return undefined
      })
      const count = found?.topics.get(name)?.partitionsCount
      if (count === 1) return name
      if (count !== undefined)
        throw new Error(`the topic ${name} has ${count} partitions; events are in order in one alone`)
      if (tries === 0) await createTopic(options, name)
      // What was made is not known to every broker in that moment.
      else await pause(50)
    }
  }

  /** The name of a topic that is there. */
  function ensure(topic: string): Promise<string> {
    let one = known.get(topic)
    if (!one) {
      one = findOrCreate(topic)
      known.set(topic, one)
      one.catch(() => known.delete(topic))
    }
    return one
  }

  /** A topic that was just made, or that another broker leads by now, is asked for again; then somebody comes back later. */
  async function asking<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await ask()
      } catch (error) {
        if (tries < mostTries && passing.some(apiId => says(error, apiId))) {
          reader.clearMetadata()
          await pause(50)
          continue
        }
        if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('PLT_KFK_'))) throw error
        throw new Unavailable('the event log', { cause: error })
      }
    }
  }

  async function offsetOf(topic: string, timestamp: bigint): Promise<bigint> {
    const name = await ensure(topic)
    const offsets = await reader.listOffsets({ topics: [name], timestamp })
    return offsets.get(name)![0]!
  }

  /** Where a topic is to be asked for what comes from an offset on. */
  async function placeOf(client: Consumer, topic: string, from: bigint, partitionMaxBytes: number) {
    const name = await ensure(topic)
    const { id, partitions } = (await client.metadata({ topics: [name] })).topics.get(name)!
    const { leader } = partitions[0]!
    const partition = {
      partition: 0,
      currentLeaderEpoch: -1,
      fetchOffset: from,
      lastFetchedEpoch: -1,
      partitionMaxBytes,
    }
    return { leader, place: { topicId: id, partitions: [partition] } }
  }

  /** The client tells a broker what changed since its question before: two at a time would be of one number. */
  let asked: Promise<unknown> = Promise.resolve()
  function inTurn<T>(ask: () => Promise<T>): Promise<T> {
    const answer = asked.then(ask, ask)
    asked = answer.catch(() => {})
    return answer
  }

  /** Nothing where there is no more. */
  async function fetch(topic: string, from: bigint): Promise<FetchedPartition | undefined> {
    const { leader, place } = await placeOf(reader, topic, from, readBytes)
    const request = { node: leader, topics: [place], minBytes: 0, maxBytes: readBytes, maxWaitTime: 0 }
    const { responses } = await inTurn(() => reader.fetch(request))
    return responses.find(({ topicId }) => topicId === place.topicId)?.partitions[0]
  }

  /** What one question brings, which may be less than there is. */
  async function fetchAfter(topic: string, after: number): Promise<FetchedPartition | undefined> {
    return asking(async () => {
      try {
        return await fetch(topic, BigInt(after))
      } catch (error) {
        if (!says(error, 'OFFSET_OUT_OF_RANGE')) throw error
        // Older than what is kept: on from the first that is. Beyond the end there is nothing.
        const first = await offsetOf(topic, earliest)
        return BigInt(after) < first ? fetch(topic, first) : undefined
      }
    })
  }

  async function read(topic: string, after: number, limit: number): Promise<Delivery[]> {
    if (options.outward && !outwardTopics.includes(topic)) return []
    const found: Delivery[] = []
    // A broker answers with so many bytes at most. Whoever gets less than they asked for takes it for the end.
    for (let at = after; found.length < limit; at = found.at(-1)!.position) {
      const partition = await fetchAfter(topic, at)
      const more = partition ? deliveriesIn(partition, at, limit - found.length) : []
      found.push(...more)
      if (more.length === 0 || found.at(-1)!.position >= Number(partition!.highWatermark)) break
    }
    if (!followed.get(topic)) followed.set(topic, listeners.size > 0 ? follow(topic) : undefined)
    return options.outward ? found.map(outwardOf) : found
  }

  const tell = (topic: string) => {
    for (const listener of listeners) listener(topic)
  }

  /** Tells when a topic has grown. With a connection of its own: a broker answers one question of a connection after the other. */
  async function follow(topic: string): Promise<void> {
    const client = consumer()
    closing.push(() => client.close(true))
    for (let end: bigint | undefined; !closed; ) {
      try {
        if (end === undefined) {
          end = await offsetOf(topic, latest)
          tell(topic)
        }
        const { leader, place } = await placeOf(client, topic, end, 1)
        // One batch says that there is more, and how far it goes; what it is, whoever reads it.
        const wait = { minBytes: 1, maxBytes: 1, maxWaitTime: patience_ms }
        const { responses } = await client.fetch({ node: leader, topics: [place], ...wait })
        const grown = responses[0]?.partitions[0]
        if (!grown || grown.highWatermark === end) continue
        end = grown.highWatermark
        tell(topic)
      } catch {
        // Another broker may lead, or the topic was made anew: nothing that is known of it counts.
        end = undefined
        known.delete(topic)
        if (closed) return
        client.clearMetadata()
        await pause(patience_ms)
      }
    }
  }

  return {
    async append(topic, messages) {
      const name = await asking(() => ensure(topic))
      const values = messages.map(message => ({ key: message.aggregate_id, value: JSON.stringify(message) }))
      // Numbered by the producer, so that what is sent again on the way is kept once, and in order.
      producer ??= new Producer<string, string, string, string>({
        ...base,
        serializers: stringSerializers,
        acks: -1,
        idempotent: true,
        // With one or none the client would try for ever; who speaks comes back by itself.
        retries: 2,
      })
      const sender = producer
      try {
        for (const chunk of chunksOf(values)) {
          await asking(() => sender.send({ messages: chunk.map(each => ({ topic: name, partition: 0, ...each })) }))
        }
      } catch (error) {
        // What it believes to have numbered may not be what the broker has.
        if (producer === sender) producer = undefined
        sender.close(true).catch(() => {})
        throw error
      }
    },
    read,
    async listen(heard) {
      listeners.add(heard)
      for (const [topic, following] of followed) if (!following) followed.set(topic, follow(topic))
      return () => listeners.delete(heard)
    },
    highest: topic => asking(async () => Number(await offsetOf(topic, latest))),
    before: (topic, count) => asking(async () => Math.max(0, Number(await offsetOf(topic, latest)) - count)),
    async close() {
      closed = true
      listeners.clear()
      await Promise.allSettled([reader.close(true), producer?.close(true), ...closing.map(one => one())])
      await Promise.allSettled(followed.values())
    },
  }
}
