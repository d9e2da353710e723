import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, test } from 'node:test'
import { type WebSocket as Peer, WebSocketServer } from 'ws'
import {
  type ClientMessage,
  closings,
  createRealtimeClient,
  type LiveMessage,
  type RealtimeClient,
  type RealtimeClientOptions,
  type RealtimeState,
  type ServerMessage,
} from '../src/index.ts'

/* The client of browsers, against a gateway that does what each test needs. With the real one: tests/journeys/realtime.test.ts. */

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const welcome = { type: 'welcome', user_id: null, expires_at: null, heartbeat_s: 60 } as const
const [lamp, chair] = ['0198c0de-0000-7000-8000-00000000000a', '0198c0de-0000-7000-8000-00000000000b']
const stock = (product_id: string, n: number, place: number): ServerMessage => ({
  ...{ type: 'stock', event: 'stock.changed', product_id, stock: n, position: `inventory:${place}` },
})

/** One connection as the gateway sees it. */
interface Visit {
  peer: Peer
  say(message: ServerMessage): void
  /** The next message. */
  next(): Promise<ClientMessage>
  /** The next message, which asks to follow; answered as said. */
  subscribed(answer?: {
    resumed?: boolean
    positions?: string[]
  }): Promise<Extract<ClientMessage, { type: 'subscribe' }>>
  closed: Promise<unknown>
}

