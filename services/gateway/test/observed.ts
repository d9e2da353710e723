import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { operations, type ServiceName } from '@shopfleet/contracts'
import { readConfig } from '@shopfleet/service-kit'
import { createGateway, GatewayConfig, type GatewayOverrides } from '../src/service.ts'

/** A request as a service saw it. */
export interface Seen {
  service: string
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: Buffer
}

export interface Answered {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

type Respond = (seen: Seen, response: ServerResponse, request: IncomingMessage) => void

/** For tests that ask much, perhaps of a machine that does other things, and are not about the limits. */
const roomyLimits = {
  LIMIT_ADDRESS: '100000',
  LIMIT_SIGN_IN_ADDRESS: '100000',
  LIMIT_SIGN_IN_ACCOUNT: '100000',
  MAX_LOOP_DELAY_MS: '60000',
}

export const publicServices = [...new Set(operations.map(o => o.service))]

/** A gateway in front of bare servers that note what reaches them, in place of the services. */
export async function startObserved(options: { env?: Record<string, string>; overrides?: GatewayOverrides } = {}) {
  const seen: Seen[] = []
  const plain: Respond = (_seen, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true}')
  }
  const state = { respond: plain }
  const servers = publicServices.map(service =>
    createServer((incoming, response) => {
      const chunks: Buffer[] = []
      incoming.on('data', chunk => chunks.push(chunk))
      incoming.on('end', () => {
        const { method = '', url = '', headers } = incoming
        const one = { service, method, url, headers, body: Buffer.concat(chunks) }
        seen.push(one)
        state.respond(one, response, incoming)
      })
    }),
  )
  const urls: Record<string, string> = {}
  for (const [i, server] of servers.entries()) {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    urls[`${publicServices[i]!.toUpperCase()}_URL`] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  const config = readConfig(GatewayConfig, 'gateway', {
    PORT: '0',
    METRICS_PORT: '0',
    LOG_LEVEL: 'silent',
    // Here each request is seen by a service; what is kept has tests of its own.
    CACHE_MB: '0',
    ...roomyLimits,
    ...urls,
    ...options.env,
  })
  const gateway = await createGateway(config, options.overrides)
  const url = await gateway.start()
  return {
    gateway,
    url,
    operatorsUrl: `http://127.0.0.1:${(gateway.operators.server.address() as AddressInfo).port}`,
    seen,
    /** What the servers answer from now on; without an argument the plain answer. */
    answer(respond: Respond = plain) {
      seen.length = 0
      state.respond = respond
    },
    ask: (method: string, path: string, headers?: Record<string, string>, body?: string | Buffer) =>
      ask(url, method, path, headers, body),
    /** As if the process of a service were gone. */
    kill(service: ServiceName) {
      const server = servers[publicServices.indexOf(service)]!
      server.closeAllConnections()
      return new Promise(resolve => server.close(resolve))
    },
    async stop() {
      await gateway.stop()
      for (const server of servers) {
        server.closeAllConnections()
        await new Promise(resolve => server.close(resolve))
      }
    },
  }
}

/** One request with exactly these headers and this path. */
export function ask(
  base: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): Promise<Answered> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers, agent: false }, response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** The name of the problem an answer holds. */
export const problemOf = (answer: Answered): string => {
  const { type } = JSON.parse(answer.body.toString())
  return String(type).replace('https://shopfleet.dev/problems/', '')
}
