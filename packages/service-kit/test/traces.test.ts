import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { promisify } from 'node:util'
import { type EventMessage, operation } from '@shopfleet/contracts'
import { currentTraceparent } from '@shopfleet/messaging'
import { type Collector, startCollector, startTestPlatform } from '@shopfleet/testing'
import { Type } from 'typebox'
import { createLog, createMetrics, createTraces, readConfig, settings, type Traces } from '../src/index.ts'

/* Spans of one service; tests/journeys/traces.test.ts has a purchase through all of them. */

const read = operation({
  ...({ service: 'order', name: 'readThing', method: 'GET', path: '/api/things/:id', auth: 'public' } as const),
  summary: 'x',
  replies: { 200: Type.Unknown() },
})
const idOf = (n: number) => n.toString(16).padStart(32, '0')
const from = (n: number, flags = '01') => `00-${idOf(n)}-00000000000000aa-${flags}`
/** Reads the code of every service and starts some, then says which files of OpenTelemetry were read on the way. */
const watched = `
  import { registerHooks } from 'node:module'
  const loaded = []
  registerHooks({
    load(url, context, next) {
      // Not the API: those interfaces the library for metrics reads for itself.
      if (/@opentelemetry\\/(?!api\\/)/.test(url)) loaded.push(url)
      return next(url, context)
    },
  })
  const { services } = await import('@shopfleet/platform')
  for (const service of services) await service.load()
  const { startTestPlatform } = await import('@shopfleet/testing')
  const env = process.argv[1] ? { OTEL_EXPORTER_OTLP_ENDPOINT: process.argv[1] } : {}
  const platform = await startTestPlatform({ services: ['product', 'order', 'gateway'], env })
  const { status } = await fetch(platform.url('gateway') + '/api/products')
  await platform.stop()
  console.log(JSON.stringify({ status, loaded }))
  process.exit()
`
async function loadedBy(endpoint: string) {
  const args = ['--input-type=module', '-e', watched, endpoint]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname })
  return JSON.parse(stdout) as { status: number; loaded: string[] }
}

test('without an endpoint nothing of OpenTelemetry is loaded', async () => {
  const { url, stop } = await startCollector()
  try {
    assert.deepEqual(await loadedBy(''), { status: 200, loaded: [] })
    const { status, loaded } = await loadedBy(url)
    assert.equal(status, 200)
    assert.ok(loaded.length > 20, String(loaded.length))
  } finally {
    await stop()
  }
})

let collector: Collector
before(async () => {
  collector = await startCollector()
})
after(() => collector.stop())

let lines: any[]
const opened: Traces[] = []
beforeEach(() => {
  lines = []
  collector.answer(200)
  collector.spans.length = 0
})
afterEach(async () => {
  for (const traces of opened.splice(0)) await traces.stop()
})

async function open(env: Record<string, string> = {}, isPublic = false) {
  const log = createLog('order', {
    ...({ level: 'info', format: 'json' } as const),
    to: { write: line => void lines.push(JSON.parse(line)) },
  })
  const metrics = createMetrics('order')
  const given = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, TRACE_RATIO: '1', ...env }
  const traces = (await createTraces({
    service: 'order',
    config: readConfig(settings(0, {}), 'order', given),
    log,
    metrics,
    isPublic,
  }))!
  opened.push(traces)
  const dropped = async () => Number(/^trace_spans_dropped_total\S* (\d+)$/m.exec(await metrics.text())?.[1])
  return { traces, dropped }
}
const serve = (traces: Traces, traceparent?: string) => traces.serve(read, { traceparent }, 'c-1')
const context = () => ({ correlation_id: 'c-1', traceparent: null, deadline: undefined })
const sweep = (traces: Traces, run: () => Promise<number> = async () => 1) =>
  traces.sweep('sweep things', context(), run)
