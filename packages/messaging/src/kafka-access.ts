import {
  type Acl,
  AclOperations,
  AclPermissionTypes,
  Admin,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka'
import { clientOptions, createTopic, type KafkaOptions, outwardTopics, says } from './kafka-client.ts'

/**
 * Makes the topics of these services and lets the account of each, named like it, write its own and read all; the `gateway`'s reads what
 * may be told outside. By an account that may do so. Repeating it changes nothing. Answers whether the brokers keep such rights at all:
 * without an authorizer everybody may do everything.
 */
export async function provisionKafka(options: KafkaOptions, services: readonly string[]): Promise<boolean> {
  const nameOf = (topic: string) => options.topic_prefix + topic
  for (const service of services) await createTopic(options, nameOf(service))
  const right = (account: string, topic: string, operation: Acl['operation']): Acl => ({
    resourceType: ResourceTypes.TOPIC,
    resourceName: nameOf(topic),
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${account}`,
    host: '*',
    operation,
    permissionType: AclPermissionTypes.ALLOW,
  })
  // To read is to know how far it goes, too.
  const reading = (account: string, topics: readonly string[]) =>
    topics.flatMap(topic =>
      [AclOperations.READ, AclOperations.DESCRIBE].map(operation => right(account, topic, operation)),
    )
  const creations = [
    ...services.flatMap(service => [right(service, service, AclOperations.WRITE), ...reading(service, services)]),
    ...reading(
      'gateway',
      outwardTopics.filter(topic => services.includes(topic)),
    ),
  ]
  const admin = new Admin(clientOptions(options))
  try {
    await admin.createAcls({ creations })
    return true
  } catch (error) {
    if (says(error, 'SECURITY_DISABLED')) return false
    throw error
  } finally {
    await admin.close().catch(() => {})
  }
}
