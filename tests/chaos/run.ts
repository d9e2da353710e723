import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { helpText, readOptions, UsageError } from './options.ts'
import { runChaos } from './run-chaos.ts'
import { huntSeededBugs } from './seeded-bugs.ts'

/* `npm run chaos`. All options: `npm run chaos -- --help`. */

const exitCodes = { pass: 0, violations: 1, invalid: 2 }

async function main(): Promise<number> {
  if (process.argv.includes('--seeded-bugs')) return huntSeededBugs(process.argv)
  const options = readOptions(process.argv.slice(2))
  if (!options) {
    console.log(helpText)
    return 0
  }
  const cancel = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (cancel.signal.aborted) process.exit(130)
      console.log('\nEnding: what there is is judged. (Again: at once)')
      cancel.abort()
    })
  }
  // A connection that was shot at may fail in its own time; it must not end an hour's run.
  process.on('unhandledRejection', error => console.error('the harness itself:', error))
  const { folder, verdict } = await runChaos({ ...options, signal: cancel.signal })
  console.log(`\n${readFileSync(join(folder, 'report.md'), 'utf8')}\nKept in ${folder}`)
  return verdict.outcome === 'pass' && verdict.missed.length > 0 ? 1 : exitCodes[verdict.outcome]
}

try {
  process.exit(await main())
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${helpText}` : error)
  process.exit(2)
}
