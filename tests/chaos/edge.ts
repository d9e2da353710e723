import { createServer, connect as dial, type Server, type Socket } from 'node:net'

/**
 * One edge between two parts, as a TCP proxy. Without a fault it passes bytes on as they come; with one, the network is
 * as bad as the fault says. Bytes are never changed or lost within a connection: TCP does not do that either.
 */

export type EdgeFault =
  | { kind: 'delay'; ms: number }
  | { kind: 'bandwidth'; bytes_per_s: number }
  /** Open connections are reset, and new ones once so many bytes have passed. */
  | { kind: 'reset'; after_bytes: number }
  /** Open connections are closed, new ones refused. */
  | { kind: 'cut' }
  /** Nothing passes and nobody is told: as if packets were dropped. */
  | { kind: 'blackhole' }
  /** Requests arrive, answers do not. */
  | { kind: 'one-way'; blocked: 'answers' | 'requests' }

export interface Edge {
  from: string
  to: string
  port: number
  /** How many connections are open. */
  open(): number
  /** Puts a fault in force, or takes it away: what was held back is then delivered, or its connections are reset. */
  set(fault: EdgeFault | undefined, after?: 'deliver' | 'reset'): void
  /** New connections go there from now on; open ones stay where they are. */
  retarget(port: number): void
  /** Turns new connections away, as the system does where nobody listens. */
  refuse(refused: boolean): Promise<void>
  close(): Promise<void>
}

interface Half {
  from: Socket
  to: Socket
  direction: 'requests' | 'answers'
}

interface Pair {
  client: Socket
  server: Socket
  halves: Half[]
  passed: number
}

const waitingBytes = 64 * 1024

export async function openEdge(
  from: string,
  to: string,
  { port, target }: { port: number; target: { host: string; port: number } },
): Promise<Edge> {
  const pairs = new Set<Pair>()
  let target_port = target.port
  let fault: EdgeFault | undefined

  const isHeld = (direction: Half['direction']) =>
    fault?.kind === 'blackhole' || (fault?.kind === 'one-way' && fault.blocked === direction)

  function reset(pair: Pair): void {
    pair.client.resetAndDestroy()
    pair.server.resetAndDestroy()
  }

  function applyTo(pair: Pair): void {
    for (const half of pair.halves) {
      if (isHeld(half.direction)) half.from.pause()
      else if (half.to.writableLength < waitingBytes) half.from.resume()
    }
  }

  function join(pair: Pair, half: Half): void {
    const { from, to } = half
    /** What is under way arrives in order, however the fault changes meanwhile. */
    let line: Promise<void> | undefined
    let lastAt_ms = 0
    const late = (work: () => void, wait_ms: number) => {
      const before = line ?? Promise.resolve()
      const mine = before.then(() => new Promise<void>(resolve => setTimeout(resolve, wait_ms))).then(work)
      line = mine
      void mine.then(() => {
        if (line === mine) line = undefined
      })
    }
    const write = (chunk: Buffer) => {
      if (to.destroyed || !to.writable) return
      if (!to.write(chunk)) from.pause()
    }
    from.on('data', (chunk: Buffer) => {
      pair.passed += chunk.length
      if (fault?.kind === 'reset' && pair.passed > fault.after_bytes) {
        reset(pair)
        return
      }
      if (fault?.kind === 'delay') {
        const due_ms = Math.max(performance.now() + fault.ms, lastAt_ms)
        lastAt_ms = due_ms
        const before = line ?? Promise.resolve()
        const arrived = new Promise<void>(resolve => setTimeout(resolve, Math.max(0, due_ms - performance.now())))
        const mine = Promise.all([before, arrived]).then(() => write(chunk))
        line = mine
        void mine.then(() => {
          if (line === mine) line = undefined
        })
      } else if (fault?.kind === 'bandwidth') {
        // No more is read than the line takes.
        from.pause()
        late(
          () => {
            write(chunk)
            if (!isHeld(half.direction)) from.resume()
          },
          (chunk.length / fault.bytes_per_s) * 1000,
        )
      } else if (line) late(() => write(chunk), 0)
      else write(chunk)
    })
    to.on('drain', () => {
      if (!isHeld(half.direction)) from.resume()
    })
    const end = () => {
      if (!to.destroyed) to.end()
    }
    from.on('end', () => (line ? late(end, 0) : end()))
    from.on('error', () => to.destroy())
    from.on('close', () => {
      pairs.delete(pair)
      if (line) late(() => to.destroy(), 0)
      else to.destroySoon()
    })
  }

  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, client => {
    if (fault?.kind === 'cut') {
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const upstream = dial({ host: target.host, port: target_port, noDelay: true, allowHalfOpen: true })
    const pair: Pair = { client, server: upstream, halves: [], passed: 0 }
    pair.halves = [
      { from: client, to: upstream, direction: 'requests' },
      { from: upstream, to: client, direction: 'answers' },
    ]
    pairs.add(pair)
    for (const half of pair.halves) join(pair, half)
    applyTo(pair)
  })
  async function listen(): Promise<void> {
    await new Promise<void>((done, fail) => {
      server.once('error', fail)
      server.listen(port, '127.0.0.1', () => {
        server.off('error', fail)
        done()
      })
    })
  }
  await listen()
  let turn = Promise.resolve()

  return {
    from,
    to,
    port,
    open: () => pairs.size,
    set(next, after = 'deliver') {
      const before = fault
      fault = next
      for (const pair of [...pairs]) {
        if (next?.kind === 'reset') reset(pair)
        else if (next?.kind === 'cut') {
          pair.client.destroy()
          pair.server.destroy()
        } else if (before && !next && after === 'reset') reset(pair)
        else applyTo(pair)
      }
    },
    retarget(next) {
      target_port = next
    },
    refuse(refused) {
      turn = turn.then(async () => {
        if (refused === !server.listening) return
        // It stops listening at once; open connections are not waited for.
        if (refused) server.close()
        else await listen()
      })
      return turn
    },
    async close() {
      for (const pair of pairs) {
        pair.client.destroy()
        pair.server.destroy()
      }
      if (server.listening) await new Promise(done => server.close(done))
    },
  }
}
