import { faultNames } from './faults.ts'
import { loadShop } from './load.ts'
import { play, playMany, shrink } from './run.ts'

/*
 * `npm run simulate [-- --sagas 100000] [--seconds 60] [--seed N]`: plays checkouts in worlds where much goes wrong.
 * `npm run simulate -- --seed N --trace`: plays one seed again and prints what happens in it.
 */

const args = process.argv.slice(2)
const numberOf = (name: string): number | undefined => {
  const at = args.indexOf(`--${name}`)
  if (at < 0) return undefined
  const value = Number(args[at + 1])
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} wants a whole number`)
  return value
}
const unknown = args.find(arg => arg.startsWith('--') && !['--sagas', '--seconds', '--seed', '--trace'].includes(arg))
if (unknown) throw new Error(`${unknown} is no option; --sagas, --seconds, --seed and --trace are`)

const shop = await loadShop()
const seed = numberOf('seed')

if (args.includes('--trace')) await trace(seed ?? 1)
else await many(seed ?? Math.floor(Math.random() * 2 ** 31))

async function trace(seed: number): Promise<void> {
  const whole = await play({ seed, shop })
  const less = whole.violations.length > 0 ? await shrink(shop, seed) : undefined
  const { violations } = await play({ seed, shop, ...less, trace: line => console.log(line) })
  if (less) {
    const needed = faultNames.filter(name => !less.without.includes(name))
    console.log(`\nneeds ${less.orders ?? 'all'} orders and these faults: ${needed.join(', ') || 'none'}`)
  }
  console.log(violations.length === 0 ? '\nall guarantees held' : `\n${violations.join('\n')}`)
  process.exitCode = violations.length === 0 ? 0 : 1
}

async function many(seed: number): Promise<void> {
  const sagas = numberOf('sagas') ?? (args.includes('--seconds') ? undefined : 100_000)
  console.log(`simulation from seed ${seed}`)
  const sum = await playMany(shop, { from: seed, sagas, seconds: numberOf('seconds') })
  const rate = Math.round((sum.sagas / sum.seconds) * 60)
  console.log(
    `${sum.sagas} sagas in ${sum.worlds} worlds, ${sum.steps} events, ${sum.seconds.toFixed(1)} s: ${rate} sagas a minute`,
  )
  console.log(
    `faults: ${Object.entries(sum.faults)
      .map(([name, n]) => `${name} ${n}`)
      .join(', ')}`,
  )
  console.log(`all at rest at most ${(sum.longest_ms / 1000).toFixed(0)} s of virtual time after the last fault`)
  console.log(`${shop.decisions.size} different decisions of the checkout were taken`)
  for (const { seed: failed, violations } of sum.failed) {
    console.log(
      `\nseed ${failed}:\n  ${violations.join('\n  ')}\n  again: npm run simulate -- --seed ${failed} --trace`,
    )
  }
  process.exitCode = sum.failed.length === 0 ? 0 : 1
}
