import { type Bus, connectPostgresBus } from '@shopfleet/messaging'
import type { Static, TObject } from 'typebox'
import { type busSettings, ConfigError } from './config.ts'
import { passwordOf, type Secrets } from './secrets.ts'

export type BusConfig = Static<TObject<typeof busSettings>>

export interface BusOptions {
  /** Where passwords come from, should they change while the service runs. */
  secrets?: Secrets
  /** To read only what may be told outside. */
  outward?: boolean
  /** How long a topic of Kafka's that is made keeps its events. */
  retention_days?: number
}

/** Whether these settings name a log of events at all. */
export const hasBus = (config: BusConfig) => config.KAFKA_BROKERS !== '' || config.BUS_DATABASE_URL !== ''

/** The log of events that settings name. Connects when first used. Throws a ConfigError where they name none. */
export async function connectBus(config: BusConfig, options: BusOptions = {}): Promise<Bus> {
  const { secrets, outward, retention_days = 30 } = options
  const { BUS_DATABASE_URL: url, KAFKA_BROKERS, KAFKA_TLS, KAFKA_CA, KAFKA_USERNAME, KAFKA_PASSWORD } = config
  if (!hasBus(config)) throw new ConfigError('BUS_DATABASE_URL or KAFKA_BROKERS must be set: where events are told')
  if (KAFKA_BROKERS === '') {
    const password = secrets && passwordOf(secrets, 'BUS_DATABASE_URL', url)
    return connectPostgresBus(url, { migrated: true, password, outward })
  }
  // The client is read only where it is used.
  const { connectKafkaBus } = await import('@shopfleet/messaging/kafka')
  const password = () => secrets?.current('KAFKA_PASSWORD') ?? KAFKA_PASSWORD
  return connectKafkaBus({
    brokers: KAFKA_BROKERS.split(',').map(broker => broker.trim()),
    topic_prefix: config.KAFKA_TOPIC_PREFIX,
    ...(KAFKA_TLS ? { tls: KAFKA_CA ? { ca: KAFKA_CA } : {} } : {}),
    ...(KAFKA_USERNAME ? { account: { username: KAFKA_USERNAME, password } } : {}),
    retention_days,
    outward,
  })
}
