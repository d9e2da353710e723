/** What each look at the evidence came to. */

export interface Violation {
  guarantee: number
  check: string
  what: string
  /** Ids, rows, and numbers of lines (`n`) of the history: where to look. */
  evidence: Record<string, unknown>
}

export interface CheckResult {
  guarantee: number
  name: string
  /** How many things were looked at. None: it says nothing. */
  looked: number
  wrong: number
  violations: Violation[]
}

export interface Check {
  look(count?: number): void
  wrong(what: string, evidence: Record<string, unknown>): void
  /** Looks once, and finds it wrong if `right` is false. */
  expect(right: boolean, what: string, evidence: Record<string, unknown>): void
}

/** Violations of one check that are kept with their evidence; the others are counted. */
const kept = 20

export class Judge {
  readonly checks: CheckResult[] = []
  /** Figures that are worth saying and are no guarantee. */
  readonly figures: Record<string, number> = {}
  /** Why the run proves nothing. */
  readonly invalid: string[] = []

  check(guarantee: number, name: string): Check {
    const result: CheckResult = { guarantee, name, looked: 0, wrong: 0, violations: [] }
    this.checks.push(result)
    const wrong = (what: string, evidence: Record<string, unknown>) => {
      result.wrong++
      if (result.violations.length < kept) result.violations.push({ guarantee, check: name, what, evidence })
    }
    return {
      look(count = 1) {
        result.looked += count
      },
      wrong,
      expect(right, what, evidence) {
        result.looked++
        if (!right) wrong(what, evidence)
      },
    }
  }
}
