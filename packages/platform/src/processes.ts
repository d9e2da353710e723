import { join } from 'node:path'
import { bundlePrograms } from './bundle.ts'
import { type Child, startChild } from './child.ts'
import type { Databases } from './databases.ts'
import { environmentOf, type LaunchPlan } from './environment.ts'
import type { Fleet, FleetStart } from './fleet.ts'
import { root } from './options.ts'
import { type ServiceEntry, services } from './services.ts'

/** Each service in a process of its own, with its own log, started again when it dies. */
export async function startProcesses(
  plan: LaunchPlan,
  opening: Promise<Databases>,
  { signal, tell, say }: FleetStart,
): Promise<Fleet> {
  const { options } = plan
  const programOf = (entry: ServiceEntry) => join(root, 'services', entry.name, 'src/main.ts')
  const [databases, runnable] = await Promise.all([opening, bundlePrograms(services.map(programOf))])
  const children: Child[] = []
  let gateway: Child | undefined
  let ready = 0

  async function start(entry: ServiceEntry): Promise<Child> {
    signal.throwIfAborted()
    const child = await startChild({
      name: entry.name,
      path: runnable(programOf(entry)),
      env: environmentOf(entry, plan, databases.urls),
      logFile: options.logTo === 'file' ? join(options.dataDir, 'logs', `${entry.name}.log`) : undefined,
      say,
    })
    tell(`${++ready} of ${services.length}`)
    return child
  }

  async function stop() {
    await gateway?.stop()
    await Promise.all(children.map(child => child.stop()))
  }

  try {
    const outcomes = await Promise.allSettled(
      services
        .filter(entry => entry.name !== 'gateway')
        .map(async entry => {
          children.push(await start(entry))
        }),
    )
    const failed = outcomes.find(outcome => outcome.status === 'rejected')
    if (failed) throw failed.reason
    gateway = await start(services.find(entry => entry.name === 'gateway')!)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    stop,
    kill() {
      for (const child of [...children, gateway]) child?.kill()
    },
    service: () => undefined,
  }
}
