import { rowsOf } from './evidence.ts'
import type { Judge } from './judge.ts'
import { restocked } from './line-refunds.ts'
import { sum } from './money.ts'
import { push, type Request, type Requests } from './requests.ts'
import type { MovementRow } from './rows.ts'
import { type Dossier, isBought, type StockFile, sameUnits, unitsOf, type World } from './world.ts'

/**
 * 5. Stock: 0 ≤ reserved ≤ on hand at every instant; on hand = initial + Σ movements; sold = Σ paid lines. N units and
 * 10·N buyers: exactly N paid orders. No reservation outlives its deadline.
 */
export function judgeStock(world: World, requests: Requests, judge: Judge): void {
  const heldLines = new Map<string, number>()
  const boughtLines = new Map<string, number>()
  const add = (map: Map<string, number>, id: string, quantity: number) => map.set(id, (map.get(id) ?? 0) + quantity)
  for (const { row, items, refunds, reservation, lines } of world.orders.values()) {
    if (reservation?.status === 'held') for (const line of lines) add(heldLines, line.product_id, line.quantity)
    if (!row || !isBought(row)) continue
    const productOf = new Map(items.map(item => [item.id, item.product_id]))
    for (const item of items) add(boughtLines, item.product_id, item.quantity)
    for (const line of refunds.flatMap(restocked)) add(boughtLines, productOf.get(line.item_id)!, -line.quantity)
  }
  judgeInstants(world, judge)
  judgeBooks(world, judge, heldLines, boughtLines)
  judgeSupply(world, requests, judge, boughtLines)
  judgeRequests(world, requests, judge)
  judgeReservations(world, judge)
  judgeRefusals(world, requests, judge)
}

/** Orders of one statement at most. */
const most = 100

function judgeInstants(world: World, judge: Judge): void {
  const bounds = judge.check(5, '0 ≤ reserved ≤ on hand in every state the stock ever had')
  const chain = judge.check(5, 'the states of a product follow each other without a gap and end in its row')
  const moved = judge.check(5, 'on hand changes by movements only, each once')
  const sampled = judge.check(5, 'samples during the run saw no stock out of bounds')
  const holds = (s: { on_hand: number; reserved: number }) => 0 <= s.reserved && s.reserved <= s.on_hand
  for (const { product_id, row, movements, states } of world.stock.values()) {
    const evidence = { product_id }
    if (row) bounds.expect(holds(row), `on hand ${row.on_hand}, reserved ${row.reserved}`, evidence)
    const byRevision = states.toSorted((a, b) => a.revision - b.revision)
    // Both are written under the lock of the product's row, and ids are of their time: the same order.
    const ordered = movements.toSorted((a, b) => (a.id < b.id ? -1 : 1))
    let next = 0
    /** Orders that share a statement change the stock once, by a movement each: the last one ends where the stock does. */
    const accountFor = (from: number, to: number) => {
      if (from === to) return
      for (let first = next; first < Math.min(ordered.length, next + most); first++) {
        let at = from
        for (let i = first; i < Math.min(ordered.length, first + most); i++) {
          const { delta, on_hand } = ordered[i]!
          at += delta
          if (at !== on_hand || delta > 0 !== to > from) break
          if (at !== to) continue
          for (const { delta, on_hand } of ordered.slice(next, first))
            moved.wrong(`a movement changed nothing: ${delta} → ${on_hand}`, evidence)
          next = i + 1
          return
        }
      }
      moved.wrong(`on hand changed without a movement: ${to - from} → ${to}`, evidence)
    }
    let on_hand = 0
    byRevision.forEach((state, i) => {
      bounds.expect(holds(state), `on hand ${state.on_hand}, reserved ${state.reserved}`, {
        ...evidence,
        revision: state.revision,
      })
      if (state.revision !== i + 1) {
        // The first one that is missing, or is there twice, says it; the rest would only repeat it.
        if (i === 0 || byRevision[i - 1]!.revision + 1 !== state.revision) {
          chain.wrong(`revision ${state.revision} stands where ${i + 1} should`, { ...evidence, event: state.event_id })
        }
      }
      accountFor(on_hand, state.on_hand)
      on_hand = state.on_hand
    })
    const last = byRevision.at(-1)
    if (row && last) {
      const right = last.revision === row.revision && last.on_hand === row.on_hand && last.reserved === row.reserved
      chain.expect(right, `the last state said is revision ${last.revision}, the row has ${row.revision}`, evidence)
    } else if (row) {
      chain.expect(false, 'stock came to be without an event', evidence)
    }
    if (states.length > 0) moved.look(movements.length)
    for (const { delta, on_hand } of states.length > 0 ? ordered.slice(next) : [])
      moved.wrong(`a movement changed nothing: ${delta} → ${on_hand}`, evidence)
  }
  for (const sample of rowsOf<any>(world.evidence, 'samples.jsonl')) {
    if (!sample.stock) continue
    sampled.look()
    for (const stock of sample.stock) if (!holds(stock)) sampled.wrong('out of bounds', { t_ms: sample.t_ms, ...stock })
  }
}