const eventOf = (traceparent: string | null): EventMessage => ({
  ...{ id: randomUUID(), name: 'thing.done', version: 1, service: 'order', aggregate_id: randomUUID(), payload: {} },
  ...{ correlation_id: 'c-1', traceparent, occurred_at: new Date().toISOString() },
})
/** What has come of it: spans are sent at the end at the latest. */
async function spansOf(traces: Traces) {
  await traces.stop()
  return collector.spans
}

test('a service goes by what it is asked with, the gateway by its own ratio', async () => {
  const { traces } = await open()
  for (const none of [undefined, from(1, '00'), 'nonsense', from(0), `${from(1)}-more`, from(1).replace(/^00/, 'ff')])
    assert.equal(serve(traces, none), undefined, String(none))
  const child = serve(traces, from(7))!
  assert.match(child.traceparent, new RegExp(`^00-${idOf(7)}-(?!00000000000000aa)[0-9a-f]{16}-01$`))
  child.end(200)
  const [span] = await spansOf(traces)
  assert.equal(collector.spans.length, 1)
  assert.deepEqual([span!.parent_id, span!.name, span!.kind], ['00000000000000aa', 'readThing', 'server'])

  const { traces: never } = await open({ TRACE_RATIO: '0' }, true)
  for (const given of [undefined, from(8), from(8, '00')]) {
    const root = serve(never, given)!
    assert.match(root.traceparent, /-00$/)
    assert.ok(!root.traceparent.includes(idOf(8)))
    assert.equal(root.ids, undefined)
    root.end(200)
  }
  const { traces: half } = await open({ TRACE_RATIO: '0.5' }, true)
  const sampled = Array.from({ length: 400 }, () => serve(half, from(9, '00'))!).filter(root => root.ids)
  assert.ok(sampled.length > 130 && sampled.length < 270, `${sampled.length} of 400`)
  await never.stop()
  assert.equal(collector.spans.length, 1)
})

test('5xx and what is thrown are errors of a span, by the name of the error alone; 4xx is none', async () => {
  const { traces } = await open()
  serve(traces, from(1))!.end(404)
  serve(traces, from(2))!.end(502)
  const failed = serve(traces, from(3))!
  failed.fail(new TypeError('of ada@example.com'))
  failed.end(500)
  const thrown = traces.asking(read, from(4), () => Promise.reject('hunter2'))
  await assert.rejects(thrown, error => error === 'hunter2')
  const spans = await spansOf(traces)
  const outcomes = spans.map(({ is_error, attributes }) => [is_error, attributes['error.type']])
  assert.deepEqual(outcomes, [
    [false, undefined],
    [true, '502'],
    [true, 'TypeError'],
    [true, 'unknown'],
  ])
  assert.doesNotMatch(collector.bytes().toString('latin1'), /ada@|hunter2/)
})

test('a sweep is a root when it did something, or when something was begun in it', async () => {
  const { traces } = await open()
  await sweep(traces, async () => 0)
  await sweep(traces, async () => 3)
  await sweep(traces, async () => {
    await traces.asking(read, currentTraceparent(), async () => ({ status: 200 }))
    return 0
  })
  await assert.rejects(sweep(traces, () => Promise.reject(new Error('no'))))
  const spans = await spansOf(traces)
  const shown = spans.map(({ name, parent_id, is_error }) => [name, parent_id !== '', is_error])
  assert.deepEqual(shown, [
    ['sweep things', false, false],
    ['readThing', true, false],
    ['sweep things', false, false],
    ['sweep things', false, true],
  ])

  const { traces: never } = await open({ TRACE_RATIO: '0' })
  await sweep(never, async () => {
    assert.match(currentTraceparent()!, /-00$/, 'whoever is asked in it need not decide again')
    await traces.asking(read, currentTraceparent(), async sent => {
      assert.equal(sent, currentTraceparent())
      return { status: 200 }
    })
    return 1
  })
  await never.stop()
  assert.equal(collector.spans.length, 4)
})

