import { rebuild } from '@shopfleet/analytics/rebuild'
import { openBus } from '@shopfleet/platform/bus'
import { withDatabases } from '@shopfleet/platform/data-folder'
import { readEnvFile } from '@shopfleet/platform/launch'
import { migrateAll } from '@shopfleet/platform/migrations'
import { readOptions } from '@shopfleet/platform/options'
import { runProgram } from '@shopfleet/platform/program'

/*
 * `npm run analytics:rebuild [-- --data-dir folder]`: makes all figures of the analytics service anew from the event log,
 * whether Shopfleet is running or not. The old ones are shown until the new ones are there.
 */

await runProgram(async () => {
  readEnvFile()
  const options = readOptions(process.argv.slice(2), process.env)
  await withDatabases(options, process.env, async ({ urls }) => {
    await migrateAll(urls)
    const bus = await openBus(urls.bus!, process.env)
    try {
      const { events, whole } = await rebuild({ url: urls.analytics!, bus, say: console.log })
      const kept = whole ? '' : '; what is older than the event log was kept'
      console.log(`All figures are made anew from ${events} events${kept}.`)
    } finally {
      await bus.close()
    }
  })
})
