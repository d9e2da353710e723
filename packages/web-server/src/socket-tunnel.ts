import { type IncomingMessage, request as requestPlain, type Server, STATUS_CODES } from 'node:http'
import { request as requestSecure } from 'node:https'
import type { Duplex } from 'node:stream'
import { Problem, realtimePath } from '@shopfleet/contracts'

/**
 * Sockets of pages under the app's own address, passed on to the gateway byte by byte. Nothing is read on the way: who
 * reads slowly is slow for the gateway, a page that is gone is gone for it, and what it says when it closes arrives.
 */

const path = new RegExp(`^${realtimePath}/?(\\?|$)`)
const connect_ms = 5000

/** Whether a request is for a socket; what else asks for another protocol is answered in this one. */
export const isForSocket = ({ method, url = '', headers }: IncomingMessage): boolean =>
  method === 'GET' && path.test(url) && headers.upgrade?.toLowerCase() === 'websocket'

export interface TunnelOptions {
  /** Where the gateway answers. */
  gatewayUrl: string
  /** What the gateway is told of the visitor, in place of what they say of themselves. */
  visitorHeaders: (request: IncomingMessage) => Record<string, string>
}

/** Passes on the sockets of a server. Answers how to end them all. */
export function mountSocketTunnel(server: Server, { gatewayUrl, visitorHeaders }: TunnelOptions): () => void {
  const open = new Set<Duplex>()
  const ask = gatewayUrl.startsWith('https:') ? requestSecure : requestPlain

  server.on('upgrade', (request, socket, head) => {
    open.add(socket)
    const told = Object.entries(request.headers).filter(([name]) => !/^(x-forwarded-|forwarded$|x-real-ip$)/.test(name))
    const outgoing = ask(new URL(request.url!, gatewayUrl), {
      ...{ agent: false, timeout: connect_ms },
      headers: { ...Object.fromEntries(told), ...visitorHeaders(request) },
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      open.delete(socket)
      outgoing.destroy()
    })
    outgoing.on('upgrade', (answer, upstream, first) => {
      upstream.setTimeout(0)
      upstream.on('error', () => socket.destroy())
      upstream.on('close', () => socket.destroy())
      socket.on('close', () => upstream.destroy())
      socket.write(headOf(answer))
      socket.write(first)
      upstream.write(head)
      upstream.pipe(socket)
      socket.pipe(upstream)
    })
    outgoing.on('response', answer => {
      answer.headers.connection = 'close'
      socket.write(headOf(answer))
      answer.pipe(socket)
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error('the gateway does not answer')))
    outgoing.on('error', () => {
      if (!socket.writable) return
      const body = JSON.stringify(new Problem('unavailable').toBody(realtimePath))
      const lines = ['Content-Type: application/problem+json', 'Retry-After: 1', 'Connection: close']
      socket.end(`HTTP/1.1 503 ${STATUS_CODES[503]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
    })
    outgoing.end()
  })

  return () => {
    for (const socket of open) socket.destroy()
  }
}

/** An answer's first line and headers, to be passed on. */
function headOf({ statusCode, statusMessage, headers }: IncomingMessage): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    name === 'transfer-encoding' ? [] : [value ?? []].flat().map(one => `${name}: ${one}\r\n`),
  )
  return `HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join('')}\r\n`
}
