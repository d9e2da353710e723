import type { Bus } from '@shopfleet/messaging'
import { busSettings, connectBus, readConfig } from '@shopfleet/service-kit'
import { Type } from 'typebox'

type Env = Record<string, string | undefined>

const BusConfig = Type.Object(busSettings)

/** The log of events of a shop: in Kafka where its settings name brokers, else in its own database, which must be migrated. */
export function openBus(url: string, env: Env): Promise<Bus> {
  return connectBus(readConfig(BusConfig, 'bus', { ...env, BUS_DATABASE_URL: url }))
}
