/** Tells the shop about each effect: at least once, in no promised order, eight at a time. */
import { createHmac } from 'node:crypto'
import { Agent, request } from 'undici'
import type { Effect, Payment } from './payments.ts'
import { findToken } from './tokens.ts'

/** An event on its way. `next` chains those that wait for a free slot. */
type Event = { n: number; body: string; due: number; deliveries: number; failures: number; next?: Event }

export type Webhooks = ReturnType<typeof createWebhooks>

type WebhookOptions = {
  url: string
  secret: string
  lateMs: number
  retryMs: number[]
  onDelivered: (n: number) => void
}

const CONCURRENCY = 8
const TIMEOUT_MS = 10_000

/** The value of `X-Simulator-Signature` for a body sent at `seconds` (Unix time). */
export function sign(secret: string, seconds: number, body: string): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`
}

/**
 * Events are collected first and released later: a live one when its effect is on disk, a replayed one when the whole
 * journal has been read and has not said that it was delivered.
 */
export function createWebhooks({ url, secret, lateMs, retryMs, onDelivered }: WebhookOptions) {
  const target = new URL(url)
  const collected = new Map<number, Event>()
  const timers = new Set<NodeJS.Timeout>()
  // Not fetch: measured at five times the CPU per event, which the requests then lack.
  const agent = new Agent({ connections: CONCURRENCY, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS })
  let stopping = false
  const inFlight = new Set<Promise<void>>()
  let first: Event | undefined
  let last: Event | undefined

  function collect(effect: Effect, payment: Payment) {
    const webhook = findToken(payment.token)?.webhook
    if (webhook === 'never') return
    collected.set(effect.n, {
      n: effect.n,
      body: eventBody(effect, payment),
      due: webhook === 'late' ? Date.parse(effect.at) + lateMs : 0,
      deliveries: webhook === 'thrice' ? 3 : 1,
      failures: 0,
    })
  }

  function release(n: number) {
    const event = collected.get(n)
    if (!event) return
    collected.delete(n)
    if (event.due) after(event.due - Date.now(), event)
    else enqueue(event)
  }

  function after(ms: number, event: Event) {
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        enqueue(event)
      },
      Math.max(ms, 0),
    )
    timers.add(timer)
  }

  function enqueue(event: Event) {
    if (last) last.next = event
    else first = event
    last = event
    pump()
  }

  function pump() {
    while (first && inFlight.size < CONCURRENCY && !stopping) {
      const event = first
      first = event.next
      if (!first) last = undefined
      event.next = undefined
      const delivery = deliver(event).then(() => {
        inFlight.delete(delivery)
        pump()
      })
      inFlight.add(delivery)
    }
  }

  async function deliver(event: Event) {
    if (await post(event.body)) {
      event.deliveries--
      if (event.deliveries) enqueue(event)
      else onDelivered(event.n)
      return
    }
    const delay = retryMs[event.failures++]
    // Given up: as it was not journalled as delivered, the next start tries it again.
    if (delay !== undefined && !stopping) after(delay, event)
  }

  async function post(body: string): Promise<boolean> {
    try {
      const { statusCode, body: answer } = await request(target, {
        dispatcher: agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-simulator-signature': sign(secret, Math.floor(Date.now() / 1000), body),
        },
        body,
      })
      // A body that is not read keeps its connection from being used again.
      await answer.dump()
      return statusCode >= 200 && statusCode < 300
    } catch {
      return false
    }
  }

  return {
    /** An effect happened; `payment` is as the effect left it. */
    collect,

    /** The event of the effect `n` may go out. */
    release,

    /** The journal says this effect's event arrived. */
    forget(n: number) {
      collected.delete(n)
    },

    releaseAll() {
      for (const n of collected.keys()) release(n)
    },

    /** Ends deliveries; what is under way counts as not delivered unless its answer is already here. */
    async stop() {
      stopping = true
      for (const timer of timers) clearTimeout(timer)
      await agent.destroy()
      await Promise.all(inFlight)
    },
  }
}

/**
 * The event's id is made from the effect, so it is the same after a restart, and from the payment's random id, so it is
 * new when a journal is thrown away.
 */
function eventBody(effect: Effect, payment: Payment) {
  const id = `evt_${payment.id.slice('pay_'.length)}_${effect.n}`
  return JSON.stringify({ id, type: `payment.${effect.type}`, created_at: effect.at, payment })
}
