import { readFileSync } from 'node:fs'
import { services } from '@shopfleet/platform'
import { createShiftedClock, readConfig } from '@shopfleet/service-kit'

/* All services in one process, each with the settings the harness gives it: the layout of `npm start`, to be shot at. */

const environments = JSON.parse(readFileSync(process.env.ENVIRONMENTS!, 'utf8')) as Record<string, NodeJS.ProcessEnv>
const clock = createShiftedClock(process.env, listener => process.on('message', listener))
const running: { stop(): Promise<void> }[] = []

const stop = () => {
  Promise.all(running.map(service => service.stop())).then(
    () => process.exit(0),
    () => process.exit(1),
  )
}
process.once('SIGTERM', stop)
process.once('disconnect', stop)

try {
  const loaded = await Promise.all(services.map(async entry => ({ entry, ...(await entry.load()) })))
  const start = async ({ entry, config, create }: (typeof loaded)[number]) => {
    const service = await create(readConfig(config, entry.name, environments[entry.name]!), clock ? { clock } : {})
    running.push(service)
    await service.start()
  }
  await Promise.all(loaded.filter(({ entry }) => entry.name !== 'gateway').map(start))
  await start(loaded.find(({ entry }) => entry.name === 'gateway')!)
  process.send?.({ ready: 'shopfleet' })
} catch (error) {
  console.error(error)
  process.exit(1)
}