function judgeBooks(world: World, judge: Judge, held: Map<string, number>, bought: Map<string, number>): void {
  const sums = judge.check(5, 'on hand is the sum of the movements')
  const reserved = judge.check(5, 'reserved is the sum of what reservations hold')
  const sold = judge.check(5, 'sold is the sum of the lines of paid orders, less what refunds put back')
  for (const { product_id, row, movements } of world.stock.values()) {
    const evidence = { product_id }
    const total = sum(movements.map(movement => movement.delta))
    sums.expect(row?.on_hand === total, `on hand ${row?.on_hand}, movements come to ${total}`, evidence)
    const holds = held.get(product_id) ?? 0
    reserved.expect(row?.reserved === holds, `reserved ${row?.reserved}, reservations hold ${holds}`, evidence)
    const ofOrders = movements.filter(movement => movement.order_id !== null)
    const out = -sum(ofOrders.map(movement => movement.delta))
    const paid = bought.get(product_id) ?? 0
    if (out !== 0 || paid !== 0) sold.expect(out === paid, `${out} left the stock, ${paid} were paid for`, evidence)
  }
  for (const product_id of bought.keys()) {
    if (!world.stock.has(product_id)) sold.wrong('a product was sold that has no stock', { product_id })
  }
}

/** From the outside alone: what was put in, as the clients know it, and what was bought, as the orders know it. */
function judgeSupply(world: World, requests: Requests, judge: Judge, bought: Map<string, number>): void {
  const enough = judge.check(5, 'no more of a product was sold than was ever put into stock')
  const exact = judge.check(5, 'what is left is what was put in less what was sold, with what refunds put back')
  const changes = new Map<string, Request[]>()
  const opened = new Map<string, number>()
  for (const request of requests.of('createProduct')) {
    const stock = request.body.stock_quantity ?? request.body.stock ?? 0
    if (request.answer_id) opened.set(request.answer_id, stock)
  }
  for (const request of requests.of('adjustStock', 'setStock', 'updateProduct', 'patchProduct')) {
    const touches = request.op.endsWith('Stock') || (request.body.stock ?? request.body.stock_quantity) !== undefined
    if (request.phase !== 'fail' && request.target && touches) push(changes, request.target, request)
  }
  for (const [product_id, opening] of opened) {
    const list = changes.get(product_id) ?? []
    if (list.some(request => request.op !== 'adjustStock')) continue
    let [least, most] = [opening, opening]
    for (const intention of intentionsOf(list)) {
      const delta: number = intention[0]!.body.delta
      const sure = intention.some(request => request.phase === 'ok')
      if (sure || delta < 0) least += delta
      if (sure || delta > 0) most += delta
    }
    const sold = bought.get(product_id) ?? 0
    const row = world.stock.get(product_id)?.row
    const evidence = { product_id, put_in: least === most ? most : [least, most], sold }
    enough.expect(sold <= most, `${sold} were sold of ${most}`, evidence)
    if (!row) {
      if (opening > 0) exact.expect(false, 'the stock has gone', evidence)
      continue
    }
    const right = least - sold <= row.on_hand && row.on_hand <= most - sold
    exact.expect(right, `${row.on_hand} are left`, evidence)
    if (row.on_hand === 0 && sold > 0) judge.figures.sold_out_products = (judge.figures.sold_out_products ?? 0) + 1
  }
}

