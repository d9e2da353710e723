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
  const { BUS_DATABASE_URL: url, KAFKA_BROKERS } = config
  if (!hasBus(config)) throw new ConfigError('BUS_DATABASE_URL or KAFKA_BROKERS must be set: where events are told')
  if (KAFKA_BROKERS === '') {
    const password = secrets && passwordOf(secrets, 'BUS_DATABASE_URL', url)
    return connectPostgresBus(url, { migrated: true, password, outward })
  }
  // The client is read only where it is used.
  const { connectKafkaBus } = await import('@shopfleet/messaging/kafka')
  return connectKafkaBus({ ...kafkaOptions(config, secrets), retention_days, outward })
}

/** What the settings say of Kafka, but for how long topics keep their events. */
function kafkaOptions(config: BusConfig, secrets: Secrets | undefined) {
  const { KAFKA_BROKERS, KAFKA_TLS, KAFKA_CA, KAFKA_USERNAME, KAFKA_PASSWORD } = config
  const password = () => secrets?.current('KAFKA_PASSWORD') ?? KAFKA_PASSWORD
  return {
    brokers: KAFKA_BROKERS.split(',').map(broker => broker.trim()),
    topic_prefix: config.KAFKA_TOPIC_PREFIX,
    ...(KAFKA_TLS ? { tls: KAFKA_CA ? { ca: KAFKA_CA } : {} } : {}),
    ...(KAFKA_USERNAME ? { account: { username: KAFKA_USERNAME, password } } : {}),
  }
}

/**
 * Makes what the event log in Kafka needs, by the account of these settings: topics, and rights for an account named like each
 * service. Answers whether the brokers keep rights; undefined where the log is in PostgreSQL.
 */
export async function provisionBus(
  config: BusConfig,
  services: readonly string[],
  { secrets, retention_days = 30 }: BusOptions = {},
): Promise<boolean | undefined> {
  if (config.KAFKA_BROKERS === '') return undefined
  const { provisionKafka } = await import('@shopfleet/messaging/kafka-access')
  return provisionKafka({ ...kafkaOptions(config, secrets), retention_days }, services)
}
