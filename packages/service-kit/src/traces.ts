import { hostname } from 'node:os'
import type { Attributes, Span as OpenSpan, SpanContext, SpanOptions } from '@opentelemetry/api'
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { EventMessage, Operation } from '@shopfleet/contracts'
import { type Context, currentContext, currentTraceparent, type Traced, withContext } from '@shopfleet/messaging'
import type { BaseConfig } from './config.ts'
import type { Logger } from './log.ts'
import type { Metrics } from './metrics.ts'

/*
 * Traces of one service, exported by OTLP. What a span is part of travels as `traceparent` in the context of messaging, in
 * calls and in events, so there is no context of OpenTelemetry and nothing global: eleven services in one process each have
 * their own. Without an endpoint nothing of OpenTelemetry is loaded, and whoever would begin a span finds `undefined`.
 *
 * Attributes name operations, services, events and ids of them: never a path as it came, a query, an address or a text of
 * an error, which may quote anything.
 */

/** What a log line says of the trace it belongs to. */
export interface TraceIds {
  traceId: string
  spanId: string
}

export interface Span {
  /** For whatever it causes: the header of a call, the column of an event. */
  readonly traceparent: string
  /** Undefined where the trace is not recorded. */
  readonly ids: TraceIds | undefined
  /** It did not work, and not because somebody was refused. Of the error its name is kept, and nothing it says. */
  fail(error: unknown): void
  end(status?: number): void
}

export interface Work {
  kind: 'internal' | 'client'
  attributes: Attributes
}

export interface TracesOptions {
  service: string
  config: Pick<
    BaseConfig,
    'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_EXPORTER_OTLP_HEADERS' | 'TRACE_RATIO' | 'SHUTDOWN_TIMEOUT_MS'
  >
  log: Logger
  metrics: Metrics
  /** Callers are strangers: which of their requests are recorded is decided here, whatever they send. */
  isPublic?: boolean
}

export type Traces = NonNullable<Awaited<ReturnType<typeof createTraces>>>

/** Spans that wait or are on their way; further ones are dropped and counted. */
const most = 4096
const batch = { maxExportBatchSize: 512, scheduledDelayMillis: 3000, maxQueueSize: most }
/** What an export takes at most, with its retries. */
const export_ms = 5000
/** What the last spans get at shutdown. */
const last_ms = 2000

const traceparentPattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/
const isSampled = ({ traceFlags }: SpanContext) => (traceFlags & 1) === 1

function readTraceparent(text: unknown): SpanContext | undefined {
  const [, traceId, spanId, flags] = typeof text === 'string' ? (traceparentPattern.exec(text) ?? []) : []
  return traceId ? { traceId, spanId: spanId!, traceFlags: Number.parseInt(flags!, 16), isRemote: true } : undefined
}

/** The ids of the trace in force, if it is recorded: for log lines. */
export function currentTraceIds(): TraceIds | undefined {
  const within = readTraceparent(currentTraceparent())
  return within && isSampled(within) ? { traceId: within.traceId, spanId: within.spanId } : undefined
}

/** `api-key=abc,tenant=shop`, with values as in a URL; the settings refuse anything else. */
function readHeaders(text: string): Record<string, string> {
  const pairs = text.split(',').filter(pair => pair.includes('='))
  return Object.fromEntries(
    pairs.map(pair => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]
    }),
  )
}

