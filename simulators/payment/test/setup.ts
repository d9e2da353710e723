import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SimulatorOptions } from '../src/config.ts'
import type { Effect, Payment } from '../src/payments.ts'
import { createPaymentSimulator } from '../src/simulator.ts'

export type Reply = { status: number; body: any }
export type Client = ReturnType<typeof createClient>
export type Received = { id: string; type: string; payment: Payment; signature: string; text: string; at: number }

let keys = 0

/** A key nobody used before. */
export function newKey() {
  return `key-${++keys}`
}

/** A journal path in a directory of its own, removed after the test. */
export async function newJournal(t: TestContext) {
  const directory = await mkdtemp(join(tmpdir(), 'payment-simulator-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return join(directory, 'nested', 'journal.jsonl')
}

/** Starts a simulator in this process with short waits. */
export async function startSimulator(t: TestContext, options: Partial<SimulatorOptions> = {}) {
  const simulator = createPaymentSimulator({
    port: 0,
    journal: options.journal ?? (await newJournal(t)),
    slowMs: 80,
    hangMs: 80,
    webhookLateMs: 200,
    webhookRetryMs: [20, 40, 80],
    ...options,
  })
  const { url } = await simulator.start()
  t.after(() => simulator.stop())
  return { simulator, ...createClient(url) }
}

/** The calls of the API; a destroyed socket is `{ status: 0 }`. */
export function createClient(url: string, apiKey = 'sim_key') {
  async function call(method: string, path: string, body?: unknown): Promise<Reply> {
    const headers: Record<string, string> = { authorization: `Bearer ${apiKey}` }
    if (body !== undefined) headers['content-type'] = 'application/json'
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    try {
      const response = await fetch(url + path, { method, headers, body: text })
      return { status: response.status, body: await response.json() }
    } catch {
      return { status: 0, body: undefined }
    }
  }
  const get = (path: string) => call('GET', path)
  const post = (path: string, body: unknown) => call('POST', path, body)

  return {
    url,
    get,
    post,
    authorise: (token: string, more: object = {}) =>
      post('/v1/payments', { key: newKey(), amount: 1999, currency: 'USD', token, reference: 'order-1', ...more }),
    capture: (id: string, amount = 1999, key = newKey()) => post(`/v1/payments/${id}/capture`, { key, amount }),
    void: (id: string, key = newKey()) => post(`/v1/payments/${id}/void`, { key }),
    refund: (id: string, amount: number, key = newKey()) => post(`/v1/payments/${id}/refunds`, { key, amount }),
    effects: async (): Promise<Effect[]> => (await get('/v1/journal')).body.items,
  }
}

/** A shop's webhook endpoint; `answers` are the first statuses it gives, 200 after them; each answer takes `delayMs`. */
export async function startReceiver(t: TestContext, { answers = [] as number[], delayMs = 0 } = {}) {
  const received: Received[] = []
  const load = { now: 0, most: 0 }
  const server = createServer((request, response) => {
    let text = ''
    load.most = Math.max(load.most, ++load.now)
    request.on('data', chunk => {
      text += chunk
    })
    request.on('end', async () => {
      if (delayMs) await sleep(delayMs)
      load.now--
      const signature = String(request.headers['x-simulator-signature'])
      received.push({ ...JSON.parse(text), signature, text, at: performance.now() })
      response.writeHead(answers.shift() ?? 200).end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { received, load, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks` }
}

/** Waits until `condition` holds; throws after five seconds. */
export async function until(condition: () => boolean | Promise<boolean>) {
  const end = performance.now() + 5000
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('it did not happen in five seconds')
    await sleep(5)
  }
}
