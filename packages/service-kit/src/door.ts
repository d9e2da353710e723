import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type Operation, Problem } from '@shopfleet/contracts'
import { type Context, withContext } from '@shopfleet/messaging'
import type { Audit, Origin } from './audit.ts'
import { type Authenticator, type Caller, checkAllowed } from './auth.ts'
import type { Clock } from './clock.ts'
import type { BaseConfig } from './config.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'
import { declaredProblems, renderError } from './problem-reply.ts'
import { type Call, JsonText, Reply, type Route } from './route.ts'
import type { Span, Traces } from './traces.ts'
import { checkReply, compileValidator, escapePointer } from './validation.ts'

/*
 * What becomes of a request for an operation, however it came in: who asks and whether they may, validation, context,
 * audit, the answer or the problem, log line and metrics. A socket (http.ts) and a service of the same process
 * (neighbours.ts) come in by this one door.
 */

/** A request. `caller` is who it is from, once it has been let in. */
export interface Incoming {
  params: unknown
  query: unknown
  body: unknown
  /** The body as it came. */
  raw_body: string
  /** Path and query. */
  url: string
  ip: string
  headers: Record<string, unknown>
  caller: Caller
  correlation_id: string
  /** By `performance.now()`. */
  started_ms: number
  /** Of its trace, where there is one and it is not the caller's own. */
  span: Span | undefined
}

/** An answer. A body that is text is JSON; a stream is a file too large to hold. */
export interface Outgoing {
  status: number
  headers: Record<string, string>
  body: string | Buffer | Readable | undefined
}

/** An operation behind the door. */
export interface Mounted {
  operation: Operation
  declared: Set<string>
  /** Does what is asked of it. Throws what `refuse` makes an answer of. */
  serve(incoming: Incoming): Promise<Outgoing>
}

export interface DoorOptions {
  service: string
  config: BaseConfig
  log: Logger
  clock: Clock
  metrics: Metrics
  auth: Authenticator
  routes: Route[]
  /** Writes down what staff do. */
  audit?: Audit
  traces?: Traces
  /** After a request that may have changed something. */
  onChanged: () => void
}

export type Door = ReturnType<typeof createDoor>

const correlationPattern = /^[\w.:-]{1,128}$/
const deadlinePattern = /^\d{1,9}$/
const idempotencyPattern = /^[\x21-\x7e]{1,255}$/
const json = 'application/json; charset=utf-8'

