import { type Operation, ordersIn } from './history.ts'
import type { Judge } from './judge.ts'
import { minorOf, sum } from './money.ts'
import { mayHaveActed, push, type Request, type Requests } from './requests.ts'
import { type Dossier, isBought, sameUnits, unitsOf, type World } from './world.ts'

/**
 * 6. An acknowledged order (2xx) is never lost. A refused request (4xx, 429, shed 503) had no effect. One cart, at most one
 * order.
 */
export function judgeAcknowledged(world: World, judge: Judge) {
  const shown = judge.check(6, 'every order in an answer exists and is what the answer says')

  return {
    operation(operation: Operation): void {
      if (operation.phase !== 'ok') return
      for (const order of ordersIn(operation)) {
        const dossier = world.orders.get(order.id)
        const wrong = dossier?.row ? differenceOf(order, dossier, world) : 'it does not exist'
        shown.expect(wrong === undefined, `an order was acknowledged, and ${wrong}`, {
          order_id: order.id,
          op: operation.op,
          lines: operation.lines,
        })
      }
    },
    finish(requests: Requests): void {
      judgeLasting(world, requests, judge)
      judgeRefused(world, requests, judge)
      judgeOrigins(world, requests, judge)
      judgeCarts(world, requests, judge)
      judgeAccounts(world, requests, judge)
    },
  }
}

/** What an order in an answer and the order in the books do not have in common; members that never change. */
function differenceOf(order: any, { row, items }: Dossier, world: World): string | undefined {
  if (!row) return 'it does not exist'
  if (order.number !== row.number) return `its number is ${row.number}`
  if (order.currency !== row.currency) return `its currency is ${row.currency}`
  if (minorOf(order.total, row.currency) !== row.total_minor) return `its total is ${row.total_minor} in minor units`
  if ((order.user_id ?? null) !== row.user_id) return 'it is of another account'
  if ((order.cart_id ?? null) !== row.cart_id) return 'it is of another cart'
  const erased = row.user_id !== null && world.users.get(row.user_id)?.erased_at
  if (!erased && (order.email ?? null) !== row.email) return 'it has another e-mail address'
  if (!sameUnits(unitsOf(order.items), unitsOf(items))) return 'it has other lines'
  const prices = new Map(items.map(item => [item.product_id, item.price_minor]))
  for (const item of order.items) {
    if (minorOf(item.price, row.currency) !== prices.get(item.product_id)) return 'it has other prices'
  }
  return undefined
}

function judgeLasting(world: World, requests: Requests, judge: Judge): void {
  const bought = judge.check(6, 'an acknowledged purchase stays, unless somebody asked to cancel it')
  const held = judge.check(
    6,
    'an acknowledged order that waits to be paid is undone only in time, on request, or by its payment',
  )
  const done = judge.check(6, 'an acknowledged cancellation, shipment or delivery lasts')

  function cancelAsked(id: string): boolean {
    const asked = requests.about(id, 'cancelOrder', 'setOrderStatus').filter(mayHaveActed)
    return asked.some(request => request.op === 'cancelOrder' || request.body.status === 'cancelled')
  }

  for (const request of requests.of('placeOrder', 'payOrder')) {
    const { phase, answer, answer_id: id, lines, status } = request
    if (phase !== 'ok' || !id) continue
    const row = world.orders.get(id)?.row
    if (!row) continue
    if (answer.status === 'processing' || answer.status === 'shipped' || answer.status === 'delivered') {
      bought.expect(isBought(row) || cancelAsked(id), `it is ${row.status}: ${row.cancel_reason}`, {
        order_id: id,
        lines,
      })
    } else if (answer.status === 'pending' && status === 201 && request.op === 'placeOrder') {
      held.expect(
        row.status !== 'cancelled' || cancelAsked(id) || mayEnd(id, answer.expires_at),
        `it was undone: ${row.cancel_reason}`,
        {
          order_id: id,
          lines,
        },
      )
    }
  }

  function mayEnd(id: string, expires_at: string | null | undefined): boolean {
    if (requests.about(id, 'payOrder').length > 0) return true
    const history = world.orders.get(id)!.history
    const at = Date.parse(history.findLast(row => row.status === 'cancelled')?.at ?? '')
    return Boolean(expires_at) && at >= Date.parse(expires_at!)
  }

  for (const request of requests.of('cancelOrder', 'setOrderStatus')) {
    if (request.phase !== 'ok' || !request.target) continue
    const row = world.orders.get(request.target)?.row
    const wanted = request.op === 'cancelOrder' ? 'cancelled' : request.body.status
    const right = row?.status === wanted || (wanted === 'shipped' && row?.status === 'delivered')
    done.expect(right, `it should be ${wanted} and is ${row?.status}`, {
      order_id: request.target,
      lines: request.lines,
    })
  }
}

