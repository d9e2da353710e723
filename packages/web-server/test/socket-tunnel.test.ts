import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { closings, type ServerMessage } from '@shopfleet/contracts'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import { WebSocket } from 'ws'
import { isForSocket, mountSocketTunnel } from '../src/socket-tunnel.ts'

/* Sockets under the shop's own address: the gateway sees the visitor, and the visitor the gateway. */

let platform: TestPlatform
let server: Server
let end: () => void
let port: number
before(async () => {
  platform = await startTestPlatform({
    services: ['gateway'],
    env: { TRUSTED_PROXIES: '127.0.0.1', REALTIME_SOCKETS_ADDRESS: '3' },
  })
  await platform.drain()
  server = createServer({ shouldUpgradeCallback: isForSocket }, (_request, response) => void response.end('a page'))
  end = mountSocketTunnel(server, {
    gatewayUrl: platform.url('gateway'),
    visitorHeaders: request => ({ 'x-forwarded-for': String(request.headers['test-address'] ?? '192.0.2.1') }),
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
after(async () => {
  end?.()
  server?.closeAllConnections()
  server?.close()
  await platform?.stop()
})

function open(headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://localhost:${port}/ws`, {
    headers: { origin: `http://localhost:${port}`, ...headers },
  })
  socket.on('error', () => {})
  const messages: ServerMessage[] = []
  socket.on('message', data => messages.push(JSON.parse(String(data)) as ServerMessage))
  const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)])
  return {
    socket,
    messages,
    closed,
    async next() {
      if (messages.length === 0) await once(socket, 'message')
      return messages.shift()!
    },
  }
}
async function statusOf(headers: Record<string, string>): Promise<number> {
  const { socket } = open(headers)
  const [, response] = await once(socket, 'unexpected-response')
  response.resume()
  return response.statusCode
}

test('a page of the shop opens a socket under the address of the shop, and hears what the gateway says', async () => {
  const one = open()
  assert.equal((await one.next()).type, 'welcome')
  one.socket.send('{"type":"ping"}')
  assert.equal((await one.next()).type, 'pong')
  one.socket.send(Buffer.from([1]))
  assert.deepEqual(await one.closed, [closings.binary.code, 'binary'], 'why it was closed arrives')
})

test('a page of somebody else, and one socket too many of an address, are refused as by the gateway', async () => {
  assert.equal(await statusOf({ origin: 'https://evil.example' }), 403)
  const address = { 'test-address': '192.0.2.9' }
  const three = [open(address), open(address), open(address)]
  for (const one of three) await one.next()
  assert.equal(await statusOf(address), 429)
  assert.equal(
    await statusOf({ ...address, 'x-forwarded-for': '192.0.2.10' }),
    429,
    'what a visitor says does not count',
  )
  for (const one of three) one.socket.terminate()
})

test('what is not for a socket is answered as it is', async () => {
  const asked = request(`http://127.0.0.1:${port}/elsewhere`, { headers: { connection: 'upgrade', upgrade: 'h2c' } })
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  assert.equal(await text(answer), 'a page')
})

test('with the gateway goes the socket, and while it is away there is none', async () => {
  const one = open({ 'test-address': '192.0.2.20' })
  await one.next()
  await platform.halt('gateway')
  assert.deepEqual(await one.closed, [closings.restart.code, 'restart'])
  assert.equal(await statusOf({}), 503)
  await platform.resume('gateway')
  const other = open({ 'test-address': '192.0.2.20' })
  await other.next()
  end()
  assert.equal((await other.closed)[0], 1006)
})
