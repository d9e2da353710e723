// What a service did after the time its database is set back to, as far as its own events tell.

import type { EventMessage } from '@shopfleet/contracts'
import { connect } from '@shopfleet/database'
import { readConfig } from '@shopfleet/service-kit'
import { openBus } from './bus.ts'
import { environmentOf, type LaunchPlan } from './environment.ts'
import type { Options } from './options.ts'
import { planPorts } from './ports.ts'
import type { Secrets } from './secrets.ts'
import { services } from './services.ts'

export interface LogCatchUp {
  /** The database as it was until now, which nobody works with any more. */
  before: string
  restored: string
  bus: string
  secrets: Secrets
  dataDir: string
  /** Settings of the shop: where its event log is. */
  env: Record<string, string | undefined>
}

/** What was said and not yet handed over is not lost with the database it waits in. */
async function carryOutbox(name: string, { before, bus: busUrl, env }: LogCatchUp): Promise<number> {
  const sql = connect(before, { name: 'shopfleet restore', max: 1 })
  const bus = await openBus(busUrl, env)
  try {
    const rows = await sql<EventMessage[]>`
      select event_id as id, name, version, ${name} as service, aggregate_id, payload, correlation_id, traceparent, occurred_at
      from outbox order by seq`
    await bus.append(name, [...rows])
    return rows.length
  } finally {
    await bus.close()
    await sql.end({ timeout: 1 })
  }
}

/** Has the service itself learn, by its tools without its door: it is never started here. */
async function learn(name: string, { restored, bus, secrets, dataDir, env }: LogCatchUp): Promise<number> {
  const entry = services.find(service => service.name === name)!
  const { config: schema, create } = await entry.load()
  const plan: LaunchPlan = {
    env: {
      ...Object.fromEntries(Object.entries(env).filter(([setting]) => setting.includes('KAFKA_'))),
      LOG_LEVEL: 'silent',
    },
    options: { logLevel: 'silent', demo: false, dataDir } as Options,
    ports: planPorts({}),
    secrets,
  }
  const config = readConfig(schema, name, environmentOf(entry, plan, { [name]: restored, bus }))
  const service = await create(config)
  try {
    return (await service.learn?.()) ?? 0
  } finally {
    await service.stop()
  }
}

/** Completes the event log with what was said last, and the restored database with what the log tells of it. */
export async function catchUpWithLog(name: string, options: LogCatchUp): Promise<void> {
  await carryOutbox(name, options)
  await learn(name, options)
}