/** Refused before anything is written down: not even a trace of an order may be there. */
const leavesNothing = new Set([
  'validation-failed',
  'malformed-json',
  'unauthenticated',
  'invalid-token',
  'token-expired',
  'forbidden',
  'unknown-product',
  'wrong-currency',
  'not-for-sale',
  'price-changed',
  'invalid-coupon',
  'cart-empty',
  'idempotency-key-reused',
  'invalid-idempotency-key',
  'too-many-requests',
])

function judgeRefused(world: World, requests: Requests, judge: Judge): void {
  const undone = judge.check(6, 'a refused order leaves no order, no stock held and no money taken')
  const traceless = judge.check(6, 'what is refused at the door leaves no trace')
  const unmoved = judge.check(6, 'a refused change of stock moves nothing')
  const byCorrelation = new Map<string, Dossier[]>()
  for (const dossier of world.orders.values()) {
    const placed = dossier.said.find(event => event.name === 'order.placed')
    if (placed) push(byCorrelation, placed.correlation_id, dossier)
  }
  for (const request of requests.of('placeOrder')) {
    if (request.phase !== 'fail' || !request.correlation_id) continue
    const together = requests.byCorrelation.get(request.correlation_id)!.filter(one => one.op === 'placeOrder')
    if (together.some(mayHaveActed)) continue
    const traces = byCorrelation.get(request.correlation_id) ?? []
    const evidence = { lines: request.lines, problem: request.problem, orders: traces.map(trace => trace.id) }
    // Somebody else's request of the same key is the one that acts, or acted.
    if (request.problem === 'request-in-progress' || request.problem === 'cart-ordered') continue
    if (leavesNothing.has(request.problem ?? '') && together.every(one => one.problem === request.problem)) {
      traceless.expect(traces.length === 0, 'a request that was refused at the door left an order', evidence)
    }
    undone.expect(traces.every(isUndone), 'a refused request had an effect', evidence)
  }
  const keys = new Map<string, Request[]>()
  for (const request of requests.of('adjustStock'))
    if (request.key) push(keys, `${request.target} ${request.key}`, request)
  const moved = new Set<string>()
  for (const { product_id, movements } of world.stock.values()) {
    for (const movement of movements)
      if (movement.idempotency_key) moved.add(`${product_id} ${movement.idempotency_key}`)
  }
  for (const [key, list] of keys) {
    if (list.some(mayHaveActed) || list.some(request => request.problem === 'idempotency-key-reused')) continue
    unmoved.expect(!moved.has(key), 'a refused adjustment moved stock', {
      lines: list.flatMap(request => request.lines),
    })
  }
}

function isUndone({ row, reservation, provider }: Dossier): boolean {
  const net = sum(provider.map(at => at.captured - at.refunded))
  const free = reservation?.status !== 'held' && reservation?.status !== 'committed'
  return row?.status === 'cancelled' && net === 0 && free && provider.every(at => at.status !== 'authorised')
}

function judgeOrigins(world: World, requests: Requests, judge: Judge): void {
  const asked = judge.check(6, 'every order was asked for, with the lines that it has')
  const paying = judge.check(6, 'no order is paid whose every request to pay was refused')
  for (const dossier of world.orders.values()) {
    const { id, row, items, said } = dossier
    const placed = said.find(event => event.name === 'order.placed')
    if (!row || !placed || requests.byCorrelation.size === 0) continue
    const placing =
      requests.byCorrelation.get(placed.correlation_id)?.filter(request => request.op === 'placeOrder') ?? []
    const evidence = { order_id: id, lines: placing.flatMap(request => request.lines) }
    const right = placing.some(({ body }) => !linesOf(body) || sameUnits(unitsOf(linesOf(body)!), unitsOf(items)))
    asked.expect(right, placing.length === 0 ? 'nobody asked for it' : 'it was asked for with other lines', evidence)
    if (!isBought(row)) continue
    const payments = requests.about(id, 'payOrder')
    const wanted = [...placing.filter(request => request.body.payment_method), ...payments]
    paying.expect(wanted.some(mayHaveActed), 'it is paid, and every request to pay it was refused or there was none', {
      order_id: id,
      lines: wanted.flatMap(request => request.lines),
    })
  }
}

function linesOf({
  items,
  product_id,
  quantity,
}: Record<string, any>): { product_id: string; quantity: number }[] | undefined {
  if (items) return items
  return product_id ? [{ product_id, quantity: quantity ?? 1 }] : undefined
}

