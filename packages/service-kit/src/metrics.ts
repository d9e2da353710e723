import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

const processRegistry = new Registry()
let processMetrics = false

/** Metrics of one service, in Prometheus' format. */
export function createMetrics(service: string) {
  const registry = new Registry()
  registry.setDefaultLabels({ service })
  if (!processMetrics) {
    processMetrics = true
    collectDefaultMetrics({ register: processRegistry })
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
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
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
    counter: (name: string, help: string, labelNames: string[] = []) =>
      new Counter({ name, help, labelNames, registers }),
    gauge: (name: string, help: string, collect: (set: (value: number) => void) => Promise<void> | void) =>
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          try {
            await collect(value => this.set(value))
          } catch {
            // The rest is worth most when something is down; this one is not known now.
            this.set(Number.NaN)
          }
        },
      }),
    contentType: registry.contentType,
    text: async () => `${await registry.metrics()}\n${await processRegistry.metrics()}`,
  }
}
export type Metrics = ReturnType<typeof createMetrics>
