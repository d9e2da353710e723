import type { Ended } from './client.ts'
import type { FaultLine } from './storm.ts'

/** How long after a fault has ended its effects are its own: circuits close, sweepers catch up. */
export const recovery_ms = 3000

export interface Success {
  requests: number
  succeeded: number
  /** 0 to 1; 1 where there was nothing. */
  rate: number
}

/** Counts what came of every request; nothing of a request stays but its times and whether it was answered. */
export function createFigures() {
  const invoked: number[] = []
  const ended: number[] = []
  const answered: boolean[] = []
  const counts = { ok: 0, fail: 0, info: 0 }
  const operations = new Map<string, { ok: number; fail: number; info: number }>()
  const problems = new Map<string, number>()
  let checkouts = 0
  let paid = 0
  const watchers = new Set<(one: Ended) => void>()

  return {
    counts,
    operations,
    problems,
    checkouts: () => checkouts,
    paid: () => paid,
    /** Calls `heard` for each request that ends, until it answers true. */
    watch(heard: (one: Ended) => boolean) {
      const watcher = (one: Ended) => {
        if (heard(one)) watchers.delete(watcher)
      }
      watchers.add(watcher)
    },
    onEnded(one: Ended) {
      const { outcome, operation } = one
      counts[outcome.phase]++
      const own = operations.get(operation.name) ?? { ok: 0, fail: 0, info: 0 }
      operations.set(operation.name, own)
      own[outcome.phase]++
      if (outcome.phase !== 'ok') {
        const why = outcome.problem ?? outcome.error ?? String(outcome.status)
        problems.set(why, (problems.get(why) ?? 0) + 1)
      }
      invoked.push(one.invoked_ms)
      ended.push(one.ended_ms)
      // A refusal is an answer, save the one that there is too much to do.
      answered.push(outcome.phase === 'ok' || (outcome.phase === 'fail' && outcome.status !== 429))
      if (operation.name === 'placeOrder' && one.attempt === 1) checkouts++
      const isPaid = outcome.phase === 'ok' && outcome.body?.payment_status === 'paid'
      if (isPaid && (operation.name === 'placeOrder' || operation.name === 'payOrder')) paid++
      for (const watcher of watchers) watcher(one)
    },
    /** Success inside and outside of the windows of faults. A request belongs to a window it touches. */
    success(faults: readonly FaultLine[], until_ms: number): { outside: Success; inside: Success; calm_ms: number } {
      const windows = windowsOf(faults, until_ms)
      const tally = { outside: { requests: 0, succeeded: 0 }, inside: { requests: 0, succeeded: 0 } }
      for (let i = 0; i < invoked.length; i++) {
        const isInside = touches(windows, invoked[i]!, ended[i]!)
        const side = isInside ? tally.inside : tally.outside
        side.requests++
        if (answered[i]) side.succeeded++
      }
      const rated = (one: { requests: number; succeeded: number }) => ({
        ...one,
        rate: one.requests === 0 ? 1 : one.succeeded / one.requests,
      })
      const calm_ms =
        until_ms - windows.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(to, until_ms) - from), 0)
      return { outside: rated(tally.outside), inside: rated(tally.inside), calm_ms }
    },
  }
}
export type Figures = ReturnType<typeof createFigures>

/** The windows of all faults with their recovery, merged and in order. */
export function windowsOf(faults: readonly FaultLine[], until_ms: number): [from: number, to: number][] {
  const ends = new Map(faults.filter(line => line.phase === 'end').map(line => [line.id, line.t_ms]))
  const windows = faults
    .filter(line => line.phase === 'begin')
    .map((line): [number, number] => [line.t_ms, (ends.get(line.id) ?? until_ms) + recovery_ms])
    .sort((a, b) => a[0] - b[0])
  const merged: [number, number][] = []
  for (const window of windows) {
    const last = merged.at(-1)
    if (last && window[0] <= last[1]) last[1] = Math.max(last[1], window[1])
    else merged.push([...window])
  }
  return merged
}

function touches(windows: [number, number][], from: number, to: number): boolean {
  let low = 0
  let high = windows.length - 1
  // The last window that begins before the request ends.
  while (low <= high) {
    const middle = (low + high) >> 1
    if (windows[middle]![0] <= to) low = middle + 1
    else high = middle - 1
  }
  return high >= 0 && windows[high]![1] >= from
}

export function percentile(list: readonly number[], share: number): number | undefined {
  if (list.length === 0) return undefined
  const sorted = list.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]
}