function judgeCarts(world: World, requests: Requests, judge: Judge): void {
  const once = judge.check(6, 'one cart, at most one order that is not undone')
  const whole = judge.check(6, 'an order of a cart has the lines that were put into it, all that were acknowledged')
  const changes = new Map<string, Request[]>()
  const unsure = new Map<string, Request[]>()
  for (const request of requests.of('addCartItem')) {
    if (request.phase === 'ok' && request.answer_id) push(changes, request.answer_id, request)
    else if (mayHaveActed(request) && request.owner) push(unsure, request.owner, request)
  }
  // What was changed or taken out again is not followed.
  const touched = new Set<string>()
  for (const request of requests.of('updateCartItem', 'removeCartItem', 'clearCart', 'mergeCart')) {
    if (request.owner) touched.add(request.owner)
    if (request.answer_id) touched.add(request.answer_id)
  }
  const ofCart = new Map<string, Dossier[]>()
  for (const dossier of world.orders.values()) {
    if (dossier.row?.cart_id) push(ofCart, dossier.row.cart_id, dossier)
  }
  const ownerOf = (cart_id: string) => changes.get(cart_id)?.[0]?.owner
  const cartsOf = new Map<string, string[]>()
  for (const cart_id of ofCart.keys()) if (ownerOf(cart_id)) push(cartsOf, ownerOf(cart_id)!, cart_id)
  const unitsIn = (list: Request[] = [], product_id: string) =>
    sum(list.filter(r => r.body.product_id === product_id).map(r => r.body.quantity ?? 1))

  /** What may have come along from the owner's other carts: what was put in there while they were ordered, and was not. */
  function carriedOver(owner: string, into: string, product_id: string): number {
    const others = (cartsOf.get(owner) ?? []).filter(cart_id => cart_id !== into)
    return sum(
      others.map(cart_id => {
        const ordered = sum(ofCart.get(cart_id)!.map(({ items }) => unitsOf(items).get(product_id) ?? 0))
        return Math.max(0, unitsIn(changes.get(cart_id), product_id) - ordered)
      }),
    )
  }

  for (const [cart_id, dossiers] of ofCart) {
    const live = dossiers.filter(({ row }) => row!.status !== 'cancelled')
    once.expect(live.length <= 1, `${live.length} orders were made of one cart`, {
      cart_id,
      orders: live.map(({ id }) => id),
    })
    for (const dossier of dossiers) judgeLines(cart_id, dossier, dossiers.length > 1)
  }

  /** `again`: another order was made of the cart, and what it left out went on into the next cart. */
  function judgeLines(cart_id: string, { id, items, said }: Dossier, again: boolean): void {
    const placed = said.find(event => event.name === 'order.placed')
    const placing = requests.byCorrelation.get(placed?.correlation_id ?? '') ?? []
    const mine = changes.get(cart_id) ?? []
    const owner = ownerOf(cart_id)
    if (placing.length === 0 || !owner || touched.has(owner) || touched.has(cart_id)) return
    const start = Math.min(...placing.map(request => request.start))
    const units = unitsOf(items)
    for (const product_id of new Set([...units.keys(), ...mine.map(request => request.body.product_id as string)])) {
      const before = mine.filter(request => request.end < start)
      const least = again ? 0 : unitsIn(before, product_id)
      const most =
        unitsIn(mine, product_id) + unitsIn(unsure.get(owner), product_id) + carriedOver(owner, cart_id, product_id)
      const has = units.get(product_id) ?? 0
      whole.expect(least <= has && has <= most, `${has} ordered; ${least} to ${most} were put in`, {
        order_id: id,
        cart_id,
        product_id,
      })
    }
  }
}

function judgeAccounts(world: World, requests: Requests, judge: Judge): void {
  const check = judge.check(6, 'an acknowledged account exists, and each e-mail address has one')
  const erasures = new Set(requests.of('deleteAccount', 'deleteUser').map(request => request.shopper))
  const emails = new Map<string, string>()
  for (const user of world.users.values()) {
    const other = emails.get(user.email.toLowerCase())
    if (other) check.wrong('two accounts have one e-mail address', { users: [other, user.id] })
    emails.set(user.email.toLowerCase(), user.id)
  }
  for (const request of requests.of('register', 'createUser')) {
    if (request.phase !== 'ok' || !request.answer_id || world.users.size === 0) continue
    const user = world.users.get(request.answer_id)
    const email: string = request.body.email ?? ''
    const right = user && (user.erased_at || erasures.size > 0 || user.email.toLowerCase() === email.toLowerCase())
    check.expect(Boolean(right), 'the account is not there', { user_id: request.answer_id, lines: request.lines })
  }
}
