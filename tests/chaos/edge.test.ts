import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { freePorts } from '@shopfleet/testing'
import { type Edge, openEdge } from './edge.ts'

/* The network of the chaos run is as bad as it is told to be, and no worse. */

let echo: Server
let edge: Edge

before(async () => {
  echo = createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  await new Promise<void>(done => echo.listen(0, '127.0.0.1', done))
  const [port] = await freePorts(1)
  const target = { host: '127.0.0.1', port: (echo.address() as { port: number }).port }
  edge = await openEdge('here', 'there', { port: port!, target })
})
after(async () => {
  await edge.close()
  await new Promise(done => echo.close(done))
})

async function open(): Promise<Socket> {
  const socket = connect({ port: edge.port, host: '127.0.0.1' })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

function receive(socket: Socket, bytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = ''
    const onData = (chunk: Buffer) => {
      got += chunk
      if (got.length < bytes) return
      socket.off('data', onData)
      resolve(got)
    }
    socket.on('data', onData)
    socket.once('close', () => reject(new Error(`closed after ${got.length} bytes`)))
  })
}

const closed = (socket: Socket) => new Promise(resolve => socket.once('close', resolve))

const isSilent = async (socket: Socket, ms = 150) => {
  let heard = false
  const onData = () => {
    heard = true
  }
  socket.on('data', onData)
  await new Promise(resolve => setTimeout(resolve, ms))
  socket.off('data', onData)
  return !heard
}

test('bytes pass unchanged and in order, also many of them', async () => {
  const socket = await open()
  const sent = Array.from({ length: 200_000 }, (_, i) => String(i % 10)).join('')
  const got = receive(socket, sent.length)
  socket.write(sent)
  assert.equal(await got, sent)
  socket.destroy()
})

test('a delay keeps the order, also of what is sent after it has ended', async () => {
  const socket = await open()
  const got = receive(socket, 6)
  edge.set({ kind: 'delay', ms: 120 })
  const began_ms = performance.now()
  socket.write('abc')
  await new Promise(resolve => setTimeout(resolve, 30))
  edge.set(undefined)
  socket.write('def')
  assert.equal(await got, 'abcdef')
  assert.ok(performance.now() - began_ms >= 115)
  socket.destroy()
})

test('a narrow line takes its time', async () => {
  const socket = await open()
  edge.set({ kind: 'bandwidth', bytes_per_s: 5000 })
  const began_ms = performance.now()
  socket.write('x'.repeat(1000))
  await receive(socket, 1000)
  // 0.2 s there and 0.2 s back.
  assert.ok(performance.now() - began_ms >= 350)
  edge.set(undefined)
  socket.destroy()
})

test('a black hole swallows both ways until it is gone; then everything arrives', async () => {
  const socket = await open()
  edge.set({ kind: 'blackhole' })
  socket.write('lost?')
  const later = await open()
  later.write('new')
  assert.ok((await isSilent(socket)) && (await isSilent(later)))
  const both = Promise.all([receive(socket, 5), receive(later, 3)])
  edge.set(undefined, 'deliver')
  assert.deepEqual(await both, ['lost?', 'new'])
  socket.destroy()
  later.destroy()
})

test('one way: the request arrives, the answer does not', async () => {
  const arrived = new Promise<string>(resolve => {
    echo.once('connection', peer => peer.once('data', (data: Buffer) => resolve(data.toString())))
  })
  edge.set({ kind: 'one-way', blocked: 'answers' })
  const other = await open()
  other.write('order')
  assert.equal(await arrived, 'order')
  assert.ok(await isSilent(other))
  const ended = closed(other)
  edge.set(undefined, 'reset')
  await ended
})

test('cut: what is open closes, what is new is turned away, and afterwards all is well', async () => {
  const socket = await open()
  socket.write('a')
  await receive(socket, 1)
  const ended = closed(socket)
  edge.set({ kind: 'cut' })
  await ended
  const turned = connect({ port: edge.port, host: '127.0.0.1' })
  turned.on('error', () => {})
  await closed(turned)
  edge.set(undefined)
  const again = await open()
  again.write('b')
  assert.equal(await receive(again, 1), 'b')
  again.destroy()
})

test('reset: open connections at once, new ones after so many bytes', async () => {
  const socket = await open()
  socket.write('a')
  await receive(socket, 1)
  const failure = new Promise<NodeJS.ErrnoException>(resolve => socket.once('error', resolve))
  edge.set({ kind: 'reset', after_bytes: 10 })
  assert.equal((await failure).code, 'ECONNRESET')
  const next = await open()
  next.write('12345')
  assert.equal(await receive(next, 5), '12345')
  const ended = closed(next)
  next.write('67890')
  await ended
  edge.set(undefined)
})

test('where nobody listens behind it, nobody is let in; what is open stays so', async () => {
  const socket = await open()
  socket.write('a')
  await receive(socket, 1)
  await edge.refuse(true)
  const turned = connect({ port: edge.port, host: '127.0.0.1' })
  const failure = new Promise<NodeJS.ErrnoException>(resolve => turned.once('error', resolve))
  assert.equal((await failure).code, 'ECONNREFUSED')
  socket.write('b')
  assert.equal(await receive(socket, 1), 'b')
  await edge.refuse(false)
  const again = await open()
  again.write('c')
  assert.equal(await receive(again, 1), 'c')
  again.destroy()
  socket.destroy()
})
