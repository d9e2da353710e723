import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  path: string
  headers: IncomingHttpHeaders
  text: string
  body: { type: string; timestamp: string; aggregate_id: string; data: any }
}

/** Somebody else's system: keeps what it is told, and answers as it is asked to. */
export async function openReceiver() {
  const received: Received[] = []
  let answer = (_one: Received, response: ServerResponse): void => {
    response.end('taken')
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const one = { path: request.url!, headers: request.headers, text, body: JSON.parse(text) }
      received.push(one)
      answer(one, response)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}/hook`,
    received,
    types: () => received.map(one => one.body.type),
    /** How it answers from now on. */
    answer(how: typeof answer) {
      answer = how
    },
    takes() {
      answer = (_one, response) => void response.end('taken')
    },
    says(status: number, headers: Record<string, string> = {}, text = '') {
      answer = (_one, response) => void response.writeHead(status, headers).end(text)
    },
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
export type Receiver = Awaited<ReturnType<typeof openReceiver>>

/** As a receiver checks it, by the words of the standard and none of our code. */
export function isSignedWith(secret: string, { headers, text }: Received): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`
  return headers['webhook-signature'] === `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}
