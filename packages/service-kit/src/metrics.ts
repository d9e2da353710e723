import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

type Labels = Record<string, string>

const processRegistry = new Registry()
let processMetrics = false
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** What a gauge may take to find its value: a scrape ends in time though a database or the bus does not answer. */
const collect_ms = 2000

/** Metrics of one service, in Prometheus' format. */
export function createMetrics(service: string) {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  if (!processMetrics) {
    processMetrics = true
    collectDefaultMetrics({ register: processRegistry })
    limitsOf(processRegistry)
  }
  const registers = [registry]
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered, by operation and status',
    labelNames: ['operation', 'method', 'status'],
    registers,
  })
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer, by operation',
    labelNames: ['operation', 'method'],
    buckets,
    registers,
  })
  const errors = new Counter({
    name: 'background_errors_total',
    help: 'Failures of background work, by kind',
    labelNames: ['kind'],
    registers,
  })
  return {
    requests,
    durations,
    errors,
    /** `known`: the values a label will have. They count from 0, so that the first time is seen as a change. */
    counter(name: string, help: string, labelNames: string[] = [], known: Labels[] = []) {
      const counter = new Counter({ name, help, labelNames, registers })
      for (const labels of known) counter.inc(labels, 0)
      return counter
    },
    /** Durations in seconds. */
    histogram: (name: string, help: string, labelNames: string[] = []) =>
      new Histogram({ name, help, labelNames, buckets, registers }),
    /** Asked for at each scrape, so `collect` must be cheap. One that fails is not known (NaN) until it works again. */
    gauge: (name: string, help: string, collect: (set: (value: number) => void) => Promise<void> | void) =>
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          let found = Number.NaN
          // The rest is worth most when something is down.
          await inTime(async () => collect(value => (found = value))).catch(() => (found = Number.NaN))
          this.set(found)
        },
      }),
    /** The same with labels. Of what is not known there is nothing. */
    gauges: (
      name: string,
      help: string,
      labelNames: string[],
      collect: (set: (labels: Labels, value: number) => void) => Promise<void> | void,
    ) =>
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        async collect() {
          const found: [Labels, number][] = []
          await inTime(async () => collect((labels, value) => found.push([labels, value]))).catch(
            () => (found.length = 0),
          )
          this.reset()
          for (const [labels, value] of found) this.set(labels, value)
        },
      }),
    contentType: registry.contentType,
    text: async () => `${await registry.metrics()}\n${await processRegistry.metrics()}`,
  }
}
export type Metrics = ReturnType<typeof createMetrics>

/** What there is at most of what the default metrics say is used. */
function limitsOf(registry: Registry): void {
  const registers = [registry]
  const memory = new Gauge({ name: 'process_memory_limit_bytes', help: 'Memory the process may use', registers })
  // Without a limit of its own it is zero, or more than there is.
  memory.set(Math.min(process.constrainedMemory() || totalmem(), totalmem()))
  const heap = new Gauge({ name: 'nodejs_heap_size_limit_bytes', help: 'How far the heap may grow', registers })
  heap.set(getHeapStatistics().heap_size_limit)
}

function inTime(work: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not known in ${collect_ms} ms`)), collect_ms)
    work()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer))
  })
}
