import { judgeAcknowledged } from './acknowledged.ts'
import { judgeCalm } from './calm.ts'
import { judgeCaptures } from './captures.ts'
import { judgeCoupons } from './coupons.ts'
import { judgeDeliveries } from './deliveries.ts'
import { boughtOrders, judgeEvents, readEvents } from './events.ts'
import type { Evidence } from './evidence.ts'
import { readHistory } from './history.ts'
import { type CheckResult, Judge, type Violation } from './judge.ts'
import { judgeKeys } from './keys.ts'
import { judgeLedger } from './ledger.ts'
import { judgeLineRefunds } from './line-refunds.ts'
import { judgeMessages } from './messages.ts'
import { judgeMoneyEnds } from './money-ends-right.ts'
import { judgePaths } from './paths.ts'
import { judgePrices } from './prices.ts'
import { judgePrivacy } from './privacy.ts'
import { judgeProjections } from './projections.ts'
import { Requests } from './requests.ts'
import { judgeStock } from './stock.ts'
import { loadWorld } from './world.ts'

/** The twelve guarantees, in short. */
export const guarantees: Record<number, string> = {
  1: 'Every capture belongs to one payment and one order',
  2: 'Money ends where the order ends',
  3: "The ledger balances and is the provider's journal",
  4: 'Totals add up, at catalogue prices',
  5: 'Stock is never oversold, never lost',
  6: 'Acknowledged stays, refused leaves nothing',
  7: 'One key, one effect, one answer',
  8: 'Orders go allowed ways and come to rest',
  9: 'Each change its event, applied once, in order',
  10: 'Projections converge',
  11: 'One confirmation per paid order',
  12: "Nobody sees another's data",
}

export interface GuaranteeVerdict {
  guarantee: number
  name: string
  /** `not exercised`: no check of it found anything to look at. That is no pass. */
  result: 'holds' | 'violated' | 'not exercised'
  looked: number
  wrong: number
  checks: Omit<CheckResult, 'violations' | 'guarantee'>[]
}

export interface Verdict {
  outcome: 'pass' | 'violations' | 'invalid'
  /** Why the run proves nothing. What it violates, it violates all the same. */
  reasons: string[]
  guarantees: GuaranteeVerdict[]
  /** With their evidence; at most twenty of one check. */
  violations: Violation[]
  figures: Record<string, number>
}

/** Judges what was kept of a run. Throws when it is no evidence: a file that is missing or damaged. */
export function judge(evidence: Evidence): Verdict {
  const court = new Judge()
  const world = loadWorld(evidence)
  const requests = new Requests()
  const privacy = judgePrivacy(world, court)
  const { index, others } = readEvents(world, court, privacy.event)

  const witnesses = [
    judgeAcknowledged(world, court),
    judgePaths(world, court),
    judgeCalm(world, court),
    privacy,
  ] as const
  court.figures.history_lines = readHistory(evidence, operation => {
    requests.add(operation)
    for (const witness of witnesses) witness.operation(operation)
  })
  for (const witness of witnesses) witness.finish(requests)

  judgeCaptures(world, court)
  judgeMoneyEnds(world, requests, court)
  judgeLedger(world, court)
  judgePrices(world, requests, court)
  judgeCoupons(world, requests, court)
  judgeStock(world, requests, court)
  judgeLineRefunds(world, requests, court)
  judgeKeys(world, requests, court)
  judgeEvents(world, requests, others, court)
  judgeDeliveries(world, index, court)
  judgeProjections(world, court)
  judgeMessages(world, court)

  court.figures.orders = [...world.orders.values()].filter(({ row }) => row).length
  court.figures.paid_orders = boughtOrders(world)
  court.figures.events = index.names.length
  return verdictOf(court)
}

function verdictOf({ checks, invalid, figures }: Judge): Verdict {
  const verdicts = Object.entries(guarantees).map(([number, name]): GuaranteeVerdict => {
    const own = checks.filter(check => check.guarantee === Number(number))
    const looked = own.reduce((sum, check) => sum + check.looked, 0)
    const wrong = own.reduce((sum, check) => sum + check.wrong, 0)
    return {
      guarantee: Number(number),
      name,
      result: wrong > 0 ? 'violated' : looked > 0 ? 'holds' : 'not exercised',
      looked,
      wrong,
      checks: own.map(({ name, looked, wrong }) => ({ name, looked, wrong })),
    }
  })
  const found = checks.flatMap(check => check.violations).sort((a, b) => a.guarantee - b.guarantee)
  // Whole sentences: a report may have no room for more.
  const violations = found.map(one => ({ ...one, what: `${one.check}: ${one.what}` }))
  const outcome = violations.length > 0 ? 'violations' : invalid.length > 0 ? 'invalid' : 'pass'
  return { outcome, reasons: invalid, guarantees: verdicts, violations, figures }
}
