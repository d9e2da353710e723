import { once } from 'node:events'
import { createWriteStream, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Bus } from '@shopfleet/messaging'
import { services } from '@shopfleet/platform'
import { openBus } from '@shopfleet/platform/bus'
import { freePorts, startTestKafka, type TestKafka, withoutKafka } from '@shopfleet/testing'
import { UsageError } from './options.ts'
import type { Platform } from './platform.ts'

/* A run with the event log in Kafka: a broker that can be killed, and what is kept of its topics. */

export interface KafkaLog {
  broker: TestKafka
  /** Settings of the services. */
  settings: Record<string, string>
  bus: Bus
  stop(): Promise<void>
}

export async function openKafka(): Promise<KafkaLog> {
  if (withoutKafka) throw new UsageError(withoutKafka)
  const broker = await startTestKafka(await freePorts(2))
  const settings = { KAFKA_BROKERS: broker.brokers }
  const bus = await openBus('', settings)
  return {
    broker,
    settings,
    bus,
    async stop() {
      await bus.close()
      await broker.stop()
    },
  }
}

/** The highest position of each topic, wherever the log is. */
export async function endsOf({ kafka, sql }: Platform): Promise<Map<string, number>> {
  if (!kafka) {
    const rows = await sql('bus')<{ topic: string; last: number }[]>`
      select topic, max(position) as last from events group by topic`
    return new Map(rows.map(row => [row.topic, row.last]))
  }
  const ends = services
    .filter(entry => entry.hasDatabase)
    .map(async ({ name }): Promise<[string, number]> => [name, (await kafka.bus.highest!(name)) ?? 0])
  return new Map(await Promise.all(ends))
}

/** Keeps the topics as the table of the log in PostgreSQL is kept. What a relay that died has said again is marked: it counts once. */
export async function keepTopics({ bus }: KafkaLog, folder: string): Promise<void> {
  mkdirSync(join(folder, 'tables', 'bus'), { recursive: true })
  const file = createWriteStream(join(folder, 'tables', 'bus', 'events.jsonl'))
  const seen = new Set<string>()
  for (const { name: topic, hasDatabase } of services) {
    if (!hasDatabase) continue
    for (let at = 0; ; ) {
      const page = await bus.read(topic, at, 500)
      if (page.length === 0) break
      at = page.at(-1)!.position
      for (const { position, message } of page) {
        const is_repeat = seen.has(message.id)
        seen.add(message.id)
        const row = { topic, position, event_id: message.id, message, ...(is_repeat ? { is_repeat } : {}) }
        if (!file.write(`${JSON.stringify(row)}\n`)) await once(file, 'drain')
      }
    }
  }
  await new Promise(done => file.end(done))
}
