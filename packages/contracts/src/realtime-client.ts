import type { ClientMessage, LiveMessage, LiveSubscription, ServerMessage, ServerMessageOf } from './realtime.ts'
import { closings, realtimePath } from './realtime-closings.ts'

/**
 * The realtime channel in a browser (or in Node, which has the same WebSocket). One socket for all that a page follows, opened
 * with the first and closed after the last of it. It keeps the place up to which everything was heard, and resumes there
 * on another connection, of the same gateway or another; what could not be resumed is told to be read afresh. Without
 * dependencies: types only, of the rest of the contracts.
 */

type WithoutId<S> = S extends unknown ? Omit<S, 'id'> : never
/** What to follow: `{ channel: 'products', product_ids: [id] }`. */
export type Follow = WithoutId<LiveSubscription>
export type RealtimeProblem = ServerMessageOf<'error'>['problem']

export interface Follower {
  heard(message: LiveMessage): void
  /**
   * Read afresh what is shown: something may have been missed. Once at the beginning too, for what happened between
   * reading and following.
   */
  stale?(): void
  /** It is not for this caller, or not to be had. It is tried again on the next connection. */
  refused?(problem: RealtimeProblem): void
}

/**
 * `idle`: nothing is followed. `connecting`: soon. `live`: whatever happens is heard. `away`: it cannot be reached; it goes
 * on being tried, and until then a page does well to read afresh every half minute.
 */
export type RealtimeState = 'idle' | 'connecting' | 'live' | 'away'

export interface RealtimeClientOptions {
  /** `wss://…/ws`; in a page, that of its own origin. */
  url?: string
  /** Renews the session in cookies, when the access token has run out or was taken back. */
  renew?: () => Promise<unknown>
  /** The access token of who has no cookies; asked for with each connection. None: a guest. */
  token?: () => string | undefined | Promise<string | undefined>
  WebSocket?: typeof WebSocket
  /** Milliseconds before the first try to connect again, doubled with each that fails up to the most. */
  retry_ms?: { first: number; most: number }
  /** Milliseconds the socket stays when nothing is followed any more: the next page will follow something. */
  linger_ms?: number
  /** A listener failed; as any error of the page, unless this is told. */
  onError?: (error: unknown) => void
  /** 0 ≤ x < 1 */
  random?: () => number
}

/** Connections that fail one after the other until it counts as away. */
const failuresUntilAway = 3
/** What a restart of the gateway is spread over, so that not all come back at once. */
const restartSpread_ms = 2000
const tooManyWait_ms = 30_000
const askAgain_ms = 5000
/** Silence for so many heartbeats is the end of a connection. */
const heartbeatsMissed = 2.5

interface Entry {
  follow: Follow
  follower: Follower
  /** The server of this connection knows of it. */
  isSent: boolean
}

interface Connection {
  socket: WebSocket
  /** Who we are has been told; subscriptions may be sent. */
  isOpen: boolean
  hasSubscribed: boolean
}

