import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunFacts } from './report.ts'
import type { Verdict, Violation } from './run-chaos.ts'

const leastSuccess = 0.9

/** Has the checker, a program of its own, judge what was kept, and adds what only the run itself knows. */
export async function judge(folder: string, facts: RunFacts): Promise<Verdict> {
  const reasons: string[] = []
  const violations: Violation[] = []
  const checked = await check(folder)
  if (checked) {
    violations.push(...checked.violations)
    reasons.push(...checked.reasons)
  } else reasons.push('the checker gave no verdict')
  if (facts.quiet_after_ms === null && !violations.some(one => one.guarantee === 8)) {
    violations.push({
      guarantee: 8,
      what: `the platform did not come to rest in ${facts.options.quiet_s} s`,
      evidence: facts.not_quiet,
    })
  }
  if (facts.interrupted) reasons.push('the run was ended before its time')
  const { outside } = facts.figures.success
  if (outside.rate < leastSuccess) reasons.push(`${(outside.rate * 100).toFixed(1)} % success outside fault windows`)
  const unique = [...new Set(reasons)]
  const outcome = violations.length > 0 ? 'violations' : unique.length > 0 ? 'invalid' : 'pass'
  const missed = facts.aims.filter(one => !one.met).map(one => `${one.what}: ${one.found}, aim ${one.aim}`)
  return { outcome, violations, reasons: unique, missed }
}

type Found = Pick<Verdict, 'violations' | 'reasons'>

async function check(folder: string): Promise<Found | undefined> {
  const program = join(import.meta.dirname, 'check.ts')
  const file = join(folder, 'verdict.json')
  if (!existsSync(program)) return undefined
  await new Promise<void>(done => {
    const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'ignore', 'inherit'] })
    child.once('error', () => done())
    child.once('exit', () => done())
  })
  if (!existsSync(file)) return undefined
  const found = JSON.parse(readFileSync(file, 'utf8')) as Partial<Found>
  return { violations: found.violations ?? [], reasons: found.reasons ?? [] }
}
