/*
 * Statements that change something take turns, all kinds and databases of a process: one is out, and the next is of the
 * kind most wait for. So those who do the same steps one after the other catch up with each other and go on together, and
 * nobody waits while nothing is out.
 */

export interface Waiting {
  /** Who waits, the first first, and since when. */
  waiting: readonly { since_ms: number }[]
  /** It is their turn. `endTurn` must follow. */
  send(): void
}

/** Who has waited longer goes first, however many wait for something else. */
const fair_ms = 50

const queues = new Set<Waiting>()
let isOut = false
let isDue = false

/** Lets them wait for their turn; once is enough. */
export function askForTurn(queue: Waiting): void {
  queues.add(queue)
  giveSoon()
}

/** The statement has returned, or takes too long to be waited for. */
export function endTurn(): void {
  isOut = false
  if (queues.size > 0) giveSoon()
}

/** After whatever else the event loop brings in this round: that goes along. */
function giveSoon(): void {
  if (isDue || isOut) return
  isDue = true
  setImmediate(give)
}

function give(): void {
  isDue = false
  let next: Waiting | undefined
  let oldest: Waiting | undefined
  for (const queue of queues) {
    if (!next || queue.waiting.length > next.waiting.length) next = queue
    if (!oldest || queue.waiting[0]!.since_ms < oldest.waiting[0]!.since_ms) oldest = queue
  }
  if (!next || !oldest) return
  if (performance.now() - oldest.waiting[0]!.since_ms > fair_ms) next = oldest
  queues.delete(next)
  isOut = true
  next.send()
}
