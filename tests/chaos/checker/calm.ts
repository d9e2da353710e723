import { type Evidence, rowsOf } from './evidence.ts'
import type { Operation } from './history.ts'
import type { Judge } from './judge.ts'
import type { World } from './world.ts'

/**
 * Whether the run proves anything: a shop that refuses everything breaks no promise. Outside fault windows at least 90 % of
 * the requests must succeed. What counts:
 *
 * - every request of the history whose time, from its going out to its answer, touches no fault window; a window is from
 *   the fault's beginning to its end and the recovery time after it
 * - a 2xx is a success, and so is a refusal that is the right answer (`rightRefusals`): nothing in stock, a declined card,
 *   a second use of a key, somebody else's order
 * - everything else is none: 5xx, 429, 503, time-outs, cut connections, no answer at all, and refusals of the request itself
 */
export const rightRefusals = new Set([
  'out-of-stock',
  'payment-declined',
  'invalid-payment-method',
  'order-not-payable',
  'transition-not-allowed',
  'payment-not-allowed',
  'refund-exceeds-captured',
  'request-in-progress',
  'idempotency-key-reused',
  'cart-empty',
  'cart-ordered',
  'price-changed',
  'invalid-coupon',
  'not-for-sale',
  'unknown-product',
  'stock-below-reserved',
  'not-found',
  'forbidden',
  'email-taken',
  'invalid-credentials',
  'already-exists',
])

const needed = 0.9
/** With fewer calm requests than this (and no more than a hundredth of all) there is nothing to judge by. */
const fewest = 100
const defaultRecovery_ms = 3000

interface FaultLine {
  t_ms: number
  phase: 'begin' | 'end'
  id: string | number
  fault: string
}

type Window = [from: number, to: number]

export function judgeCalm(world: World, judge: Judge) {
  const { windows, faults } = readWindows(world.evidence, world.run.recovery_ms ?? defaultRecovery_ms)
  const failures = new Map<string, number>()
  let all = 0
  let calm = 0
  let good = 0

  return {
    operation(operation: Operation): void {
      all++
      if (touches(windows, operation.t_ms, operation.end_t_ms)) return
      calm++
      if (operation.phase === 'ok' || (operation.phase === 'fail' && rightRefusals.has(operation.problem ?? ''))) good++
      else {
        const name = `${operation.op}: ${operation.problem ?? operation.status ?? operation.phase}`
        failures.set(name, (failures.get(name) ?? 0) + 1)
      }
    },
    finish(): void {
      judge.figures.requests = all
      judge.figures.faults = faults
      judge.figures.calm_requests = calm
      judge.figures.calm_success_percent = calm === 0 ? 0 : Math.floor((good / calm) * 10_000) / 100
      if (all === 0) judge.invalid.push('the history is empty')
      else if (calm < fewest && calm < all / 100) {
        judge.invalid.push(`only ${calm} of ${all} requests were outside fault windows: nothing to judge by`)
      } else if (good < needed * calm) {
        const worst = [...failures].sort((a, b) => b[1] - a[1]).slice(0, 5)
        const said = worst.map(([name, n]) => `${n} × ${name}`).join('; ')
        judge.invalid.push(`${good} of ${calm} requests outside fault windows succeeded, under 90 % (${said})`)
      }
      const paid = [...world.orders.values()].some(({ said }) => said.some(event => event.name === 'order.paid'))
      if (!paid) judge.invalid.push('no order was paid: nothing was tried')
    },
  }
}

/** In order, those that touch merged into one. */
function readWindows(evidence: Evidence, recovery_ms: number): { faults: number; windows: Window[] } {
  const open = new Map<unknown, number>()
  const list: Window[] = []
  let faults = 0
  for (const { id, phase, t_ms } of rowsOf<FaultLine>(evidence, 'faults.jsonl')) {
    if (phase === 'begin') {
      faults++
      open.set(id, t_ms)
    } else {
      list.push([open.get(id) ?? t_ms, t_ms + recovery_ms])
      open.delete(id)
    }
  }
  for (const from of open.values()) list.push([from, Number.POSITIVE_INFINITY])
  const windows: Window[] = []
  for (const [from, to] of list.sort((a, b) => a[0] - b[0])) {
    const last = windows.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else windows.push([from, to])
  }
  return { faults, windows }
}

function touches(windows: Window[], from: number, to: number): boolean {
  let low = 0
  let high = windows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (windows[middle]![1] < from) low = middle + 1
    else high = middle
  }
  return low < windows.length && windows[low]![0] <= to
}
