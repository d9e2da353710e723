import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Aim } from './drills.ts'
import { percentile, type Success } from './figures.ts'
import type { FaultName } from './options.ts'
import type { Verdict } from './run-chaos.ts'

/** `run.json`: what was run and what came out, in figures. */
export interface RunFacts {
  seed: number
  commit: string
  dirty: boolean
  layout: string
  minutes: number
  started_at: string
  ended_at: string
  quiet_after_ms: number | null
  not_quiet: string[]
  recovery_ms: number
  options: { faults: readonly FaultName[]; shoppers: number; quiet_s: number }
  env: Record<string, string>
  seeded_bug: string | null
  /** Of a drill. */
  aims: Aim[]
  interrupted: boolean
  figures: {
    load_ms: number
    requests: { ok: number; fail: number; info: number }
    operations: Record<string, { ok: number; fail: number; info: number }>
    refusals: Record<string, number>
    checkouts: number
    paid: number
    success: { outside: Success; inside: Success; calm_ms: number }
    faults: Record<string, number>
    skipped: Record<string, string>
    ready_after_kill_ms: number[]
    first_2xx_after_postgres_ms: number[]
  }
}

const kills = ['kill', 'postgres-kill', 'backend-kill', 'provider-kill']
export const killsOf = (faults: Record<string, number>): number =>
  kills.reduce((sum, name) => sum + (faults[name] ?? 0), 0) + 2 * (faults['kill-pair'] ?? 0)

const seconds = (ms: number | undefined) => (ms === undefined ? 'not measured' : `${(ms / 1000).toFixed(2)} s`)
const percent = (rate: number) => `${(rate * 100).toFixed(2)} %`
const table = (head: string[], rows: (string | number)[][]) =>
  [head, head.map(() => '---'), ...rows].map(row => `| ${row.join(' | ')} |`).join('\n')

/** The report a person reads; also the end of what the command prints. */
export function reportText(facts: RunFacts, verdict: Verdict): string {
  const { figures } = facts
  const { success } = figures
  const faults = Object.values(figures.faults).reduce((sum, n) => sum + n, 0)
  const outcome = { pass: 'PASS', violations: 'VIOLATIONS', invalid: 'INVALID' }[verdict.outcome]
  const spread = (list: number[]) =>
    list.length === 0
      ? 'not measured'
      : `p50 ${seconds(percentile(list, 0.5))}, p99 ${seconds(percentile(list, 0.99))}, worst ${seconds(Math.max(...list))} of ${list.length}`
  const parts = [
    `# Chaos: ${outcome}`,
    '',
    `Seed ${facts.seed}, commit ${facts.commit.slice(0, 12)}${facts.dirty ? ' with changes' : ''}, layout ${facts.layout}, ${facts.minutes} minutes of load, ${facts.options.shoppers} shoppers, from ${facts.started_at}.`,
    ...(facts.seeded_bug ? ['', `Deliberate fault in our own code: \`${facts.seeded_bug}\`.`] : []),
    ...(facts.interrupted ? ['', 'The run was ended before its time.'] : []),
    '',
    table(
      ['figure', 'value'],
      [
        ['checkouts begun (without their repetitions)', figures.checkouts],
        ['orders seen paid', figures.paid],
        ['requests', `${figures.requests.ok} ok, ${figures.requests.fail} refused, ${figures.requests.info} unknown`],
        ['faults', `${faults}, of them ${killsOf(figures.faults)} kills`],
        [
          'success outside fault windows',
          `${percent(success.outside.rate)} of ${success.outside.requests} requests in ${seconds(success.calm_ms)}`,
        ],
        ['success inside fault windows', `${percent(success.inside.rate)} of ${success.inside.requests} requests`],
        ['service ready again after kill', spread(figures.ready_after_kill_ms)],
        ['first 2xx after PostgreSQL is back', spread(figures.first_2xx_after_postgres_ms)],
        [
          'at rest after the load',
          facts.quiet_after_ms === null ? `never: ${facts.not_quiet.join('; ')}` : seconds(facts.quiet_after_ms),
        ],
      ],
    ),
    '',
    ...(facts.aims.length > 0
      ? [
          '## Drill',
          '',
          table(
            ['what', 'aim', 'found', ''],
            facts.aims.map(one => [one.what, one.aim, one.found, one.met ? 'reached' : 'MISSED']),
          ),
          '',
        ]
      : []),
    '## Faults',
    '',
    table(['fault', 'times'], Object.entries(figures.faults).sort()),
    ...Object.entries(figures.skipped).map(([name, why]) => `\nSkipped: ${name}, since ${why}.`),
    '',
    '## Verdict',
    '',
    ...verdict.reasons.map(reason => `- INVALID: ${reason}`),
    ...(verdict.violations.length === 0 ? ['No violation was found.'] : []),
    ...verdict.violations
      .slice(0, 50)
      .map(one => `- guarantee ${one.guarantee}: ${one.what}\n  ${shortened(one.evidence)}`),
    ...(verdict.violations.length > 50 ? [`- and ${verdict.violations.length - 50} more in verdict.json`] : []),
    '',
    '`kill -9` keeps the page cache: this tests recovery, not the loss of power.',
    '',
  ]
  return parts.join('\n')
}

function shortened(evidence: unknown): string {
  const text = evidence === undefined ? '' : typeof evidence === 'string' ? evidence : JSON.stringify(evidence)
  return text.length > 600 ? `${text.slice(0, 600)} …` : text
}

export function writeReport(folder: string, facts: RunFacts, verdict: Verdict): void {
  writeFileSync(join(folder, 'report.md'), reportText(facts, verdict))
}
