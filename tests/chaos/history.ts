import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'

/** A file of JSON lines that is written as the run goes on: nothing of it stays in memory. */
export interface Lines {
  write(line: object): void
  close(): Promise<void>
}

export function openLines(path: string): Lines {
  const stream = createWriteStream(path)
  stream.on('error', error => {
    throw error
  })
  // Lines of one turn of the event loop leave together.
  let pending = ''
  const flush = () => {
    if (pending) stream.write(pending)
    pending = ''
  }
  return {
    write(line) {
      if (!pending) setImmediate(flush)
      pending += `${JSON.stringify(line)}\n`
    },
    close() {
      flush()
      return new Promise(done => stream.end(done))
    },
  }
}

/** The time of a run: milliseconds since its start by a clock nobody sets, and the time of day. */
export function createRunClock() {
  const started_ms = performance.now()
  return {
    t_ms: () => Math.round((performance.now() - started_ms) * 10) / 10,
    at: () => new Date().toISOString(),
  }
}
export type RunClock = ReturnType<typeof createRunClock>

const secretFields = new Set(['order_token', 'access_token', 'refresh_token', 'cart_token', 'password'])
export const digest = (secret: string): string => createHash('sha256').update(secret).digest('hex').slice(0, 16)

/** A copy in which tokens are digests: the same one is recognised, and none can be used. */
export function withoutSecrets(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withoutSecrets)
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      secretFields.has(name) && typeof one === 'string' ? digest(one) : withoutSecrets(one),
    ]),
  )
}
