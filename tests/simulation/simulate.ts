import { randomInt } from 'node:crypto'
import { reachableDecisions } from './decisions.ts'
import { faultNames } from './faults.ts'
import { loadShop } from './load.ts'
import { play, type Sum, shrink } from './run.ts'
import { startThreads } from './threads.ts'

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

if (args.includes('--trace')) await trace(numberOf('seed') ?? 1)
else await many(numberOf('seed') ?? randomInt(2 ** 31))

async function trace(seed: number): Promise<void> {
  const shop = await loadShop()
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

/** One thread for each processor, each with seeds of its own. */
async function many(seed: number): Promise<void> {
  const sagas = numberOf('sagas') ?? (args.includes('--seconds') ? undefined : 100_000)
  const threads = startThreads()
  const apart = 10_000_000
  console.log(`simulation from seed ${seed}, ${threads.count} threads`)
  const started_ms = performance.now()
  const parts = await Promise.all(
    Array.from({ length: threads.count }, (_, i) =>
      threads.play({
        from: seed + i * apart,
        sagas: sagas && Math.ceil(sagas / threads.count),
        seconds: numberOf('seconds'),
      }),
    ),
  )
  await threads.stop()
  const total = (of: (sum: Sum) => number) => parts.reduce((n, { sum }) => n + of(sum), 0)
  const played = total(sum => sum.sagas)
  const seconds = (performance.now() - started_ms) / 1000
  const { user, system } = process.cpuUsage()
  const perProcessor = Math.round((played / (user + system)) * 60e6)
  console.log(
    `${played} sagas in ${total(sum => sum.worlds)} worlds, ${total(sum => sum.steps)} events, ${seconds.toFixed(1)} s: ` +
      `${Math.round((played / seconds) * 60)} sagas a minute, ${perProcessor} for each minute of one processor`,
  )
  console.log(`faults: ${faultNames.map(name => `${name} ${total(sum => sum.faults[name] ?? 0)}`).join(', ')}`)
  const longest_s = Math.max(...parts.map(({ sum }) => sum.longest_ms)) / 1000
  console.log(`all at rest at most ${longest_s.toFixed(0)} s of virtual time after the last fault`)
  const decisions = new Set(parts.flatMap(part => part.decisions))
  const reachable = reachableDecisions()
  const unseen = [...reachable].filter(one => !decisions.has(one))
  console.log(
    `${decisions.size} of ${reachable.size} decisions of the checkout were taken${unseen.length ? `, not: ${unseen.join('; ')}` : ''}`,
  )
  const failed = parts.flatMap(({ sum }) => sum.failed)
  for (const one of failed) {
    console.log(
      `\nseed ${one.seed}:\n  ${one.violations.join('\n  ')}\n  again: npm run simulate -- --seed ${one.seed} --trace`,
    )
  }
  process.exitCode = failed.length === 0 ? 0 : 1
}
