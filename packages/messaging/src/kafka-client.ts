import { Admin, type BaseOptions } from '@platformatic/kafka'

export interface KafkaOptions {
  /** `host:port` of some of the brokers. */
  brokers: string[]
  /** Before the name of the speaking service: `shopfleet.order`. */
  topic_prefix: string
  /** Encrypted, checked against the authorities Node knows, or this one (PEM). */
  tls?: { ca?: string }
  /** SCRAM-SHA-512. The password is asked for at each new connection. */
  account?: { username: string; password: () => string }
  /** How long a topic that is made here keeps its events. */
  retention_days: number
  /** Shows what may be told outside alone: the topics of orders, stock and products, without what nobody out there needs. */
  outward?: boolean
}

/** Topics of which something may be told outside. */
export const outwardTopics: readonly string[] = ['order', 'inventory', 'product']
/** Far more than any event comes to: a topic that refused one would stop its relay for ever. */
const mostOfEvent = 16 * 1024 * 1024

/** Whether an error of the client is of this kind, or holds one that is: `TOPIC_ALREADY_EXISTS`. */
export const says = (error: unknown, apiId: string): boolean =>
  Boolean((error as { findBy?: (key: string, value: string) => unknown } | undefined)?.findBy?.('apiId', apiId))

export function clientOptions({ brokers, tls, account }: KafkaOptions): BaseOptions {
  return {
    clientId: 'shopfleet',
    bootstrapBrokers: brokers,
    connectTimeout: 3000,
    timeout: 5000,
    retries: 1,
    retryDelay: 100,
    ...(tls ? { tls: tls.ca ? { ca: tls.ca } : {} } : {}),
    ...(account
      ? { sasl: { mechanism: 'SCRAM-SHA-512' as const, username: account.username, password: account.password } }
      : {}),
  }
}

/** Makes a topic of one partition, with as many copies as the brokers are set to make; one that is there stays as it is. */
export async function createTopic(options: KafkaOptions, name: string): Promise<void> {
  const admin = new Admin(clientOptions(options))
  try {
    await admin.createTopics({
      topics: [name],
      partitions: 1,
      replicas: -1,
      configs: [
        { name: 'retention.ms', value: String(options.retention_days * 86_400_000) },
        { name: 'max.message.bytes', value: String(mostOfEvent) },
      ],
    })
  } catch (error) {
    if (!says(error, 'TOPIC_ALREADY_EXISTS')) throw error
  } finally {
    await admin.close().catch(() => {})
  }
}