/** Opens the traces of a service; undefined where the settings name no endpoint. */
export async function createTraces({ service, config, log, metrics, isPublic = false }: TracesOptions) {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = config
  if (!endpoint) return undefined
  // Some two hundred files: only who wants traces reads them.
  const [api, sdk, { resourceFromAttributes }, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-proto'),
  ])
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = api
  const dropped = metrics.counter('trace_spans_dropped_total', 'Spans that could not be exported')
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    headers: readHeaders(config.OTEL_EXPORTER_OTLP_HEADERS),
    timeoutMillis: export_ms,
  })
  const { processor, isFailing, waiting } = boundedQueue()
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.namespace': 'shopfleet',
      'host.name': hostname(),
      'process.pid': process.pid,
    }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(config.TRACE_RATIO) }),
    spanProcessors: [processor],
  })
  const tracer = provider.getTracer('shopfleet')
  /** Sweeps under way, and whether anything was begun in them. */
  const sweeping = new Map<string, boolean>()

  /** The library's own queue, with a bound that counts what is on its way, and with a word about what is lost. */
  function boundedQueue() {
    let waiting = 0
    let failing = false
    const counting: SpanExporter = {
      export(spans: ReadableSpan[], done) {
        exporter.export(spans, result => {
          waiting -= spans.length
          const failed = result.code !== 0
          if (failed) dropped.inc(spans.length)
          if (failed && !failing)
            log.warn({ cause: result.error?.message }, 'traces cannot be exported; they are dropped meanwhile')
          if (!failed && failing) log.info('traces are exported again')
          failing = failed
          done(result)
        })
      },
      shutdown: () => exporter.shutdown(),
    }
    const queue = new sdk.BatchSpanProcessor({ exporter: counting, ...batch })
    const processor: SpanProcessor = {
      onStart() {},
      onEnd(span) {
        if (waiting >= most) return dropped.inc()
        waiting++
        queue.onEnd(span)
      },
      forceFlush: () => queue.forceFlush(),
      shutdown: () => queue.shutdown(),
    }
    return { processor, isFailing: () => failing, waiting: () => waiting }
  }

  function start(name: string, from: SpanContext | undefined, options: SpanOptions): Span {
    if (from && sweeping.has(from.spanId)) sweeping.set(from.spanId, true)
    return spanOf(tracer.startSpan(name, options, from ? trace.setSpanContext(ROOT_CONTEXT, from) : ROOT_CONTEXT))
  }

  function spanOf(open: OpenSpan): Span {
    const { traceId, spanId, traceFlags } = open.spanContext()
    let failed = false
    const failWith = (type: string) => {
      failed = true
      open.setAttribute('error.type', type)
      open.setStatus({ code: SpanStatusCode.ERROR })
    }
    return {
      traceparent: `00-${traceId}-${spanId}-0${traceFlags & 1}`,
      ids: traceFlags & 1 ? { traceId, spanId } : undefined,
      fail: error => failWith(error instanceof Error ? error.name : 'unknown'),
      end(status) {
        if (status !== undefined) open.setAttribute('http.response.status_code', status)
        if (status !== undefined && status >= 500 && !failed) failWith(String(status))
        open.end()
      },
    }
  }

  /** Where a span may be begun: within a trace that is recorded. */
  function recorded(traceparent: unknown): SpanContext | undefined {
    const from = readTraceparent(traceparent)
    return from && isSampled(from) ? from : undefined
  }

  const aboutEvent = ({ service: topic, id, correlation_id }: EventMessage): Attributes => ({
    'messaging.system': 'shopfleet',
    'messaging.destination.name': topic,
    'messaging.message.id': id,
    'shopfleet.correlation_id': correlation_id,
  })

  const applied: Traced = async (messages, work) => {
    const spans = messages.map(message => {
      const from = recorded(message.traceparent)
      const attributes = {
        ...aboutEvent(message),
        'messaging.operation.type': 'process',
        'messaging.operation.name': 'apply',
        'messaging.consumer.group.name': service,
      }
      return from && start(`${message.name} apply`, from, { kind: SpanKind.CONSUMER, attributes })
    })
    try {
      await work(messages.map((message, i) => (spans[i] ? { ...message, traceparent: spans[i].traceparent } : message)))
    } catch (error) {
      for (const span of spans) span?.fail(error)
      throw error
    } finally {
      for (const span of spans) span?.end()
    }
  }

  return {
    /**
     * Begins the span of a request. Undefined where whoever asks has decided that there is none, or has no trace: it is the
     * gateway that begins one. What services ask each other again and again (keys, revocations) would bury the rest.
     */
    serve(operation: Operation, headers: Record<string, unknown>, correlation_id: string): Span | undefined {
      const from = readTraceparent(headers.traceparent)
      if (!isPublic && !(from && isSampled(from))) return undefined
      return start(operation.name, isPublic ? undefined : from, {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': operation.method,
          'http.route': operation.path,
          'shopfleet.correlation_id': correlation_id,
        },
        // A stranger's trace is not joined, but who has both can tell which belongs to which.
        ...(isPublic && from ? { links: [{ context: from }] } : {}),
      })
    },

    /** Asks another service, as `traceparent` says within which trace; `ask` is told what to send on. */
    async asking<Answer extends { status: number }>(
      operation: Operation,
      traceparent: string | null,
      ask: (traceparent: string | null) => Promise<Answer>,
    ): Promise<Answer> {
      const from = recorded(traceparent)
      if (!from) return ask(traceparent)
      const attributes = {
        'http.request.method': operation.method,
        'url.template': operation.path,
        'service.peer.name': operation.service,
      }
      const span = start(operation.name, from, { kind: SpanKind.CLIENT, attributes })
      let status: number | undefined
      try {
        const answer = await ask(span.traceparent)
        status = answer.status
        return answer
      } catch (error) {
        span.fail(error)
        throw error
      } finally {
        span.end(status)
      }
    },

    /** Work within the trace in force, if there is one: a call to somebody outside, a message. */
    async within<Result>(
      name: string,
      { kind, attributes }: Work,
      work: (span: Span | undefined) => Promise<Result>,
    ): Promise<Result> {
      const from = recorded(currentTraceparent())
      if (!from) return work(undefined)
      const span = start(name, from, { kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL, attributes })
      try {
        return await withContext({ ...currentContext(), traceparent: span.traceparent }, () => work(span))
      } catch (error) {
        span.fail(error)
        throw error
      } finally {
        span.end()
      }
    },

    /** A sweep is the root of what is done in it. One that finds nothing to do is no span. */
    async sweep(name: string, context: Context, run: () => Promise<number>): Promise<number> {
      const attributes = { 'shopfleet.correlation_id': context.correlation_id }
      const span = start(name, undefined, { kind: SpanKind.INTERNAL, attributes })
      const within = { ...context, traceparent: span.traceparent }
      if (!span.ids) return withContext(within, run)
      const { spanId } = span.ids
      sweeping.set(spanId, false)
      let isOfNote = true
      try {
        const done = await withContext(within, run)
        isOfNote = done > 0 || sweeping.get(spanId) === true
        return done
      } catch (error) {
        span.fail(error)
        throw error
      } finally {
        sweeping.delete(spanId)
        if (isOfNote) span.end()
      }
    },

    /** Events are applied: each in the trace it came from. */
    applied,

    /** Events were handed to the bus: how long they lay in the outbox. */
    sent(messages: EventMessage[]): void {
      for (const message of messages) {
        const from = recorded(message.traceparent)
        if (!from) continue
        const attributes = {
          ...aboutEvent(message),
          'messaging.operation.type': 'send',
          'messaging.operation.name': 'publish',
        }
        const startTime = new Date(message.occurred_at)
        start(`${message.name} publish`, from, { kind: SpanKind.PRODUCER, attributes, startTime }).end()
      }
    },

    /** Exports what waits, within a limit. A collector that does not answer is not waited for once more. */
    async stop(): Promise<void> {
      const closed = provider.shutdown().catch(() => {})
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>(resolve => {
        timer = setTimeout(resolve, isFailing() ? 0 : Math.min(last_ms, config.SHUTDOWN_TIMEOUT_MS))
      })
      await Promise.race([closed, late])
      clearTimeout(timer)
      if (waiting() > 0) log.warn({ spans: waiting() }, 'the last spans were not exported')
    },
  }
}
