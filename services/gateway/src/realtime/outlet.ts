import type { WebSocket } from 'ws'

/**
 * The way out to a socket, with a bound. What a client does not take in time lies first in the buffers of the system, then
 * in the socket's own; from a bound on it is held back here, where messages are shared between all who wait for them,
 * only the last stock of a product is kept, and there is an end: too many, or for too long, and the socket is closed. It
 * resumes then from what it has taken.
 */

export interface OutletOptions {
  /** Bytes in the socket's own buffer from which messages are held back. */
  buffer_bytes: number
  /** Messages held back at most. */
  held_back: number
  /** For how long at most, in milliseconds. */
  patience_ms: number
}

const flush_ms = 25
const asText = { binary: false }

interface Slow {
  waiting: Map<unknown, Buffer>
  since_ms: number
}

/** The outlets of one process. */
export function createOutlets({ buffer_bytes, held_back, patience_ms }: OutletOptions) {
  /** Those with something held back, and what to do when it is too much. */
  const slow = new Map<WebSocket, Slow & { onTooSlow: () => void }>()
  let timer: NodeJS.Timeout | undefined
  let nth = 0

  function flush(): void {
    const now = performance.now()
    for (const [socket, one] of slow) {
      for (const [key, text] of one.waiting) {
        if (socket.bufferedAmount >= buffer_bytes) break
        one.waiting.delete(key)
        socket.send(text, asText)
      }
      if (one.waiting.size === 0) slow.delete(socket)
      else if (now - one.since_ms > patience_ms) giveUp(socket, one.onTooSlow)
    }
    if (slow.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  function giveUp(socket: WebSocket, onTooSlow: () => void): void {
    slow.delete(socket)
    onTooSlow()
  }

  return {
    open(socket: WebSocket, onTooSlow: () => void) {
      return {
        /** Sends, now or when the socket has taken what is before it. What `collapse` marks is replaced by what comes later. */
        send(text: Buffer, collapse?: string): void {
          const held = slow.get(socket)
          if (!held && socket.bufferedAmount < buffer_bytes) {
            socket.send(text, asText)
            return
          }
          const one = held ?? { waiting: new Map(), since_ms: performance.now(), onTooSlow }
          const key = collapse ?? nth++
          // To the end: what lies between has lower positions, and must not come after a higher one.
          one.waiting.delete(key)
          one.waiting.set(key, text)
          slow.set(socket, one)
          if (one.waiting.size > held_back) giveUp(socket, onTooSlow)
          timer ??= setInterval(flush, flush_ms).unref()
        },
        isSlow: () => slow.has(socket),
        close: () => slow.delete(socket),
      }
    },
    /** Sockets that do not take what they are sent just now. */
    slow: () => slow.size,
    close: () => clearInterval(timer),
  }
}
export type Outlets = ReturnType<typeof createOutlets>
export type Outlet = ReturnType<Outlets['open']>
