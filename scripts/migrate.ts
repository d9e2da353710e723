import { withDatabases } from '@shopfleet/platform/data-folder'
import { readEnvFile } from '@shopfleet/platform/launch'
import { migrateAll } from '@shopfleet/platform/migrations'
import { readOptions } from '@shopfleet/platform/options'
import { runProgram } from '@shopfleet/platform/program'

/* `npm run migrate [-- --data-dir folder]`: brings all databases up to date, whether Shopfleet is running or not. */

await runProgram(async () => {
  readEnvFile()
  const options = readOptions(process.argv.slice(2), process.env)
  await withDatabases(options, process.env, async ({ urls }) => {
    const applied = await migrateAll(urls)
    for (const [name, migrations] of Object.entries(applied)) {
      console.log(`${name.padEnd(12)}${migrations.length > 0 ? migrations.join(', ') : 'is up to date'}`)
    }
  })
})
