import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** Why tests of Kafka are left out, with what to do about it; false where they run. */
export const withoutKafka: string | false = process.env.KAFKA_JARS
  ? false
  : 'KAFKA_JARS names no folder with the jars of Apache Kafka; they are fetched by: mvn -f packages/testing/kafka dependency:copy-dependencies -DoutputDirectory=<folder>'

/** Settings that put the event log of a test into Kafka, with topics of its own; none where `TEST_KAFKA_BROKERS` is not set. */
export function kafkaSettings(): Record<string, string> {
  const brokers = process.env.TEST_KAFKA_BROKERS
  return brokers ? { KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: `test-${randomUUID()}.` } : {}
}

export interface TestKafka {
  /** `host:port`. */
  brokers: string
  /** Ends the broker at once, as a machine that dies. What it was told is on its disk. */
  kill(): Promise<void>
  /** Starts it again, with what it had. */
  start(): Promise<void>
  /** Ends it and forgets everything. */
  stop(): Promise<void>
}

const java = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp']

export interface TestKafkaOptions {
  /**
   * Over TLS with this certificate (PEM), for accounts alone (SCRAM-SHA-512): this one, which may do everything, and others of the same
   * password, which may do what they are let.
   */
  secured?: { username: string; password: string; others?: string[]; key: string; certificate: string }
}

/** Settings of the listener for everybody, and for brokers among themselves. */
function listenerSettings({ secured }: TestKafkaOptions): Record<string, string> {
  if (!secured) return {}
  const { username, password, key, certificate } = secured
  const line = (pem: string) => pem.trim().replaceAll('\n', '\\n')
  const login = 'org.apache.kafka.common.security.scram.ScramLoginModule required'
  return {
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${login} username="${username}" password="${password}";`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:${username};User:ANONYMOUS`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.key': line(key),
    'ssl.keystore.certificate.chain': line(certificate),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.certificates': line(certificate),
  }
}

/** One real broker, which is its own controller, on two ports: `KAFKA_JARS` must name its jars. */
export async function startTestKafka(
  [port, controllerPort]: number[],
  options: TestKafkaOptions = {},
): Promise<TestKafka> {
  const protocol = options.secured ? 'SASL_SSL' : 'PLAINTEXT'
  const folder = mkdtempSync(join(tmpdir(), 'shopfleet-kafka-'))
  const settings = join(folder, 'server.properties')
  const jars = join(process.env.KAFKA_JARS!, '*')
  writeFileSync(
    settings,
    Object.entries({
      'process.roles': 'broker,controller',
      'node.id': 1,
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      listeners: `${protocol}://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      'advertised.listeners': `${protocol}://127.0.0.1:${port}`,
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': `CONTROLLER:PLAINTEXT,${protocol}:${protocol}`,
      'inter.broker.listener.name': protocol,
      ...listenerSettings(options),
      'log.dirs': join(folder, 'data'),
      'offsets.topic.replication.factor': 1,
      'auto.create.topics.enable': false,
      // One that was killed is waited for by its controller for so long before it may come back.
      'broker.session.timeout.ms': 1000,
      'broker.heartbeat.interval.ms': 200,
    })
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
  )
  // Beginning with a zero: what begins with a dash would be taken for an option.
  const id = Buffer.concat([Buffer.alloc(1), randomBytes(15)]).toString('base64url')
  const { secured } = options
  const account = secured
    ? [secured.username, ...(secured.others ?? [])].flatMap(name => [
        '--add-scram',
        `SCRAM-SHA-512=[name=${name},password=${secured.password}]`,
      ])
    : []
  const format = ['kafka.tools.StorageTool', 'format', '-t', id, '-c', settings, ...account]
  execFileSync('java', [...java, jars, ...format], { stdio: 'ignore' })

  let broker: ChildProcess | undefined
  const answers = () =>
    new Promise<boolean>(resolve => {
      const socket = connect(port!, '127.0.0.1')
      socket.once('error', () => resolve(false))
      socket.once('connect', () => {
        socket.destroy()
        resolve(true)
      })
    })
  async function start() {
    broker = spawn('java', [...java, jars, 'kafka.Kafka', settings], { stdio: 'ignore' })
    for (const until_ms = performance.now() + 60_000; !(await answers()); await pause(50)) {
      if (broker.exitCode !== null || performance.now() > until_ms) throw new Error('Kafka does not start')
    }
  }
  async function kill() {
    const ended = broker?.exitCode === null ? once(broker, 'exit') : undefined
    broker?.kill('SIGKILL')
    await ended
  }
  await start()
  return {
    brokers: `127.0.0.1:${port}`,
    kill,
    start,
    async stop() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
