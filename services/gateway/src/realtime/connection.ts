import {
  type ClientMessage,
  type Closing,
  clientMessages,
  closings,
  type LiveSubscription,
  maxFollowed,
  Problem,
  realtimeChannels,
  type ServerMessage,
  Unavailable,
} from '@shopfleet/contracts'
import {
  anonymous,
  type Caller,
  type Clock,
  checkAllowed,
  compileValidator,
  type Logger,
  renderError,
  userIdOf,
} from '@shopfleet/service-kit'
import type { WebSocket } from 'ws'
import { decide } from '../rate-limit.ts'
import type { Audience } from './audience.ts'
import { type Feed, formatPlaces } from './feed.ts'
import { followed, type Notice } from './notices.ts'
import type { Outlets } from './outlet.ts'

/*
 * One socket: who is behind it, what they follow, and what they may. Messages are taken one after the other. A
 * subscription begins in one go: what happened since its place is told, and it is entered among the followers, without
 * anything in between; so nothing falls between what was and what is to come.
 */

/** Somebody who signed in. */
export interface SignedIn {
  caller: Extract<Caller, { kind: 'user' }>
  token: string
  expires_ms: number
}

/** What the connections of one process have in common. */
export interface ConnectionTools {
  feed: Feed
  audience: Audience
  outlets: Outlets
  clock: Clock
  log: Logger
  heartbeat_s: number
  /** Messages a second. */
  messages: number
  /** What is told at most to somebody who comes back. */
  replay: number
  /** Who a token is of. Throws the problem with it. */
  signIn(token: string): Promise<SignedIn>
  /** One more socket of a user; false: they have as many as they may. */
  enter(user_id: string): boolean
  leave(user_id: string): void
  /** How an order stands, as a message, by the service that owns it; throws `not-found` if it is not for them. */
  readOrder(order_id: string, who: { signedIn?: SignedIn; order_token?: string; opening: Opening }): Promise<Buffer>
}

/** How a socket came. */
export interface Opening {
  address: string
  correlation_id: string
  /** The access token it came with. */
  token?: string
}

/** Messages that may wait for those before them. */
const maxQueued = 50

const validators = Object.fromEntries(
  Object.entries(clientMessages).map(([type, schema]) => [type, compileValidator(schema, 'body')]),
)
const subscriptionValidators = Object.fromEntries(
  Object.entries(realtimeChannels).map(([channel, { schema }]) => [channel, compileValidator(schema, 'body')]),
)

const invalid = (pointer: string, detail: string) => new Problem('validation-failed', { errors: [{ pointer, detail }] })

function parse(text: string): ClientMessage {
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    throw new Problem('malformed-json', { detail: 'A message is one JSON object.' })
  }
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    throw invalid('', 'must be a JSON object')
  const { type } = message as { type?: unknown }
  if (typeof type !== 'string' || !Object.hasOwn(validators, type))
    throw invalid('/type', `must be one of ${Object.keys(validators).join(', ')}`)
  validators[type]!(message)
  return message as ClientMessage
}

interface Accepted {
  id: string
  keys: string[]
  /** How an order stands. */
  order?: Buffer
  products?: string[]
}