const intentionsOf = (requests: Request[]): Request[][] => {
  const groups = new Map<unknown, Request[]>()
  for (const request of requests) push(groups, request.key ?? request, request)
  return [...groups.values()]
}

function judgeRequests(world: World, requests: Requests, judge: Judge): void {
  const kept = judge.check(5, 'an acknowledged change of stock is a movement')
  const caused = judge.check(5, 'each movement has an order or somebody who asked for it')
  const byId = new Map<string, MovementRow>()
  for (const { movements } of world.stock.values()) for (const movement of movements) byId.set(movement.id, movement)
  for (const request of requests.of('adjustStock')) {
    if (request.phase !== 'ok' || !request.answer_id) continue
    const movement = byId.get(request.answer_id)
    const right = movement?.delta === request.body.delta && movement?.product_id === request.target
    kept.expect(right, `an adjustment of ${request.body.delta} is not there`, {
      product_id: request.target,
      movement_id: request.answer_id,
      lines: request.lines,
    })
  }
  for (const request of requests.of('setStock')) {
    if (request.phase !== 'ok' || !request.target) continue
    const states = world.stock.get(request.target)?.states ?? []
    if (states.length === 0) continue
    const right = statesBetween(states, request.start, request.end).some(s => s.on_hand === request.body.on_hand)
    kept.expect(right, `a stock take of ${request.body.on_hand} is not there`, {
      product_id: request.target,
      lines: request.lines,
    })
  }
  const created = new Map<string, Request[]>()
  for (const request of requests.of('createProduct')) if (request.answer_id) push(created, request.answer_id, request)
  for (const { product_id, movements } of world.stock.values()) {
    const asked = [
      ...requests.about(product_id, 'adjustStock', 'setStock', 'updateProduct', 'patchProduct'),
      ...(created.get(product_id) ?? []),
    ].filter(request => request.phase !== 'fail')
    if (asked.length === 0) continue
    for (const movement of movements) {
      if (movement.order_id !== null) continue
      caused.expect(
        asked.some(request => causes(request, movement)),
        `a movement of ${movement.delta} (${movement.reason}) that nobody asked for`,
        { product_id, movement_id: movement.id },
      )
    }
  }
}

function causes({ op, body }: Request, movement: MovementRow): boolean {
  if (op === 'adjustStock') return body.delta === movement.delta
  if (op === 'setStock') return body.on_hand === movement.on_hand
  const stock = body.stock_quantity ?? body.stock
  return op === 'createProduct' ? stock === movement.delta : stock !== undefined
}

/** A sweep is due within a second; what is later than this after a deadline was forgotten. */
const grace_ms = 15_000

