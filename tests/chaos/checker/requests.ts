import { hashOf, type Operation } from './history.ts'

/** A request that changes something, as short as it can be remembered for a whole run. */
export interface Request {
  op: string
  shopper: string
  /** Who a key belongs to: the account, or all guests together. */
  scope: string
  /** Whose cart it touches: the account's, or that of a guest's token. */
  owner: string | undefined
  key: string | undefined
  correlation_id: string | undefined
  phase: Operation['phase']
  status: number | undefined
  problem: string | undefined
  lines: number[]
  start: number
  end: number
  /** What it is about, from its path: an order, a product, a payment. */
  target: string | undefined
  body_hash: string
  /** Members of the body that a check needs. */
  body: Record<string, any>
  /** Id in the answer: of an order, a movement, a product, an account. */
  answer_id: string | undefined
  answer: {
    status?: string
    payment_status?: string
    expires_at?: string | null
    on_hand?: number
    delta?: number
    amount?: number
  }
  /** Of a refusal for want of stock. */
  short: { product_id: string; available: number }[] | undefined
}

const remembered = new Set([
  'placeOrder',
  'payOrder',
  'cancelOrder',
  'setOrderStatus',
  'refundPayment',
  'refundOrder',
  'createProduct',
  'updateProduct',
  'patchProduct',
  'deleteProduct',
  'setStock',
  'adjustStock',
  'register',
  'createUser',
  'deleteAccount',
  'deleteUser',
  'addCartItem',
  'updateCartItem',
  'removeCartItem',
  'clearCart',
  'mergeCart',
  'createCoupon',
])

const bodyMembers: Record<string, string[]> = {
  placeOrder: ['items', 'product_id', 'quantity', 'cart_id', 'payment_method', 'expected_total', 'currency', 'email'],
  createCoupon: ['code', 'percent', 'amount', 'currency', 'min_subtotal', 'max_uses', 'once_per_customer'],
  refundPayment: ['amount'],
  refundOrder: ['lines', 'amount', 'restock'],
  setOrderStatus: ['status'],
  createProduct: ['price', 'currency', 'stock', 'stock_quantity'],
  updateProduct: ['price', 'currency', 'stock', 'stock_quantity'],
  patchProduct: ['price', 'currency', 'stock', 'stock_quantity'],
  setStock: ['on_hand'],
  adjustStock: ['delta'],
  register: ['email'],
  createUser: ['email'],
  addCartItem: ['product_id', 'quantity'],
  payOrder: ['payment_method'],
}

/** Everything that was asked for, by what one asks it for. */
export class Requests {
  readonly all: Request[] = []
  readonly byOp = new Map<string, Request[]>()
  readonly byCorrelation = new Map<string, Request[]>()
  /** Requests about an order: placing it (by its id in the answer), paying, cancelling, handling it. */
  readonly byTarget = new Map<string, Request[]>()

  add(operation: Operation): void {
    if (!remembered.has(operation.op)) return
    const request = shorten(operation)
    this.all.push(request)
    push(this.byOp, request.op, request)
    if (request.correlation_id) push(this.byCorrelation, request.correlation_id, request)
    if (request.target) push(this.byTarget, request.target, request)
  }

  of(...ops: string[]): Request[] {
    return ops.flatMap(op => this.byOp.get(op) ?? [])
  }

  about(target: string, ...ops: string[]): Request[] {
    return (this.byTarget.get(target) ?? []).filter(request => ops.includes(request.op))
  }
}

export const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

/** Whether a request may have had an effect: anything but a refusal. */
export const mayHaveActed = ({ phase }: Request): boolean => phase !== 'fail'

function shorten(o: Operation): Request {
  const given = o.input.body ?? {}
  const body: Record<string, any> = {}
  for (const name of bodyMembers[o.op] ?? []) if (given[name] !== undefined) body[name] = given[name]
  const answer = o.phase === 'ok' ? o.body : undefined
  const params = o.input.params ?? {}
  const { status, payment_status, expires_at, on_hand, delta, amount } = answer ?? {}
  return {
    op: o.op,
    shopper: o.shopper,
    scope: o.caller.user_id ?? 'guest',
    owner: o.caller.user_id ?? o.caller.cart_token ?? answer?.cart_token ?? undefined,
    key: o.key,
    correlation_id: o.correlation_id,
    phase: o.phase,
    status: o.status,
    problem: o.problem,
    lines: o.lines,
    start: o.start,
    end: o.end,
    target: params.id ?? params.product_id,
    // Only a key makes it matter what else was in the body.
    body_hash: o.key ? hashOf(given) : '',
    body,
    answer_id: answer?.id ?? answer?.user?.id,
    answer: { status, payment_status, expires_at, on_hand, delta, amount },
    short: o.problem === 'out-of-stock' && o.body?.items?.length > 0 ? o.body.items : undefined,
  }
}