export function createDoor(options: DoorOptions) {
  const { config, log, clock, metrics, auth, audit, traces } = options
  const noteCoverage = config.CONTRACT_COVERAGE ? coverageIn(config.CONTRACT_COVERAGE) : undefined

  /** What travels on from a request. */
  const contextOf = ({ headers, correlation_id, started_ms, span }: Incoming): Context => {
    const given = headers['x-deadline-ms']
    const budget = typeof given === 'string' && deadlinePattern.test(given) ? Number(given) : Number.POSITIVE_INFINITY
    const budget_ms = Math.min(budget, config.REQUEST_TIMEOUT_MS)
    const traceparent = span?.traceparent ?? (typeof headers.traceparent === 'string' ? headers.traceparent : null)
    return { correlation_id, traceparent, deadline: started_ms + budget_ms }
  }

  function mount({ operation, handle }: Route): Mounted {
    const checkBody = operation.body && (operation.body_types ? checkFile : compileValidator(operation.body, 'body'))
    const checkQuery = operation.query && compileValidator(operation.query, 'query')
    const checkParams = operation.params && compileValidator(operation.params, 'params')
    const success = Number(Object.keys(operation.replies)[0])

    function check(incoming: Incoming): void {
      const { params, query, body } = incoming
      if (incoming.url.includes('%00')) {
        if (checkParams) checkText(params, 'params')
        if (checkQuery) checkText(query, 'query')
      }
      checkParams?.(params)
      checkQuery?.(query)
      if (checkBody) {
        if (!(body === undefined && operation.body_optional)) checkBody(body)
      } else if (!isEmptyBody(body)) {
        throw new Problem('validation-failed', { errors: [{ pointer: '', detail: 'this request takes no body' }] })
      }
    }

    function keyOf({ headers }: Incoming): string | undefined {
      if (!operation.idempotent) return undefined
      const key = headers['idempotency-key']
      if (key !== undefined && !(typeof key === 'string' && idempotencyPattern.test(key)))
        throw new Problem('invalid-idempotency-key', { detail: 'Use 1 to 255 visible ASCII characters.' })
      return key
    }

    function outgoing(answer: unknown): Outgoing {
      const isReply = answer instanceof Reply
      const status = isReply ? answer.status : success
      const body = isReply ? answer.body : answer
      if (config.CHECK_REPLIES) {
        const schema = operation.replies[status]
        const said = body instanceof JsonText ? JSON.parse(body.text) : body
        const wrong = schema ? operation.reply_type === undefined && checkReply(schema, said) : `status ${status}`
        if (wrong) throw new Error(`${operation.name} answered what its contract does not declare: ${wrong}`)
      }
      noteCoverage?.(operation, status)
      const headers: Record<string, string> = isReply ? { ...answer.headers } : {}
      if (body === null || body === undefined) return { status, headers, body: undefined }
      if (Buffer.isBuffer(body) || body instanceof Readable) return { status, headers, body }
      headers['content-type'] ??= json
      return { status, headers, body: body instanceof JsonText ? body.text : JSON.stringify(body) }
    }

    return {
      operation,
      declared: declaredProblems(operation),
      async serve(incoming) {
        check(incoming)
        const { headers, caller } = incoming
        const call: Call<any> = {
          params: incoming.params,
          query: incoming.query,
          body: incoming.body ?? (operation.body_optional ? {} : undefined),
          caller,
          idempotency_key: keyOf(incoming),
          header(name) {
            const value = headers[name]
            return typeof value === 'string' ? value : undefined
          },
          raw_body: incoming.raw_body,
          ip: incoming.ip,
        }
        const work = () => handle(call)
        return outgoing(
          await withContext(contextOf(incoming), () =>
            audit?.concerns(operation, caller) ? audit.around(operation, call, originOf(incoming), work) : work(),
          ),
        )
      },
    }
  }

  return {
    service: options.service,
    mounted: options.routes.map(mount),

    /** The correlation id a request came with, or a new one. */
    correlationOf: (given: unknown): string =>
      typeof given === 'string' && correlationPattern.test(given) ? given : clock.newId(),

    /** Begins the span of a request. */
    begin: (operation: Operation | undefined, headers: Incoming['headers'], correlation_id: string) =>
      operation && traces?.serve(operation, headers, correlation_id),

    /** Finds out who asks, unless that is known, and refuses whom the operation does not allow. */
    async admit({ operation }: Mounted, incoming: Incoming, known?: Caller): Promise<void> {
      const caller = known ?? (await auth.authenticate(operation.auth, incoming.headers))
      incoming.caller = caller
      try {
        checkAllowed(operation.auth, caller)
      } catch (error) {
        if (audit?.concerns(operation, caller)) {
          await withContext(contextOf(incoming), () =>
            audit.refused(operation, caller, originOf(incoming), incoming.params, error),
          )
        }
        throw error
      }
    },

    /** The answer that an error comes to; what is no refusal is logged. */
    refuse(mounted: Mounted | undefined, incoming: Incoming, error: unknown): Outgoing {
      const { operation, declared } = mounted ?? {}
      const { url, correlation_id, span } = incoming
      const { problem, level, retry_after_s } = renderError(error, declared)
      if (level !== 'info') {
        span?.fail(error)
        log[level]({ correlationId: correlation_id, ...span?.ids, operation: operation?.name, error }, 'request failed')
      }
      if (operation) noteCoverage?.(operation, problem.status)
      return {
        status: problem.status,
        headers: {
          ...(retry_after_s === undefined ? {} : { 'retry-after': String(retry_after_s) }),
          ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
          'cache-control': 'no-store',
          'content-type': 'application/problem+json',
        },
        body: JSON.stringify(problem.toBody(pathOf(url), correlation_id)),
      }
    },

    /** Counts and logs a request that was answered. */
    note(operation: Operation | undefined, method: string, incoming: Incoming, status: number): void {
      const name = operation?.name ?? 'unknown'
      const duration_ms = performance.now() - incoming.started_ms
      metrics.requests.inc({ operation: name, method, status })
      metrics.durations.observe({ operation: name, method }, duration_ms / 1000)
      if (operation || status >= 400) {
        log.info(
          {
            correlationId: incoming.correlation_id,
            ...incoming.span?.ids,
            userId: incoming.caller?.kind === 'user' ? incoming.caller.user_id : undefined,
            method,
            path: pathOf(incoming.url),
            statusCode: status,
            duration: Math.round(duration_ms * 10) / 10,
            metadata: { ip: incoming.ip, userAgent: incoming.headers['user-agent'] },
          },
          name,
        )
      }
      incoming.span?.end(status)
      if (method !== 'GET') options.onChanged()
    },
  }
}

const pathOf = (url: string) => url.split('?', 1)[0]!

const originOf = ({ url, ip, headers }: Incoming): Origin => {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return {
    path: pathOf(url),
    ip,
    forwarded_for: text(headers['x-forwarded-for']),
    user_agent: text(headers['user-agent']),
  }
}

/** Writes down which declared answers were seen, each once a process. For the test that all of them are. */
function coverageIn(folder: string): (operation: Operation, status: number) => void {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${process.pid}.txt`)
  const seen = new Set<string>()
  return (operation, status) => {
    const line = `${operation.name} ${status}\n`
    if (seen.has(line)) return
    seen.add(line)
    appendFileSync(file, line)
  }
}

function checkFile(body: unknown): void {
  if (Buffer.isBuffer(body) && body.length > 0) return
  throw new Problem('validation-failed', { errors: [{ pointer: '', detail: 'must be a file, and not empty' }] })
}

const isEmptyBody = (body: unknown) =>
  body === undefined ||
  body === null ||
  (typeof body === 'object' && !Array.isArray(body) && Object.keys(body).length === 0)

/** An escape in JSON that may stand for a NUL or for half a character: neither can be kept as text. */
const suspiciousEscape = /\\u(?:0000|d[89a-f])/i

/** Refuses a body with text no database keeps; `text` is what `value` was read from. */
export function checkBodyText(text: string, value: unknown): void {
  if (suspiciousEscape.test(text)) checkText(value, '')
}

/** Refuses text no database keeps, wherever it stands. Not recursive: a body may be nested deeper than the stack. */
function checkText(value: unknown, at: string): void {
  const open: [unknown, string][] = [[value, at]]
  for (let next = open.pop(); next; next = open.pop()) {
    const [one, pointer] = next
    if (typeof one === 'string' && (one.includes('\0') || !one.isWellFormed())) {
      const errors = [{ pointer, detail: 'must not contain NUL or half a character' }]
      throw new Problem('validation-failed', { errors })
    }
    if (typeof one !== 'object' || one === null) continue
    for (const [name, member] of Object.entries(one)) {
      open.push([name, pointer], [member, `${pointer}/${escapePointer(name)}`.slice(0, 200)])
    }
  }
}
