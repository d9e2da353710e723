import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'

export type Faults = ReturnType<typeof createFaults>

/** The two ways to make a caller wait; both end at once when the simulator stops. */
export function createFaults({ slowMs, hangMs }: { slowMs: number; hangMs: number }) {
  const held = new Set<Socket>()
  const stopping = new AbortController()

  return {
    /** Never answers: the socket stays open for `hangMs` and is then destroyed. */
    hang(reply: FastifyReply) {
      const { socket } = reply.request.raw
      reply.hijack()
      if (stopping.signal.aborted || socket.destroyed) {
        socket.destroy()
        return
      }
      held.add(socket)
      const timer = setTimeout(() => socket.destroy(), hangMs)
      socket.once('close', () => {
        clearTimeout(timer)
        held.delete(socket)
      })
    },

    /** Resolves after `slowMs`; false when the simulator stopped meanwhile. */
    async slow(): Promise<boolean> {
      await sleep(slowMs, undefined, { signal: stopping.signal }).catch(() => undefined)
      return !stopping.signal.aborted
    },

    stop() {
      stopping.abort()
      for (const socket of held) socket.destroy()
    },
  }
}
