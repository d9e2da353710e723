import { type Operation, ordersIn } from './history.ts'
import type { Judge } from './judge.ts'
import { push } from './requests.ts'
import type { HistoryRow } from './rows.ts'
import { type Dossier, isBought, type World } from './world.ts'

/**
 * 8. Order history is a path in the allowed graph, without gaps. After quiet, no order is in a transient state past its
 * deadline.
 */

/** Where an order may go, as its documentation says. Staying is no move. */
const moves: Record<string, string[]> = {
  pending: ['processing', 'cancelled'],
  processing: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: [],
  cancelled: [],
}

const payments: Record<string, string[]> = {
  unpaid: ['authorised', 'in_doubt', 'paid', 'partially_refunded', 'failed', 'refunded'],
  authorised: ['in_doubt', 'paid', 'partially_refunded', 'failed', 'refunded', 'unpaid'],
  in_doubt: ['authorised', 'paid', 'partially_refunded', 'failed', 'refunded', 'unpaid'],
  failed: ['authorised', 'in_doubt', 'paid', 'partially_refunded', 'refunded'],
  paid: ['partially_refunded', 'refunded'],
  partially_refunded: ['refunded'],
  refunded: [],
}

/** How an order's payment may stand with it. */
const together: Record<string, string[]> = {
  pending: ['unpaid', 'authorised', 'in_doubt', 'failed'],
  processing: ['paid', 'partially_refunded', 'refunded'],
  shipped: ['paid', 'partially_refunded', 'refunded'],
  delivered: ['paid', 'partially_refunded', 'refunded'],
  cancelled: ['unpaid', 'failed', 'refunded'],
}

const rank: Record<string, number> = { pending: 0, processing: 1, shipped: 2, delivered: 3, cancelled: 3 }
/** An order past its deadline is swept within a second; what is later than this was forgotten. */
const grace_ms = 15_000

interface Reading {
  start: number
  end: number
  status: string
  line: number
}

export function judgePaths(world: World, judge: Judge) {
  const readings = new Map<string, Reading[]>()
  const prefix = judge.check(8, 'a timeline that was shown is the beginning of the history')

  return {
    operation(operation: Operation): void {
      if (operation.phase !== 'ok') return
      for (const { id, status } of ordersIn(operation)) {
        const { start, end, lines } = operation
        push(readings, id, { start, end, status, line: lines.at(-1)! })
      }
      if (operation.op === 'getOrderTimeline') judgeTimeline(operation)
    },
    finish(): void {
      judgeHistories(world, judge)
      judgeRest(world, judge)
      judgeReadings(readings, judge)
    },
  }

  function judgeTimeline({ input, body, lines }: Operation): void {
    const history = world.orders.get(input.params?.id)?.history
    if (!history || !Array.isArray(body?.items)) return
    const right = body.items.every((shown: any, i: number) => {
      const row = history[i]
      if (!row || row.status !== shown.status || row.payment_status !== shown.payment_status) return false
      return same(row.at, shown.at)
    })
    prefix.expect(right, 'it showed what is not in the history', { order_id: input.params!.id, lines })
  }
}

const same = (a: string, b: string) => Math.abs(Date.parse(a) - Date.parse(b)) <= 1

function judgeHistories(world: World, judge: Judge): void {
  const begins = judge.check(8, 'each history begins with a pending, unpaid order')
  const path = judge.check(8, 'each step of a history is a move that is allowed')
  const ends = judge.check(8, 'each history ends where the order stands')
  const fits = judge.check(8, 'the payment status fits the status at every step')
  for (const { id, row, history } of world.orders.values()) {
    if (!row) {
      if (history.length > 0) begins.expect(false, 'a history of an order that does not exist', { order_id: id })
      continue
    }
    const [first] = history
    begins.expect(first?.status === 'pending' && first.payment_status === 'unpaid', `it begins ${say(first)}`, {
      order_id: id,
    })
    const last = history.at(-1)
    ends.expect(
      last?.status === row.status && last.payment_status === row.payment_status,
      `the history ends ${say(last)}, the order is ${row.status}, ${row.payment_status}`,
      { order_id: id },
    )
    history.forEach((step, i) => {
      const evidence = { order_id: id, history_id: step.id }
      fits.expect(together[step.status]?.includes(step.payment_status) ?? false, say(step), evidence)
      const before = history[i - 1]
      if (!before) return
      const moved = step.status === before.status || moves[before.status]?.includes(step.status)
      const paid =
        step.payment_status === before.payment_status || payments[before.payment_status]?.includes(step.payment_status)
      path.expect(Boolean(moved && paid), `from ${say(before)} to ${say(step)}`, evidence)
      if (Date.parse(step.at) < Date.parse(before.at)) path.wrong('time goes back', evidence)
    })
  }
}

const say = (row: HistoryRow | undefined) => (row ? `${row.status}, ${row.payment_status}` : 'nowhere')

function judgeRest(world: World, judge: Judge): void {
  const rest = judge.check(8, 'after quiet no order is on its way')
  const due = judge.check(8, 'after quiet no unpaid order is past its deadline')
  const told = judge.check(8, 'after quiet each attempt to place or to pay has its outcome')
  for (const dossier of world.orders.values()) {
    const { id, row } = dossier
    if (!row) continue
    const transient = row.payment_status === 'in_doubt' || row.payment_status === 'authorised'
    rest.expect(
      row.goal === 'none' && !transient,
      `it is ${row.status}, ${row.payment_status} and goes for ${row.goal}`,
      {
        order_id: id,
      },
    )
    if (row.status === 'pending') {
      const late = world.ended - Date.parse(row.expires_at ?? '')
      due.expect(row.expires_at !== null && !(late > grace_ms), `its deadline was ${late} ms ago`, { order_id: id })
    } else due.look()
    judgeAttempts(dossier)
  }

  function judgeAttempts({ id, row, attempts }: Dossier): void {
    told.look()
    if (attempts.length === 0) told.wrong('nothing is known of how it was placed', { order_id: id })
    for (const { attempt, outcome } of attempts) {
      if (outcome === null) told.wrong('an attempt has no outcome', { order_id: id, attempt })
      if (outcome === 'paid' && !isBought(row!) && row!.status !== 'cancelled') {
        told.wrong(`attempt ${attempt} was paid, the order is ${row!.status}`, { order_id: id })
      }
    }
    const paid = attempts.filter(({ outcome }) => outcome === 'paid').length
    if (isBought(row!) ? paid !== 1 : paid > 1)
      told.wrong(`${paid} attempts were told that it is paid`, { order_id: id })
  }
}

/** Who asks after another one was answered never sees the order further back. */
function judgeReadings(readings: Map<string, Reading[]>, judge: Judge): void {
  const check = judge.check(8, 'no order is ever seen to go back')
  for (const [order_id, list] of readings) {
    const byEnd = list.toSorted((a, b) => a.end - b.end)
    let next = 0
    let furthest: Reading | undefined
    for (const reading of list.sort((a, b) => a.start - b.start)) {
      for (let before = byEnd[next]; before && before.end < reading.start; before = byEnd[++next]) {
        if (!furthest || rank[before.status]! > rank[furthest.status]!) furthest = before
      }
      if (!furthest) continue
      const back = rank[reading.status]! < rank[furthest.status]!
      const ended = furthest.status === 'cancelled' && reading.status !== 'cancelled'
      check.expect(!back && !ended, `${reading.status} was seen after ${furthest.status}`, {
        order_id,
        lines: [furthest.line, reading.line],
      })
    }
  }
}
