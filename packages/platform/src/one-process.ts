import { join } from 'node:path'
import type { Bus } from '@shopfleet/messaging'
import type { Databases } from './databases.ts'
import { environmentOf, type Setting } from './environment.ts'
import type { Fleet } from './fleet.ts'
import { createLogFile, type LogFile } from './log-file.ts'
import type { Runnable, ServiceEntry } from './services.ts'
import { services } from './services.ts'

/** All services in this process, each on its own port with its own database; they share the event log's connections. */
export async function startOneProcess(
  setting: Setting,
  opening: Promise<Databases>,
  { tell, say }: { tell: (detail: string) => void; say: (line: string) => void },
): Promise<Fleet> {
  const { options } = setting
  // Reading the code takes as long as PostgreSQL takes to start: neither waits for the other.
  const loading = services.map(entry => entry.load())
  const [{ createLog, readConfig }, { connectPostgresBus }] = await Promise.all([
    import('@shopfleet/service-kit'),
    import('@shopfleet/messaging'),
  ])
  const [databases] = await Promise.all([opening, ...loading])

  const started: Runnable[] = []
  let gateway: Runnable | undefined
  let logFile: LogFile | undefined
  const bus: Bus = await connectPostgresBus(databases.urls.bus!, { migrated: true })
  const stop = async () => {
    await gateway?.stop()
    await Promise.all(started.map(service => service.stop()))
    await bus.close()
    logFile?.close()
  }

  async function create(entry: ServiceEntry): Promise<Runnable> {
    const { config: schema, create } = await loading[services.indexOf(entry)]!
    const config = readConfig(schema, entry.name, environmentOf(entry, setting, databases.urls))
    const { LOG_LEVEL: level } = config as { LOG_LEVEL: string }
    const log = logFile && createLog(entry.name, { level, format: 'json', to: logFile })
    return create(config, { ...(entry.hasDatabase ? { bus } : {}), ...(log ? { log } : {}) })
  }

  try {
    if (options.logTo === 'file') logFile = createLogFile(join(options.dataDir, 'shopfleet.log'), say)
    const doors = services.filter(entry => entry.name === 'gateway')
    const others = services.filter(entry => entry.name !== 'gateway')
    let ready = 0
    const outcomes = await Promise.allSettled(
      others.map(async entry => {
        const service = await create(entry)
        started.push(service)
        await service.start()
        tell(`${++ready} of ${services.length}`)
        return [entry.name, service] as const
      }),
    )
    const failed = outcomes.find(outcome => outcome.status === 'rejected')
    if (failed) throw failed.reason
    // The door opens last: whoever comes in finds everybody at work.
    for (const entry of doors) {
      gateway = await create(entry)
      await gateway.start()
      tell(`${++ready} of ${services.length}`)
    }
    const running = new Map(outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : [])))
    return { stop, kill() {}, service: name => running.get(name) }
  } catch (error) {
    await stop().catch(() => {})
    throw error
  }
}
