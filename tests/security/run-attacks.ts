import { type Arena, type Attack, faultOf } from './attack.ts'
import { accountAttacks } from './attacks/accounts.ts'
import { authorisationAttacks } from './attacks/authorisation.ts'
import { browserAttacks } from './attacks/browsers.ts'
import { injectionAttacks } from './attacks/injection.ts'
import { limitAttacks } from './attacks/limits.ts'
import { secretAttacks } from './attacks/secrets.ts'
import { tamperingAttacks } from './attacks/tampering.ts'
import { tokenAttacks } from './attacks/tokens.ts'
import { wireAttacks } from './attacks/wire.ts'

/** Every case there is. Those about secrets come last: they look through all that was said until then. */
export const attacks: Attack[] = [
  ...authorisationAttacks,
  ...tamperingAttacks,
  ...tokenAttacks,
  ...accountAttacks,
  ...browserAttacks,
  ...injectionAttacks,
  ...wireAttacks,
  ...limitAttacks,
  ...secretAttacks,
]

/** One that passed the defence, or could not be tried, which is no better. */
export interface Passed {
  class: string
  name: string
  why: string
}

export interface Outcome {
  cases: number
  passed: Passed[]
  by_class: Map<string, { cases: number; passed: number; ms: number }>
}

/** Runs cases one after another, in the order given; tells of each that passed at once. */
export async function runAttacks(
  arena: Arena,
  chosen: readonly Attack[],
  tell: (passed: Passed) => void = () => {},
): Promise<Outcome> {
  const passed: Passed[] = []
  const by_class: Outcome['by_class'] = new Map()
  for (const attack of chosen) {
    const row = by_class.get(attack.class) ?? { cases: 0, passed: 0, ms: 0 }
    by_class.set(attack.class, row)
    row.cases++
    const started_ms = performance.now()
    const why = await reasonToWorry(arena, attack)
    row.ms += performance.now() - started_ms
    if (why === undefined) continue
    row.passed++
    const one = { class: attack.class, name: attack.name, why }
    passed.push(one)
    tell(one)
  }
  return { cases: chosen.length, passed, by_class }
}

async function reasonToWorry(arena: Arena, attack: Attack): Promise<string | undefined> {
  try {
    const answers = [await attack.run(arena)].flat()
    return answers.map(answer => faultOf(answer, attack.expected)).find(fault => fault !== undefined)
  } catch (error) {
    return (error as Error).message
  }
}

/** The table at the end: by class, how many there were and how many passed the defence. */
export function outcomeTable({ cases, passed, by_class }: Outcome): string {
  const rows = [...by_class].map(([name, row]) => [name, row.cases, row.passed, (row.ms / 1000).toFixed(1)] as const)
  const all_ms = [...by_class.values()].reduce((sum, row) => sum + row.ms, 0)
  const last = ['all', cases, passed.length, (all_ms / 1000).toFixed(1)]
  const lines = [['class', 'cases', 'passed the defence', 'seconds'], ...rows, last].map(
    ([name, n, through, s]) =>
      `${String(name).padEnd(46)}${String(n).padStart(6)}${String(through).padStart(20)}${String(s).padStart(9)}`,
  )
  return lines.join('\n')
}
