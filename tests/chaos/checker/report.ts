import { rightRefusals } from './calm.ts'
import type { GuaranteeVerdict, Verdict } from './verdict.ts'

/** A verdict for people, as Markdown that reads well on a terminal too. */
export function reportOf(verdict: Verdict): string {
  const parts = [headline(verdict), table(verdict), figures(verdict)]
  if (verdict.violations.length > 0) parts.push(violations(verdict))
  parts.push(checks(verdict))
  return `${parts.join('\n\n')}\n`
}

/** The headline and the table: what one wants to see first. */
export const summaryOf = (verdict: Verdict): string =>
  `${headline(verdict)}\n\n${table(verdict)}\n\n${figures(verdict)}\n`

function headline({ outcome, reasons, guarantees }: Verdict): string {
  const wrong = guarantees.reduce((sum, { wrong }) => sum + wrong, 0)
  if (outcome === 'pass') return '## Verdict: every guarantee that was exercised holds'
  const why = reasons.map(reason => `\n- ${reason}`).join('')
  if (outcome === 'violations')
    return `## Verdict: ${wrong} violations${why && `\n\nAnd it would prove nothing:\n${why}`}`
  return `## Verdict: INVALID, this run proves nothing\n${why}`
}

function table({ guarantees }: Verdict): string {
  const rows = guarantees.map(one => [
    String(one.guarantee),
    one.name,
    shout(one),
    String(one.looked),
    silentChecks(one),
  ])
  return columns([['', 'guarantee', 'result', 'looked at', 'checks that found nothing to look at'], ...rows])
}

const shout = ({ result, wrong }: GuaranteeVerdict) => (result === 'violated' ? `VIOLATED ${wrong} times` : result)

const silentChecks = ({ checks }: GuaranteeVerdict): string => {
  const silent = checks.filter(check => check.looked === 0 && check.wrong === 0).length
  return silent === 0 ? '' : `${silent} of ${checks.length}`
}

function figures({ figures }: Verdict): string {
  const words = Object.entries(figures).map(([name, value]) => `${value} ${name.replaceAll('_', ' ')}`)
  return `${words.join(' · ')}.\nCalm success counts requests that touch no fault window; 2xx and right refusals (${rightRefusals.size} of them: out of stock, declined, …) succeed.`
}

function violations({ violations, guarantees }: Verdict): string {
  const lines = violations.map(
    ({ guarantee, what, evidence }) => `- **${guarantee}** ${what}\n  \`${JSON.stringify(evidence)}\``,
  )
  const wrong = guarantees.reduce((sum, one) => sum + one.wrong, 0)
  const rest =
    wrong > violations.length ? `\n\n${wrong - violations.length} more of the same checks are not listed.` : ''
  return `### Violations\n\n${lines.join('\n')}${rest}`
}

function checks({ guarantees }: Verdict): string {
  const rows = guarantees.flatMap(({ guarantee, checks }) =>
    checks.map(({ name, looked, wrong }) => [
      String(guarantee),
      name,
      looked === 0 && wrong === 0 ? 'not exercised' : String(looked),
      String(wrong),
    ]),
  )
  return `### What was checked\n\n${columns([['', 'check', 'looked at', 'wrong'], ...rows])}`
}

function columns([head, ...rows]: string[][]): string {
  const widths = head!.map((_, i) => Math.max(3, ...[head!, ...rows].map(row => row[i]!.length)))
  const line = (cells: string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  return [line(head!), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
