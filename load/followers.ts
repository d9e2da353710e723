import { createClient, type ServerMessage, setStock } from '@shopfleet/contracts'
import { WebSocket } from 'ws'
import { percentilesOf, type Sample } from './sample.ts'

/* Sockets that all follow the stock of one product. They are of this process, on the machine of the shop. */

/** A socket that has not heard of a change by then will not. */
const patience_ms = 10_000

/** When a change was answered, and when each socket that did heard of it, the first one first (`performance.now()`). */
export interface Heard {
  answered: number
  times: number[]
}

export interface Followers {
  count: number
  /** Changes the stock of the product, and waits until all have heard. */
  change(): Promise<Heard>
  close(): void
}

interface Following {
  gateway: string
  staffToken: string
  /** Nobody else may change its stock, or buy it. */
  product_id: string
  /** Where its stock begins; each change adds one. */
  on_hand: number
  count: number
}

export async function openFollowers({
  gateway,
  staffToken,
  product_id,
  on_hand: first,
  count,
}: Following): Promise<Followers> {
  const client = createClient({ baseUrl: gateway })
  const staff = { authorization: `Bearer ${staffToken}` }
  let heard: (stock: number) => void = () => {}
  const sockets: WebSocket[] = []
  while (sockets.length < count) {
    const some = Math.min(100, count - sockets.length)
    const open = () => follow(gateway, product_id, stock => heard(stock))
    sockets.push(...(await Promise.all(Array.from({ length: some }, open))))
  }
  let on_hand = first
  return {
    count,
    async change() {
      const expected = ++on_hand
      const times: number[] = []
      const all = Promise.withResolvers<void>()
      const timer = setTimeout(all.resolve, patience_ms)
      heard = stock => {
        if (stock !== expected) return
        times.push(performance.now())
        if (times.length === count) all.resolve()
      }
      await client.call(setStock, { params: { product_id }, body: { on_hand } }, staff)
      const answered = performance.now()
      await all.promise
      clearTimeout(timer)
      return { answered, times }
    },
    close() {
      for (const socket of sockets) socket.removeAllListeners('close').terminate()
    },
  }
}

/** Opens a socket that follows the product, and calls `heard` with each stock. */
function follow(gateway: string, product_id: string, heard: (stock: number) => void): Promise<WebSocket> {
  const socket = new WebSocket(`${gateway.replace('http', 'ws')}/ws`)
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', code => reject(new Error(`a socket was closed: ${code}`)))
    socket.on('open', () => {
      const subscriptions = [{ id: 's', channel: 'products', product_ids: [product_id] }]
      socket.send(JSON.stringify({ type: 'subscribe', subscriptions }))
    })
    socket.on('message', data => {
      const message = JSON.parse(String(data)) as ServerMessage
      if (message.type === 'stock') heard(message.stock)
      else if (message.type === 'subscribed') resolve(socket)
    })
  })
}

/**
 * One change after the other for `seconds`, each when all have heard of the last. Counts what was heard; its time is from
 * the answer to the change until a socket heard. What one did not hear is an error.
 */
export async function fanOutLoop({ count, change }: Followers, seconds: number): Promise<Sample> {
  const times: number[] = []
  let errors = 0
  const began = performance.now()
  while (performance.now() - began < seconds * 1000) {
    const { answered, times: heard } = await change()
    for (const time of heard) times.push(Math.max(0, time - answered))
    errors += count - heard.length
  }
  const took_ms = performance.now() - began
  return { per_second: (times.length / took_ms) * 1000, ...percentilesOf(times), errors }
}
