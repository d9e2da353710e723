import { randomInt } from 'node:crypto'
import { type Arena, createArena } from './attack.ts'
import { type FuzzResult, fuzz } from './fuzz/fuzz.ts'
import { attacks, outcomeTable, runAttacks } from './run-attacks.ts'
import { createWorld } from './world.ts'

/*
 * `npm run security`: every attack, and a table of how they ended. `-- --class tokens` only those whose class has that
 * in its name. `-- --fuzz 100000 [--seed N]`: so many requests made from the contracts instead.
 */

const args = process.argv.slice(2)
const optionOf = (name: string): string | undefined => {
  const at = args.indexOf(`--${name}`)
  return at < 0 ? undefined : args[at + 1]
}
const numberOf = (name: string, otherwise: number): number => {
  const text = optionOf(name)
  const value = text === undefined ? otherwise : Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} wants a whole number`)
  return value
}
const unknown = args.find(arg => arg.startsWith('--') && !['--fuzz', '--seed', '--class'].includes(arg))
if (unknown) throw new Error(`${unknown} is no option; --class, --fuzz and --seed are`)

if (args.includes('--fuzz')) await fuzzing(numberOf('fuzz', 100_000), numberOf('seed', randomInt(2 ** 30)))
else await attacking(optionOf('class') ?? '')

async function attacking(part: string): Promise<void> {
  const chosen = attacks.filter(attack => attack.class.includes(part))
  if (chosen.length === 0) throw new Error(`no class has ${part} in its name`)
  const arena: Arena = await createArena()
  try {
    const outcome = await runAttacks(arena, chosen, ({ class: name, name: what, why }) => {
      console.error(`${name}: ${what}\n  ${why}\n`)
    })
    console.log(outcomeTable(outcome))
    process.exitCode = outcome.passed.length > 0 ? 1 : 0
  } finally {
    await arena.platform.stop()
  }
}

async function fuzzing(requests: number, seed: number): Promise<void> {
  console.log(`${requests} requests from seed ${seed}`)
  const world = await createWorld()
  try {
    const started_ms = performance.now()
    const result = await fuzz(world, { requests, seed })
    report(result, Math.round((performance.now() - started_ms) / 1000))
    process.exitCode = result.faults.length > 0 ? 1 : 0
  } finally {
    await world.platform.stop()
  }
}

function report(result: FuzzResult, seconds: number): void {
  for (const { what, request, answer } of result.faults) console.error(`${what}\n  ${request}\n  ${answer}\n`)
  const statuses = Object.entries(result.statuses).map(([status, n]) => `${n} × ${status}`)
  console.log(`${result.requests} requests in ${seconds} s: ${statuses.join(', ')}`)
  console.log(
    `${result.operations - result.never.length} of ${result.operations} operations done at least once, ${result.learnt} ids and tokens learnt, ${result.shed} refused for want of time`,
  )
  console.log(`never done: ${result.never.join(', ') || 'none'}`)
  console.log(`${result.faults.length} faults`)
}
