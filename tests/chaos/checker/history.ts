import { createHash } from 'node:crypto'
import { type Evidence, parsedLines } from './evidence.ts'

/** What the clients did and saw. */

export interface Caller {
  kind: string
  user_id?: string
  email?: string
  /** Digests. */
  cart_token?: string
  order_token?: string
}

export interface Input {
  params?: Record<string, any>
  query?: Record<string, any>
  body?: Record<string, any>
}

interface Line {
  n: number
  op_id: string
  phase: 'invoke' | 'ok' | 'fail' | 'info'
  t_ms: number
  at: string
  shopper: string
  op: string
  key?: string
  attempt?: number
  correlation_id?: string
  caller?: Caller
  input?: Input
  status?: number
  problem?: string
  body?: any
}

/** One request with its end. `open`: the harness itself never learnt of an end, which is no more than `info`. */
export interface Operation {
  op_id: string
  op: string
  shopper: string
  caller: Caller
  key: string | undefined
  correlation_id: string | undefined
  input: Input
  phase: 'ok' | 'fail' | 'info' | 'open'
  status: number | undefined
  problem: string | undefined
  body: any
  /** The line that ended it, as it was written. */
  text: string
  /** Numbers of its lines. */
  lines: number[]
  /** Milliseconds since the start of the run. */
  t_ms: number
  end_t_ms: number
  /** Time of day in milliseconds; infinite where the end is unknown. */
  start: number
  end: number
}

/** Goes through the history once. A request without an end comes last. */
export function readHistory(evidence: Evidence, observe: (operation: Operation) => void): number {
  const open = new Map<string, Line>()
  let count = 0
  for (const { value: line, text } of parsedLines<Line>(evidence, 'history.jsonl')) {
    count++
    if (line.phase === 'invoke') {
      open.set(line.op_id, line)
      continue
    }
    const invoke = open.get(line.op_id)
    if (!invoke) throw new Error(`history.jsonl: line ${line.n} ends ${line.op_id}, which never began`)
    open.delete(line.op_id)
    observe(pair(invoke, line, text))
  }
  for (const invoke of open.values()) observe(pair(invoke, undefined, ''))
  return count
}

function pair(invoke: Line, end: Line | undefined, text: string): Operation {
  const phase = end ? (end.phase as 'ok' | 'fail' | 'info') : 'open'
  return {
    op_id: invoke.op_id,
    op: invoke.op,
    shopper: invoke.shopper,
    caller: invoke.caller ?? { kind: 'guest' },
    key: invoke.key,
    correlation_id: invoke.correlation_id,
    input: invoke.input ?? {},
    phase,
    status: end?.status,
    problem: end?.problem ?? problemOf(end?.body),
    body: end?.body,
    text,
    lines: end ? [invoke.n, end.n] : [invoke.n],
    t_ms: invoke.t_ms,
    end_t_ms: end?.t_ms ?? Number.POSITIVE_INFINITY,
    start: Date.parse(invoke.at),
    end: end && phase !== 'info' ? Date.parse(end.at) : Number.POSITIVE_INFINITY,
  }
}

function problemOf(body: any): string | undefined {
  return typeof body?.type === 'string' ? body.type.slice(body.type.lastIndexOf('/') + 1) : undefined
}

export const isStaff = (caller: Caller): boolean => /^(staff|admin|administrator|service|harness)$/.test(caller.kind)

/** What tells one request's content from another's, whatever the order of its members. */
export function hashOf(value: unknown): string {
  const sorted = JSON.stringify(value ?? null, (_key, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
  return createHash('sha256').update(sorted).digest('base64url').slice(0, 20)
}

/** The orders in an answer, if it is one of orders. */
export function ordersIn({ op, body }: Operation): any[] {
  if (!body) return []
  if (oneOrder.has(op)) return typeof body.id === 'string' ? [body] : []
  return op === 'listOrders' || op === 'listUserOrders' ? (body.items ?? []) : []
}
const oneOrder = new Set(['placeOrder', 'payOrder', 'cancelOrder', 'setOrderStatus', 'getOrder'])