function judgeReservations(world: World, judge: Judge): void {
  const deadline = judge.check(5, 'no reservation outlives its deadline')
  const match = judge.check(5, "an order's reservation is of its lines and stands where the order stands")
  const once = judge.check(5, 'an order takes its units out once, and gives them back once at most')
  for (const dossier of world.orders.values()) {
    const { id, row, reservation, items, lines } = dossier
    if (reservation?.status === 'held') {
      const late = world.ended - Date.parse(reservation.expires_at)
      deadline.expect(!(late > grace_ms), `still held ${late} ms after its deadline`, { order_id: id })
    } else if (reservation) deadline.look()
    if (reservation && lines.length > 0) {
      match.expect(
        row !== undefined && sameUnits(unitsOf(lines), unitsOf(items)),
        row ? 'it holds other lines than the order has' : 'it is of an order that does not exist',
        { order_id: id },
      )
    }
    if (row) {
      const status = reservation?.status
      const evidence = { order_id: id, status: row.status, reservation: status ?? null }
      if (isBought(row)) match.expect(status === 'committed', 'a paid order has not taken its stock', evidence)
      if (row.status === 'cancelled' && (status === 'held' || status === 'committed')) {
        match.expect(false, 'a cancelled order keeps its stock', evidence)
      }
      if (row.status === 'pending' && row.goal === 'none' && status !== 'held' && status !== 'expired') {
        match.expect(false, 'an order that waits to be paid holds no stock', evidence)
      }
    }
    if (dossier.movements.length > 0) judgeMovements(dossier)
  }

  function judgeMovements({ id, movements, items, refunds, reservation }: Dossier): void {
    const wanted = unitsOf(items)
    const [out, back] = [new Map<string, number>(), new Map<string, number>()]
    // What a refund put back is judged with it; a cancellation puts back the rest.
    const ofRefunds = new Set(refunds.map(refund => refund.id))
    const isOfRefund = ({ idempotency_key: key }: MovementRow) => key !== null && ofRefunds.has(key)
    const rest = unitsOf(
      movements.filter(isOfRefund).map(({ product_id, delta }) => ({ product_id, quantity: -delta })),
    )
    for (const [product_id, quantity] of wanted) {
      const left = quantity + (rest.get(product_id) ?? 0)
      if (left === 0) rest.delete(product_id)
      else rest.set(product_id, left)
    }
    for (const movement of movements) {
      if (isOfRefund(movement)) continue
      const { product_id, delta } = movement
      const side = delta < 0 ? out : back
      if (side.has(product_id)) once.wrong('it moved twice', { order_id: id, product_id, delta })
      side.set(product_id, Math.abs(delta))
    }
    const whole = sameUnits(out, wanted) && (back.size === 0 || sameUnits(back, rest))
    once.expect(whole, 'it moved other units than it has lines', {
      order_id: id,
      out: Object.fromEntries(out),
      back: Object.fromEntries(back),
    })
    const sold = out.size > 0 && back.size === 0
    if (sold !== (reservation?.status === 'committed')) {
      once.wrong(`its units ${sold ? 'are out' : 'are back'}, its reservation is ${reservation?.status}`, {
        order_id: id,
      })
    }
  }
}

/** Nobody is turned away while there was enough all the time: with too little sold, N units would not make N orders. */
function judgeRefusals(world: World, requests: Requests, judge: Judge): void {
  const check = judge.check(5, 'who was told that there is not enough was told the truth')
  const firstOfKey = new Map<string, number>()
  const placing = requests.of('placeOrder')
  for (const { key, scope, start } of placing) {
    if (key) firstOfKey.set(`${scope} ${key}`, Math.min(start, firstOfKey.get(`${scope} ${key}`) ?? start))
  }
  for (const request of placing) {
    if (request.phase !== 'fail' || !request.short) continue
    const from = firstOfKey.get(`${request.scope} ${request.key}`) ?? request.start
    const seen = request.short.every(({ product_id, available }) => {
      const states = world.stock.get(product_id)?.states
      if (!states || states.length === 0) return true
      return statesBetween(states, from, request.end).some(state => state.available === available)
    })
    check.expect(seen, 'there never was so little while it asked', { lines: request.lines, told: request.short })
  }
}

const slack_ms = 5

/**
 * States that may have been seen between two moments. A state is written before it is committed, and stands until the next
 * one is committed, which is before the one after it is written.
 */
function statesBetween(states: StockFile['states'], from: number, to: number): StockFile['states'] {
  let low = 0
  let high = states.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (states[middle]!.at < from - slack_ms) low = middle + 1
    else high = middle
  }
  const found: StockFile['states'] = []
  for (let i = Math.max(0, low - 2); i < states.length && states[i]!.at <= to + slack_ms; i++) found.push(states[i]!)
  return found
}