export function createConnection(socket: WebSocket, tools: ConnectionTools, opening: Opening) {
  const { feed, audience, clock } = tools
  const messageLimit = { name: 'message', quota: tools.messages * 2, window_s: 2 }
  const outlet = tools.outlets.open(socket, () => end('too-slow'))
  /** By the id of a subscription, what it follows. */
  const subscriptions = new Map<string, string[]>()
  /** By what is followed, by how many subscriptions. */
  const follows = new Map<string, number>()
  let signedIn: SignedIn | undefined
  let work = Promise.resolve()
  let queued = 0
  let paid_ms: number | undefined
  let unanswered = 0
  let isOver = false

  const listener = {
    tell({ text, collapse }: Notice): void {
      if (!isStillGood()) return
      outlet.send(text, collapse)
    },
  }
  const say = (message: ServerMessage) => {
    if (!isOver) outlet.send(Buffer.from(JSON.stringify(message)))
  }
  const caller = (): Caller => signedIn?.caller ?? anonymous

  /** A token is good until its last moment, and not for one event longer. */
  function isStillGood(): boolean {
    if (!isOver && signedIn && clock.now() >= signedIn.expires_ms) end('session-over')
    return !isOver
  }

  /** Nothing is sent after this. */
  function end(closing: Closing): void {
    if (isOver) return
    close()
    socket.close(closings[closing].code, closing)
  }

  function close(): void {
    if (isOver) return
    isOver = true
    outlet.close()
    for (const key of follows.keys()) audience.leave(key, listener)
    follows.clear()
    if (signedIn) tools.leave(signedIn.caller.user_id)
  }

  function refuse(error: unknown, id: string | null): void {
    const { problem, level } = renderError(error)
    if (level !== 'info') tools.log[level]({ error, correlationId: opening.correlation_id }, 'realtime message failed')
    say({ type: 'error', id, problem: problem.toBody(undefined, opening.correlation_id) })
  }

  async function become(token: string): Promise<void> {
    const next = await tools.signIn(token)
    if (isOver) return
    const before = signedIn?.caller
    if (before && before.user_id !== next.caller.user_id)
      throw new Problem('forbidden', { detail: 'This socket is of another user. Connect anew.' })
    // What was allowed by other permissions is looked at anew, all of it.
    if (before && before.permissions.join() !== next.caller.permissions.join()) return end('session-over')
    if (!before && !tools.enter(next.caller.user_id)) return end('too-many')
    signedIn = next
  }

  const welcome = () =>
    say({
      type: 'welcome',
      user_id: userIdOf(caller()),
      expires_at: signedIn ? new Date(signedIn.expires_ms).toISOString() : null,
      heartbeat_s: tools.heartbeat_s,
    })

  /** Whether a subscription is allowed, and what it follows. */
  async function examine(one: LiveSubscription, accepted: Accepted[]): Promise<Accepted> {
    subscriptionValidators[one.channel]!(one)
    if (subscriptions.has(one.id) || accepted.some(({ id }) => id === one.id))
      throw invalid('/id', 'is in use on this socket')
    checkAllowed(realtimeChannels[one.channel].auth, caller())
    const found: Accepted = { id: one.id, keys: [] }
    switch (one.channel) {
      case 'orders':
        found.keys = [followed.whose(signedIn!.caller.user_id)]
        break
      case 'staff-orders':
        found.keys = [followed.staffOrders]
        break
      case 'products':
        found.products = [...new Set(one.product_ids.map(id => id.toLowerCase()))]
        found.keys = found.products.map(followed.product)
        break
      case 'order':
        found.keys = [followed.order(one.order_id.toLowerCase())]
        break
    }
    const all = new Set([...follows.keys(), ...accepted.flatMap(({ keys }) => keys), ...found.keys])
    if (all.size > maxFollowed)
      throw new Problem('too-many', { detail: `One socket follows at most ${maxFollowed} things.` })
    // Last, because it costs the most.
    if (one.channel === 'order') {
      const { order_id, order_token } = one
      found.order = await tools.readOrder(order_id, { signedIn, order_token, opening })
    }
    return found
  }

  async function subscribe({ subscriptions: wanted, after }: Extract<ClientMessage, { type: 'subscribe' }>) {
    if (after && subscriptions.size > 0) throw invalid('/after', 'is for the first subscriptions of a socket')
    if (!(await feed.isReady())) throw new Unavailable('realtime')
    // From here on everything is told, however long it takes to find out whether it may be.
    const begin = feed.places()
    const accepted: Accepted[] = []
    for (const one of wanted) {
      try {
        accepted.push(await examine(one, accepted))
      } catch (error) {
        refuse(error, one.id)
      }
    }
    const resumes = after && (await feed.resumeFrom(after))
    if (accepted.length === 0 || !isStillGood()) return

    const fresh = new Set(accepted.flatMap(({ keys }) => keys).filter(key => !follows.has(key)))
    const missed = resumes && feed.since(resumes, fresh, tools.replay)
    const ids = accepted.map(({ id }) => id)
    const positions = formatPlaces(missed ? resumes : begin)
    say({ type: 'subscribed', ids, resumed: missed !== undefined, positions })
    for (const { id, keys } of accepted) follow(id, keys)
    if (missed) {
      for (const notice of missed) listener.tell(notice)
      return
    }
    for (const { order, products = [] } of accepted) {
      if (order) outlet.send(order)
      for (const notice of products.flatMap(feed.latestOf)) listener.tell(notice)
    }
    // Products were told with the latest.
    for (const notice of feed.since(begin, fresh, tools.replay) ?? []) if (!notice.collapse) listener.tell(notice)
  }

  function follow(id: string, keys: string[]): void {
    subscriptions.set(id, keys)
    for (const key of keys) {
      follows.set(key, (follows.get(key) ?? 0) + 1)
      audience.follow(key, listener)
    }
  }

  function unsubscribe(ids: string[]): void {
    for (const id of ids) {
      for (const key of subscriptions.get(id) ?? []) {
        const left = follows.get(key)! - 1
        if (left > 0) follows.set(key, left)
        else {
          follows.delete(key)
          audience.leave(key, listener)
        }
      }
      subscriptions.delete(id)
    }
    say({ type: 'unsubscribed', ids })
  }

  async function handle(text: string): Promise<void> {
    if (!isStillGood()) return
    try {
      const message = parse(text)
      if (message.type === 'subscribe') await subscribe(message)
      else if (message.type === 'unsubscribe') unsubscribe(message.ids)
      else if (message.type === 'ping') say({ type: 'pong' })
      else {
        await become(message.access_token)
        welcome()
      }
    } catch (error) {
      refuse(error, null)
    }
  }

  function queue(task: () => Promise<void>): void {
    queued++
    work = work.then(task).finally(() => queued--)
  }

  /** By the token it came with. One that is not good ends the socket: a browser cannot be told in any other way. */
  async function greet(): Promise<void> {
    try {
      if (opening.token !== undefined) await become(opening.token)
      welcome()
    } catch (error) {
      if (error instanceof Problem) return end('session-over')
      tools.log.warn({ error, correlationId: opening.correlation_id }, 'who opened a socket cannot be told')
      end('unavailable')
    }
  }

  socket.on('message', (data: Buffer, isBinary) => {
    if (isOver) return
    unanswered = 0
    if (isBinary) return end('binary')
    const { tat, verdict } = decide(messageLimit, paid_ms, performance.now())
    paid_ms = tat
    if (!verdict.allowed || queued > maxQueued) return end('too-many')
    const text = data.toString()
    queue(() => handle(text))
  })
  socket.on('pong', () => {
    unanswered = 0
  })
  // It is closed by whoever found the fault; what it was, the code says.
  socket.on('error', () => {})
  socket.on('close', close)
  queue(greet)

  return {
    end,
    /** Without a goodbye. */
    kill: () => socket.terminate(),
    /** Whether its token is good still. */
    async examineToken(): Promise<void> {
      if (!signedIn || !isStillGood()) return
      try {
        await tools.signIn(signedIn.token)
      } catch (error) {
        // One that cannot be looked at just now is good until it expires.
        if (error instanceof Problem) end('session-over')
      }
    },
    /** Asks for a sign of life. Who gave none twice is gone. */
    beat({ bare, placed }: { bare: Buffer; placed: Buffer }): void {
      if (unanswered >= 2) {
        close()
        socket.terminate()
      }
      if (!isStillGood()) return
      unanswered++
      socket.ping()
      // Where something is held back, or about to be told, its places would say that it was told.
      if (!outlet.isSlow() && queued === 0) outlet.send(subscriptions.size > 0 ? placed : bare)
    },
  }
}
export type Connection = ReturnType<typeof createConnection>
