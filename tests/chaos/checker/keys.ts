import type { Judge } from './judge.ts'
import { push, type Request, type Requests } from './requests.ts'
import type { World } from './world.ts'

/**
 * 7. One idempotency key: at most one effect and one answer; the same key with another body is 422; while running 409.
 */
export function judgeKeys(world: World, requests: Requests, judge: Judge): void {
  const effect = judge.check(7, 'one key has at most one effect')
  const answer = judge.check(7, 'one key has one answer')
  const body = judge.check(7, 'a key that was used for one body is refused for another')
  const running = judge.check(7, 'who is told that the same request is still running is not alone')

  const groups = new Map<string, Request[]>()
  for (const request of requests.of('placeOrder', 'payOrder', 'adjustStock', 'refundPayment', 'refundOrder')) {
    if (request.key) push(groups, `${request.op} ${request.scope} ${request.target ?? ''} ${request.key}`, request)
  }
  for (const list of groups.values()) {
    judgeAnswers(list)
    judgeBodies(list)
  }
  judgeEffects()
  judgeRunning()

  function judgeAnswers(list: Request[]): void {
    const answers = list.filter(isFinal)
    if (answers.length < 2) return
    const first = answers[0]!
    for (const other of answers.slice(1)) {
      if (other.body_hash !== first.body_hash) continue
      answer.expect(sayOf(first) === sayOf(other), `first ${sayOf(first)}, then ${sayOf(other)}`, {
        key: first.key,
        lines: [...first.lines, ...other.lines],
      })
    }
  }

  function judgeBodies(list: Request[]): void {
    const bodies = new Set(list.map(request => request.body_hash))
    if (bodies.size < 2) return
    const accepted = new Map<string, Request>()
    for (const request of list) if (request.phase === 'ok') accepted.set(request.body_hash, request)
    body.expect(accepted.size <= 1, 'two bodies were accepted under one key', {
      key: list[0]!.key,
      lines: [...accepted.values()].flatMap(request => request.lines),
    })
    const [first] = [...accepted.values()].sort((a, b) => a.end - b.end)
    if (!first) return
    for (const request of list) {
      if (request.body_hash === first.body_hash || request.start < first.end || request.phase !== 'fail') continue
      // At the door it may be turned away for want of room before its key is looked at.
      if (request.status === 503 || request.status === 429) continue
      body.expect(request.status === 422, `it was refused with ${request.status} ${request.problem}`, {
        key: request.key,
        lines: request.lines,
      })
    }
  }

  function judgeEffects(): void {
    const orders = new Map<string, string[]>()
    const rows = new Map<string, string[]>()
    for (const { id, row, said } of world.orders.values()) {
      if (!row) continue
      if (row.idempotency_key) push(rows, `${row.idempotency_scope} ${row.idempotency_key}`, id)
      const placed = said.find(event => event.name === 'order.placed')
      const placing = requests.byCorrelation
        .get(placed?.correlation_id ?? '')
        ?.find(r => r.op === 'placeOrder' && r.key)
      // One that was undone because a part was not there gave its key back.
      const freed = row.status === 'cancelled' && row.idempotency_key === null
      if (placing && !freed) push(orders, `${placing.scope} ${placing.key}`, id)
    }
    for (const map of [orders, rows]) {
      for (const [key, ids] of map)
        effect.expect(ids.length === 1, `${ids.length} orders came of it`, { key, orders: ids })
    }
    const attempts = new Map<string, number>()
    for (const { id, attempts: list } of world.orders.values()) {
      for (const { idempotency_key: key } of list) {
        if (key) attempts.set(`${id} ${key}`, (attempts.get(`${id} ${key}`) ?? 0) + 1)
      }
    }
    for (const [key, n] of attempts) effect.expect(n === 1, `${n} attempts to pay came of it`, { key })
    const moved = new Map<string, string[]>()
    for (const { product_id, movements } of world.stock.values()) {
      for (const { id, idempotency_key: key } of movements) if (key) push(moved, `${product_id} ${key}`, id)
    }
    for (const [key, ids] of moved)
      effect.expect(ids.length === 1, `${ids.length} movements came of it`, { key, movements: ids })
    const refunded = new Map<string, string[]>()
    for (const { id, payment_id, idempotency_key: key } of world.refunds)
      if (key) push(refunded, `${payment_id} ${key}`, id)
    for (const { id: order_id, refunds } of world.orders.values())
      for (const { id, idempotency_key: key } of refunds) if (key) push(refunded, `${order_id} ${key}`, id)
    for (const [key, ids] of refunded)
      effect.expect(ids.length === 1, `${ids.length} refunds came of it`, { key, refunds: ids })
  }

  function judgeRunning(): void {
    const paying = new Map<string, Request[]>()
    for (const request of requests.of('payOrder')) push(paying, request.target ?? '', request)
    for (const [name, list] of groups) {
      for (const request of list) {
        if (request.problem !== 'request-in-progress') continue
        const near = name.startsWith('payOrder') ? (paying.get(request.target ?? '') ?? []) : list
        const others = near.filter(other => other !== request && other.start <= request.end)
        const placing = name.startsWith('payOrder')
        running.expect(others.length > 0 || placing, 'nobody else was at it', {
          key: request.key,
          lines: request.lines,
        })
      }
    }
  }
}

/** Refusals that are kept with the key, because the order was written down before. */
const kept = new Set(['payment-declined', 'out-of-stock', 'invalid-payment-method'])

/** An answer that says what became of it. 202 does not say yet. */
const isFinal = ({ phase, status, problem }: Request): boolean =>
  (phase === 'ok' && status !== 202) || (phase === 'fail' && kept.has(problem ?? ''))

const sayOf = ({ phase, problem, answer_id, op, answer }: Request): string => {
  if (phase !== 'ok') return `refused: ${problem}`
  return op === 'adjustStock' ? `movement ${answer_id} of ${answer.delta}` : `${op} ${answer_id}`
}