async function openGateway(onConnect?: (peer: Peer) => void) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  const visits: Visit[] = []
  let came = () => {}
  server.on('connection', peer => {
    const messages: ClientMessage[] = []
    let heard = () => {}
    peer.on('message', data => {
      messages.push(JSON.parse(String(data)) as ClientMessage)
      heard()
    })
    const visit: Visit = {
      peer,
      say: message => peer.send(JSON.stringify(message)),
      async next() {
        while (messages.length === 0) await new Promise<void>(resolve => (heard = resolve))
        return messages.shift()!
      },
      async subscribed({ resumed = false, positions = [] } = {}) {
        const message = await visit.next()
        assert.ok(message.type === 'subscribe', JSON.stringify(message))
        const ids = message.subscriptions.map(({ id }) => id)
        visit.say({ type: 'subscribed', ids, resumed, positions })
        return message
      },
      closed: once(peer, 'close'),
    }
    if (onConnect) return onConnect(peer)
    visit.say(welcome)
    visits.push(visit)
    came()
  })
  closers.push(() => {
    for (const peer of server.clients) peer.terminate()
    server.close()
  })
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`,
    /** The next connection. */
    async visit(): Promise<Visit> {
      while (visits.length === 0) await new Promise<void>(resolve => (came = resolve))
      return visits.shift()!
    },
  }
}

function connect(url: string, options: RealtimeClientOptions = {}): RealtimeClient {
  const client = createRealtimeClient({ url, retry_ms: { first: 4, most: 16 }, random: () => 0, ...options })
  closers.push(client.close)
  return client
}

function follow(client: RealtimeClient, ...product_ids: string[]) {
  const heard: LiveMessage[] = []
  const counts = { stale: 0, refused: 0 }
  let changed = () => {}
  const stop = client.follow(
    { channel: 'products', product_ids },
    {
      heard(message) {
        heard.push(message)
        changed()
      },
      stale() {
        counts.stale++
        changed()
      },
      refused() {
        counts.refused++
        changed()
      },
    },
  )
  return {
    heard,
    counts,
    stop,
    async until(isSo: () => boolean) {
      while (!isSo()) await new Promise<void>(resolve => (changed = resolve))
    },
  }
}

async function reach(client: RealtimeClient, wanted: RealtimeState): Promise<void> {
  if (client.state() === wanted) return
  await new Promise<void>(resolve => {
    const stop = client.onState(state => {
      if (state !== wanted) return
      stop()
      resolve()
    })
  })
}

test('what is followed at once is asked for in one message, and each hears its own', async () => {
  const gateway = await openGateway()
  const client = connect(gateway.url)
  assert.equal(client.state(), 'idle')
  const [one, other] = [follow(client, lamp), follow(client, chair)]
  const visit = await gateway.visit()
  const { subscriptions, after } = await visit.subscribed()
  assert.deepEqual(
    subscriptions.map(({ id: _, ...rest }) => rest),
    [
      { channel: 'products', product_ids: [lamp] },
      { channel: 'products', product_ids: [chair] },
    ],
  )
  assert.equal(after, undefined)
  await one.until(() => one.counts.stale === 1)
  visit.say(stock(lamp, 3, 1))
  visit.say(stock(chair, 4, 2))
  await other.until(() => other.heard.length === 1)
  assert.equal(one.heard.length, 1)
  // Later ones are asked for by themselves, and let go.
  const third = follow(client, lamp)
  const added = await visit.subscribed()
  assert.equal(added.subscriptions.length, 1)
  await third.until(() => third.counts.stale === 1)
  third.stop()
  third.stop()
  assert.deepEqual(await visit.next(), { type: 'unsubscribe', ids: [added.subscriptions[0]!.id] })
  assert.deepEqual([one.counts.stale, other.counts.stale], [1, 1], 'nobody else had to read anything')
})

test('it resumes from the highest places it saw, heartbeats included, and tells nobody to read afresh', async () => {
  const gateway = await openGateway()
  const client = connect(gateway.url)
  const one = follow(client, lamp)
  const first = await gateway.visit()
  await first.subscribed({ positions: ['inventory:5', 'order:7'] })
  first.say(stock(lamp, 3, 9))
  first.say({ type: 'heartbeat', positions: ['inventory:8', 'order:12'] })
  first.say(stock(lamp, 2, 10))
  await one.until(() => one.heard.length === 2)
  first.peer.terminate()
  const second = await gateway.visit()
  // Before it has said from where, nothing moves its place on.
  second.say({ type: 'heartbeat', positions: ['inventory:99', 'order:99'] })
  const { after } = await second.subscribed({ resumed: true })
  assert.deepEqual(after?.toSorted(), ['inventory:10', 'order:12'])
  second.say(stock(lamp, 1, 11))
  await one.until(() => one.heard.length === 3)
  assert.equal(one.counts.stale, 1)
  second.peer.terminate()
  const third = await gateway.visit()
  const again = await third.subscribed({ resumed: false, positions: ['inventory:2'] })
  assert.ok(again.after?.includes('inventory:11'))
  await one.until(() => one.counts.stale === 2)
  third.peer.terminate()
  const fourth = await gateway.visit()
  assert.deepEqual((await fourth.subscribed({ resumed: true })).after, ['inventory:2'], 'the log counts anew')
})

test('a connection that is silent is given up', async () => {
  const gateway = await openGateway()
  const client = connect(gateway.url)
  follow(client, lamp)
  const visit = await gateway.visit()
  visit.say({ ...welcome, heartbeat_s: 0.02 })
  await visit.closed
  await gateway.visit()
})

test('a session that is over is renewed before it connects again', async () => {
  const gateway = await openGateway()
  const steps: string[] = []
  const client = connect(gateway.url, {
    async renew() {
      steps.push('renewed')
    },
  })
  follow(client, lamp)
  const first = await gateway.visit()
  await first.subscribed()
  await reach(client, 'live')
  first.peer.close(closings['session-over'].code)
  const second = await gateway.visit()
  steps.push('connected')
  await second.subscribed({ resumed: true })
  assert.deepEqual(steps, ['renewed', 'connected'])
})

test('who has no cookies shows a token first, a fresh one each time', async () => {
  const gateway = await openGateway()
  let n = 0
  const client = connect(gateway.url, { token: async () => `token-${++n}` })
  follow(client, lamp)
  for (const access_token of ['token-1', 'token-2']) {
    const visit = await gateway.visit()
    assert.deepEqual(await visit.next(), { type: 'authenticate', access_token })
    visit.say({ ...welcome, user_id: lamp })
    await visit.subscribed()
    visit.peer.terminate()
  }
})

test('after three failures it is away, goes on trying, and is live again when it can', async () => {
  let refusals = 3
  let accepted = (_peer: Peer) => {}
  const came = new Promise<Peer>(resolve => (accepted = resolve))
  const gateway = await openGateway(peer => {
    if (refusals-- > 0) return peer.terminate()
    accepted(peer)
  })
  const client = connect(gateway.url)
  const states: RealtimeState[] = []
  client.onState(state => states.push(state))
  follow(client, lamp)
  const peer = await came
  assert.deepEqual(states, ['connecting', 'away'])
  peer.send(JSON.stringify(welcome))
  const [data] = await once(peer, 'message')
  const { subscriptions } = JSON.parse(String(data)) as { subscriptions: { id: string }[] }
  const ids = subscriptions.map(({ id }) => id)
  peer.send(JSON.stringify({ type: 'subscribed', ids, resumed: false, positions: [] }))
  await reach(client, 'live')
})

test('what is refused says so, and the rest goes on', async () => {
  const gateway = await openGateway()
  const client = connect(gateway.url)
  const [one, other] = [follow(client, lamp), follow(client, chair)]
  const visit = await gateway.visit()
  const message = await visit.next()
  assert.ok(message.type === 'subscribe')
  const [first, second] = message.subscriptions.map(({ id }) => id) as [string, string]
  visit.say({ type: 'error', id: first, problem: { type: 'x', title: 'no', status: 404 } })
  visit.say({ type: 'subscribed', ids: [second], resumed: false, positions: [] })
  await other.until(() => other.counts.stale === 1)
  assert.deepEqual(
    [one.counts, other.counts],
    [
      { stale: 0, refused: 1 },
      { stale: 1, refused: 0 },
    ],
  )
})

test('one who listens and fails keeps no other from hearing', async () => {
  const gateway = await openGateway()
  const failed = Promise.withResolvers<unknown>()
  const client = connect(gateway.url, { onError: failed.resolve })
  client.follow(
    { channel: 'products', product_ids: [lamp] },
    {
      heard() {
        throw new Error('in a listener')
      },
    },
  )
  const one = follow(client, lamp)
  const visit = await gateway.visit()
  await visit.subscribed()
  visit.say(stock(lamp, 3, 1))
  await one.until(() => one.heard.length === 1)
  assert.match(String(await failed.promise), /in a listener/)
})

test('the socket stays for a moment when nothing is followed, and then goes', async () => {
  const gateway = await openGateway()
  const client = connect(gateway.url, { linger_ms: 5 })
  const one = follow(client, lamp)
  const visit = await gateway.visit()
  await visit.subscribed()
  one.stop()
  const other = follow(client, chair)
  assert.equal((await visit.next()).type, 'unsubscribe')
  await visit.subscribed()
  other.stop()
  await visit.closed
  await reach(client, 'idle')
})

test('whoever signs in begins anew', async () => {
  const gateway = await openGateway()
  const client = connect(gateway.url)
  follow(client, lamp)
  const first = await gateway.visit()
  await first.subscribed()
  await reach(client, 'live')
  client.reconnect()
  await (await gateway.visit()).subscribed({ resumed: true })
})