test('events that are applied together are each shown in their own trace; one that fails, fails in all', async () => {
  const { traces } = await open()
  const messages = [eventOf(from(1)), eventOf(from(2, '00')), eventOf(null), eventOf(from(3))]
  traces.sent(messages)
  let seen: EventMessage[] = []
  await traces.applied(messages, async handed => {
    seen = handed
  })
  const { id, payload } = messages[0]!
  assert.deepEqual([seen[0]!.id, seen[0]!.payload], [id, payload])
  assert.deepEqual([seen[1], seen[2]], [messages[1], messages[2]])
  await assert.rejects(traces.applied([messages[0]!], () => Promise.reject(new RangeError())))
  const spans = await spansOf(traces)
  assert.deepEqual(
    spans.map(({ name, kind, trace_id, is_error }) => [name, kind, Number(`0x${trace_id}`), is_error]),
    [
      ['thing.done publish', 'producer', 1, false],
      ['thing.done publish', 'producer', 3, false],
      ['thing.done apply', 'consumer', 1, false],
      ['thing.done apply', 'consumer', 3, false],
      ['thing.done apply', 'consumer', 1, true],
    ],
  )
  assert.equal(seen[3]!.traceparent, `00-${idOf(3)}-${spans[3]!.span_id}-01`)
})

test('a collector that refuses costs spans and one line a time; one that answers again has the next ones', async () => {
  const { traces, dropped } = await open({ OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b,tenant=shop' })
  const until = async (isSo: () => boolean | Promise<boolean>) => {
    for (const end = performance.now() + 5000; !(await isSo()); ) {
      assert.ok(performance.now() < end, JSON.stringify(lines))
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }
  // A full batch is sent at once.
  const fill = async () => {
    for (let i = 0; i < 512; i++) await sweep(traces)
  }
  collector.answer(400)
  await fill()
  await until(async () => (await dropped()) === 512)
  await fill()
  await until(async () => (await dropped()) === 1024)
  assert.deepEqual(
    lines.map(({ level, message }) => [level, message]),
    [['warn', 'traces cannot be exported; they are dropped meanwhile']],
  )
  collector.answer(200)
  await fill()
  await until(() => collector.spans.length === 512)
  await until(() => lines.length === 2)
  assert.equal(lines[1].message, 'traces are exported again')
  const { path, 'api-key': key, tenant } = collector.headers.at(-1)!
  assert.deepEqual([path, key, tenant], ['/v1/traces', 'a b', 'shop'])
})

test('a collector that never answers: nobody waits, the queue has an end, and the stop has one too', async () => {
  const { traces, dropped } = await open({ SHUTDOWN_TIMEOUT_MS: '200' })
  collector.answer(0)
  for (let i = 0; i < 10_000; i++) serve(traces, from(1))!.end(200)
  assert.equal(await dropped(), 10_000 - 4096)
  const began_ms = performance.now()
  await traces.stop()
  const took_ms = performance.now() - began_ms
  assert.ok(took_ms < 1000, `${took_ms} ms`)
  assert.deepEqual(
    lines.map(({ spans, message }) => [spans, message]),
    [[4096, 'the last spans were not exported']],
  )
})

test('a shop whose collector cannot be reached serves all the same, and stops in its time', async () => {
  const platform = await startTestPlatform({
    services: ['product', 'gateway'],
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', TRACE_RATIO: '1' },
  })
  const began_ms = { stop: 0 }
  try {
    const answers = Array.from({ length: 50 }, (_, i) => fetch(`${platform.url('gateway')}/api/products?q=${i}x`))
    for (const { status } of await Promise.all(answers)) assert.ok(status === 200 || status === 400, String(status))
    await platform.drain()
  } finally {
    began_ms.stop = performance.now()
    await platform.stop()
  }
  assert.ok(performance.now() - began_ms.stop < 2 * 2000 + 3000)
})
