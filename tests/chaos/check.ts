import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { openFolder } from './checker/evidence.ts'
import { reportOf, summaryOf } from './checker/report.ts'
import { judge, type Verdict } from './checker/verdict.ts'

/*
 * Judges a kept folder: `node tests/chaos/check.ts <folder>`. Writes `verdict.json` and `verdict.md` into it and says what it found.
 * Exit code: 0 all that was exercised holds, 1 violations, 2 the run is invalid or there is no evidence to judge.
 */

const exitCodes: Record<Verdict['outcome'], number> = { pass: 0, violations: 1, invalid: 2 }

/** Judges a folder and leaves the verdict in it. */
export function checkFolder(folder: string): Verdict {
  const verdict = judge(openFolder(folder))
  writeFileSync(join(folder, 'verdict.json'), `${JSON.stringify(verdict, null, 2)}\n`)
  writeFileSync(join(folder, 'verdict.md'), reportOf(verdict))
  return verdict
}

if (import.meta.main) {
  const folder = process.argv[2]
  if (!folder || !existsSync(folder)) {
    console.error('node tests/chaos/check.ts <folder of a run>')
    process.exit(2)
  }
  try {
    const verdict = checkFolder(resolve(folder))
    console.log(summaryOf(verdict))
    for (const { guarantee, what, evidence } of verdict.violations) {
      console.log(`${guarantee}  ${what}\n   ${JSON.stringify(evidence)}`)
    }
    console.log(`\nAll checks: ${join(folder, 'verdict.md')}`)
    process.exitCode = exitCodes[verdict.outcome]
  } catch (error) {
    console.error(`The evidence cannot be judged: ${error instanceof Error ? error.message : error}`)
    process.exitCode = 2
  }
}
