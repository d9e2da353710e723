import { join } from 'node:path'
import type { Bus } from '@shopfleet/messaging'
import type { Databases } from './databases.ts'
import { environmentOf, type LaunchPlan } from './environment.ts'
import type { Fleet, FleetStart } from './fleet.ts'
import { createLogFile, type LogFile } from './log-file.ts'
import { type Runnable, type ServiceEntry, services } from './services.ts'

/**
 * All services in this process, each on its own port with its own database. They share the event log's connections
 * and what is read of it, and ask each other without a socket.
 */
export async function startOneProcess(
  plan: LaunchPlan,
  opening: Promise<Databases>,
  { signal, tell, say }: FleetStart,
): Promise<Fleet> {
  const { options } = plan
  // Reading the code takes as long as PostgreSQL takes to start: neither waits for the other.
  const loading = services.map(entry => entry.load())
  const [{ createLog, createNeighbours, readConfig }, { shareReads }, { openBus }] = await Promise.all([
    import('@shopfleet/service-kit'),
    import('@shopfleet/messaging'),
    import('./bus.ts'),
  ])
  const [databases] = await Promise.all([opening, ...loading])
  signal.throwIfAborted()

  const neighbours = createNeighbours()
  const running = new Map<string, Runnable>()
  let gateway: Runnable | undefined
  let logFile: LogFile | undefined
  const bus: Bus = shareReads(await openBus(databases.urls.bus!, plan.env))

  async function start(entry: ServiceEntry): Promise<Runnable> {
    const { config: schema, create } = await loading[services.indexOf(entry)]!
    const config = readConfig(schema, entry.name, environmentOf(entry, plan, databases.urls))
    const { LOG_LEVEL: level } = config as { LOG_LEVEL: string }
    const log = logFile && createLog(entry.name, { level, format: 'json', to: logFile })
    const service = await create(config, { neighbours, ...(entry.hasDatabase ? { bus } : {}), ...(log ? { log } : {}) })
    running.set(entry.name, service)
    await service.start()
    tell(`${running.size} of ${services.length}`)
    return service
  }

  async function stop() {
    await gateway?.stop()
    await Promise.all([...running.values()].map(service => service.stop()))
    await bus.close()
    logFile?.close()
  }

  try {
    if (options.logTo === 'file') logFile = createLogFile(join(options.dataDir, 'shopfleet.log'), say)
    const outcomes = await Promise.allSettled(services.filter(entry => entry.name !== 'gateway').map(start))
    const failed = outcomes.find(outcome => outcome.status === 'rejected')
    if (failed) throw failed.reason
    // The door opens last: whoever comes in finds everybody at work.
    gateway = await start(services.find(entry => entry.name === 'gateway')!)
  } catch (error) {
    await stop().catch(() => {})
    throw error
  }
  return { stop, kill() {}, service: name => running.get(name) }
}