export function createRealtimeClient(options: RealtimeClientOptions = {}) {
  const { first, most } = options.retry_ms ?? { first: 500, most: 60_000 }
  const random = options.random ?? Math.random
  // Node has no `reportError`.
  const onError =
    options.onError ??
    globalThis.reportError ??
    (error => {
      setTimeout(() => {
        throw error
      })
    })
  const entries = new Map<string, Entry>()
  const gone = new Set<string>()
  /** By topic, the highest position that was heard. */
  const places = new Map<string, number>()
  const listeners = new Set<(state: RealtimeState) => void>()
  let connection: Connection | undefined
  let state: RealtimeState = 'idle'
  let failures = 0
  let ids = 0
  let isFlushing = false
  let isClosed = false
  let isRenewing = false
  let heartbeat_ms = 25_000
  let heard_ms = 0
  let retry: ReturnType<typeof setTimeout> | undefined
  let watch: ReturnType<typeof setTimeout> | undefined
  let linger: ReturnType<typeof setTimeout> | undefined

  function become(next: RealtimeState): void {
    if (next === state) return
    state = next
    for (const listener of listeners) listener(state)
  }

  function guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      // One listener that fails is no reason for the others not to hear.
      onError(error)
    }
  }

  function note(positions: readonly string[], isAnew = false): void {
    if (isAnew) places.clear()
    for (const position of positions) {
      const at = position.lastIndexOf(':')
      const topic = position.slice(0, at)
      places.set(topic, Math.max(places.get(topic) ?? 0, Number(position.slice(at + 1))))
    }
  }

  const url = () => options.url ?? `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${realtimePath}`

  function connect(): void {
    clearTimeout(retry)
    retry = undefined
    if (connection || isClosed || isRenewing || entries.size === 0) return
    if (state !== 'away') become('connecting')
    const socket = new (options.WebSocket ?? WebSocket)(url())
    const one: Connection = { socket, isOpen: false, hasSubscribed: false }
    connection = one
    for (const entry of entries.values()) entry.isSent = false
    gone.clear()
    let isAuthenticated = false
    const isCurrent = () => connection === one
    touch()
    socket.onmessage = ({ data }) => {
      if (!isCurrent()) return
      touch()
      const message = JSON.parse(String(data)) as ServerMessage
      if (message.type !== 'welcome') return take(one, message)
      heartbeat_ms = message.heartbeat_s * 1000
      touch()
      if (isAuthenticated || !options.token) return begin(one)
      isAuthenticated = true
      Promise.resolve(options.token())
        .then(access_token => {
          if (!isCurrent()) return
          if (access_token === undefined) begin(one)
          else send(one, { type: 'authenticate', access_token })
        })
        .catch(() => socket.close())
    }
    socket.onclose = ({ code }) => {
      if (isCurrent()) void lost(code)
    }
  }

  function begin(one: Connection): void {
    one.isOpen = true
    flush()
  }

  const send = ({ socket }: Connection, message: ClientMessage) => socket.send(JSON.stringify(message))

  /** What came and went since the last time, in one message each. */
  function flush(): void {
    isFlushing = false
    if (!connection?.isOpen) return
    if (gone.size > 0) send(connection, { type: 'unsubscribe', ids: [...gone] })
    gone.clear()
    const fresh = [...entries].filter(([, { isSent }]) => !isSent)
    while (fresh.length > 0) {
      const some = fresh.splice(0, 50)
      const subscriptions = some.map(([id, { follow }]) => ({ ...follow, id }) as LiveSubscription)
      const resumes = !connection.hasSubscribed && places.size > 0
      const after = resumes ? { after: [...places].map(([topic, position]) => `${topic}:${position}`) } : {}
      send(connection, { type: 'subscribe', subscriptions, ...after })
      connection.hasSubscribed = true
      for (const [, entry] of some) entry.isSent = true
    }
  }

  /** Pages mount many things at once: all of them go in one message. */
  function flushSoon(): void {
    if (isFlushing) return
    isFlushing = true
    queueMicrotask(flush)
  }

  let isPlaced = false
  function take(one: Connection, message: ServerMessage): void {
    switch (message.type) {
      case 'subscribed': {
        failures = 0
        become('live')
        // The log may have been set back: then only what the server says now means anything.
        note(message.positions, !message.resumed && !isPlaced)
        isPlaced = true
        if (message.resumed) return
        for (const id of message.ids) {
          const { stale } = entries.get(id)?.follower ?? {}
          if (stale) guard(stale)
        }
        return
      }
      case 'heartbeat':
        // Not while what was missed is still to come.
        if (isPlaced) note(message.positions)
        return
      case 'error': {
        const { id, problem } = message
        const entry = id === null ? undefined : entries.get(id)
        if (entry?.follower.refused) guard(() => entry.follower.refused!(problem))
        if (entry && problem.status === 503) {
          // Something this one needs is away. The others go on.
          setTimeout(
            () => {
              entry.isSent = false
              flushSoon()
            },
            askAgain_ms * (0.5 + random()),
          )
        } else if (!one.isOpen || (id === null && problem.status === 503)) void drop(one)
        return
      }
      case 'order':
      case 'staff-order':
      case 'stock':
      case 'product':
        note([message.position])
        for (const { follow, follower } of [...entries.values()]) {
          if (isAbout(follow, message)) guard(() => follower.heard(message))
        }
    }
  }

  /** Ends a connection that is of no use; the other side may never answer to a goodbye. */
  function drop(one: Connection): Promise<void> {
    one.socket.onclose = null
    one.socket.close()
    return lost(0)
  }

  async function lost(code: number): Promise<void> {
    clearTimeout(watch)
    const wasLive = state === 'live'
    connection = undefined
    isPlaced = false
    if (isClosed || entries.size === 0) return become('idle')
    failures++
    become(failures >= failuresUntilAway ? 'away' : 'connecting')
    if (code === closings['session-over'].code && options.renew) {
      isRenewing = true
      await options.renew().catch(() => {})
      isRenewing = false
      if (wasLive) return connect()
    }
    if (connection || retry !== undefined) return
    retry = setTimeout(connect, waitAfter(code))
  }

  function waitAfter(code: number): number {
    if (code === closings.restart.code) return random() * restartSpread_ms
    const backoff = Math.min(most, first * 2 ** (failures - 1))
    const wait = code === closings['too-many'].code ? Math.max(backoff, tooManyWait_ms) : backoff
    return wait * (0.5 + random() / 2)
  }

  /** A connection that is dead says nothing of it: only the heartbeats stay away. */
  function touch(): void {
    heard_ms = performance.now()
    clearTimeout(watch)
    watch = setTimeout(check, heartbeat_ms * heartbeatsMissed)
  }
  function check(): void {
    if (connection && performance.now() - heard_ms >= heartbeat_ms * heartbeatsMissed - 1) void drop(connection)
  }

  /** The network is back, or the page: now is better than at the end of a long wait. */
  function wake(): void {
    check()
    if (retry !== undefined) connect()
  }
  function pause(): void {
    // A page with an open socket is not kept by the browser for the way back.
    if (connection) void drop(connection)
    clearTimeout(retry)
    retry = undefined
  }
  const onVisible = () => {
    if (document.visibilityState === 'visible') wake()
  }
  if (typeof window !== 'undefined') {
    window.addEventListener('online', wake)
    window.addEventListener('pagehide', pause)
    window.addEventListener('pageshow', connect)
    document.addEventListener('visibilitychange', onVisible)
  }

  return {
    /** Follows until what it answers is called. */
    follow(follow: Follow, follower: Follower): () => void {
      const id = `s${++ids}`
      entries.set(id, { follow, follower, isSent: false })
      clearTimeout(linger)
      if (connection) flushSoon()
      else if (retry === undefined) connect()
      return () => {
        if (!entries.get(id)) return
        if (entries.get(id)!.isSent) gone.add(id)
        entries.delete(id)
        flushSoon()
        if (entries.size > 0) return
        clearTimeout(linger)
        linger = setTimeout(() => {
          if (entries.size > 0) return
          clearTimeout(retry)
          retry = undefined
          if (connection) void drop(connection)
          else become('idle')
          // Nobody will want to know what happened from here on.
          places.clear()
        }, options.linger_ms ?? 5000)
      }
    },
    /** Somebody signed in or out: begins anew as whoever it is now. */
    reconnect(): void {
      failures = 0
      if (connection) void drop(connection)
      if (entries.size > 0) connect()
    },
    state: () => state,
    /** Calls with each new state. Answers how to stop. */
    onState(listener: (state: RealtimeState) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** For good. */
    close(): void {
      isClosed = true
      for (const timer of [retry, watch, linger]) clearTimeout(timer)
      if (connection) void drop(connection)
      if (typeof window === 'undefined') return
      window.removeEventListener('online', wake)
      window.removeEventListener('pagehide', pause)
      window.removeEventListener('pageshow', connect)
      document.removeEventListener('visibilitychange', onVisible)
    },
  }
}
export type RealtimeClient = ReturnType<typeof createRealtimeClient>

/** Whether what happened is what is followed. */
function isAbout(follow: Follow, message: LiveMessage): boolean {
  switch (follow.channel) {
    case 'orders':
      return message.type === 'order'
    case 'order':
      return message.type === 'order' && message.order_id === follow.order_id
    case 'products':
      return (message.type === 'stock' || message.type === 'product') && follow.product_ids.includes(message.product_id)
    case 'staff-orders':
      return message.type === 'staff-order'
  }
}
