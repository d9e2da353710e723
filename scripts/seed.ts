import { parseArgs } from 'node:util'
import { LauncherError } from '@shopfleet/database'
import { withDatabases } from '@shopfleet/platform/data-folder'
import { loadGenerated } from '@shopfleet/platform/generated-products'
import { readEnvFile } from '@shopfleet/platform/launch'
import { migrateAll } from '@shopfleet/platform/migrations'
import { readOptions } from '@shopfleet/platform/options'
import { runProgram } from '@shopfleet/platform/program'
import { createProgress } from '@shopfleet/platform/progress'

/*
 * `npm run seed -- --products 100000 [--seed 1]`: loads generated products with their stock straight into the databases,
 * whether Shopfleet is running or not. The same seed gives the same products; those that are there are passed over.
 */

await runProgram(async () => {
  readEnvFile()
  const args = process.argv.slice(2)
  const { values } = parseArgs({ args, options: { seed: { type: 'string' } }, strict: false })
  const seed = Number(values.seed ?? 1)
  if (!Number.isInteger(seed)) {
    throw new LauncherError(`--seed is a whole number, not ${values.seed}`, 'npm run seed -- --products 10000 --seed 1')
  }
  const options = readOptions(withoutSeed(args), process.env)
  const count = options.products || 10_000
  const progress = createProgress({ quiet: options.quiet })
  const { added, known, seconds } = await withDatabases(options, process.env, async ({ urls }) => {
    await progress.step('migrations', () => migrateAll(urls))
    return progress.step('products', tell => loadGenerated({ urls, count, seed, tell }))
  })
  const rate = Math.round(added / seconds)
  console.log(`${added} products added in ${seconds.toFixed(1)} s (${rate} a second), ${known} were there already.`)
})

/** The other options are those of npm start. */
function withoutSeed(args: string[]): string[] {
  const at = args.indexOf('--seed')
  return at === -1 ? args.filter(arg => !arg.startsWith('--seed=')) : args.toSpliced(at, 2)
}
