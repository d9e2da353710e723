import { type Operation, Problem, type ServiceName } from '@shopfleet/contracts'
import type { FastifyInstance } from 'fastify'
import { anonymous, type Caller } from './auth.ts'
import { checkBodyText, type Door, type Incoming, type Outgoing } from './door.ts'
import { defaultBodyLimit } from './http.ts'

/*
 * Services of one process ask each other without a socket. Everything else is as it is over HTTP: what is sent and
 * answered is text, so nobody holds an object of somebody else; the door lets in, checks, counts and logs the same; and a
 * service that is not there is asked over HTTP, where it is found not to answer. Only the token is left out: that it is
 * this service which asks, its own process vouches for.
 */

/** A question to a service of the same process. */
export interface Asked {
  operation: Operation
  params: Record<string, unknown>
  query: Record<string, unknown>
  /** JSON, as it would be sent. */
  body: string | undefined
  /** In small letters. */
  headers: Record<string, string>
  /** Path and query, for the log. */
  url: string
  /** The service that asks; who else asks shows it by the headers. */
  from?: ServiceName
}

export type Answer = (asked: Asked) => Promise<Outgoing>

/** Who runs in this process and is ready to be asked. */
export interface Neighbours {
  join(service: ServiceName, answer: Answer): void
  leave(service: ServiceName): void
  find(service: ServiceName): Answer | undefined
}

export function createNeighbours(): Neighbours {
  const known = new Map<ServiceName, Answer>()
  return {
    join: (service, answer) => void known.set(service, answer),
    leave: service => void known.delete(service),
    find: service => known.get(service),
  }
}

/** Nothing came in the time there was. */
export class Late extends Error {
  readonly limit_ms: number
  constructor(limit_ms: number) {
    super(`no answer in ${Math.round(limit_ms)} ms`)
    this.limit_ms = limit_ms
  }
}

/** What a neighbour answers; `Late` once `limit_ms` have passed. */
export function answerInTime(answer: Answer, asked: Asked, limit_ms: number): Promise<Outgoing> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Late(limit_ms)), limit_ms)
    answer(asked)
      .then(resolve, reject)
      .then(() => clearTimeout(timer))
  })
}

/** Where neighbours come from, as the services see it. */
const here = '127.0.0.1'

/** A query as it is read from a URL: text, and a list where a name comes more than once. */
export function asText(values: Record<string, unknown> = {}): Record<string, string | string[]> {
  const read: Record<string, string | string[]> = {}
  for (const name of Object.keys(values)) {
    const value = values[name]
    if (Array.isArray(value)) {
      const list = value.filter(one => one !== undefined).map(String)
      if (list.length > 0) read[name] = list.length === 1 ? list[0]! : list
    } else if (value !== undefined) read[name] = String(value)
  }
  return read
}

/** A service's door for its neighbours, beside its listener. */
export function createSideDoor(door: Door, listener: FastifyInstance) {
  // It refuses what poisons an object, and calls back at once.
  const parse = listener.getDefaultJsonParser('error', 'error')
  const mounted = new Map(door.mounted.map(one => [one.operation.name, one]))
  let under_way = 0
  let quiet: (() => void) | undefined

  async function serve(asked: Asked, incoming: Incoming): Promise<Outgoing> {
    const one = mounted.get(asked.operation.name)
    try {
      if (!one) throw new Problem('not-found')
      const { auth, body_limit = defaultBodyLimit } = one.operation
      const known: Caller | undefined =
        asked.from === undefined ? undefined : auth === 'public' ? anonymous : { kind: 'service', service: asked.from }
      await door.admit(one, incoming, known)
      if (asked.body) {
        // Only JSON comes in here.
        if (one.operation.body_types) throw new Problem('unsupported-media-type')
        if (Buffer.byteLength(asked.body) > body_limit) throw new Problem('body-too-large')
        incoming.raw_body = asked.body
        incoming.body = readBody(asked.body)
      }
      return await one.serve(incoming)
    } catch (error) {
      return door.refuse(one, incoming, error)
    }
  }

  function readBody(text: string): unknown {
    let read: { error: unknown; value: unknown } | undefined
    parse(undefined as never, text, (error, value) => {
      read = { error, value }
    })
    if (!read || read.error) throw new Problem('malformed-json', { detail: 'The body could not be read as JSON.' })
    checkBodyText(text, read.value)
    return read.value
  }

  return {
    async answer(asked: Asked): Promise<Outgoing> {
      const operation = mounted.get(asked.operation.name)?.operation
      const correlation_id = door.correlationOf(asked.headers['x-correlation-id'])
      const incoming: Incoming = {
        params: asked.params,
        query: asked.query,
        body: undefined,
        raw_body: '',
        url: asked.url,
        ip: here,
        headers: asked.headers,
        caller: anonymous,
        correlation_id,
        started_ms: performance.now(),
        span: door.begin(operation, asked.headers, correlation_id),
      }
      under_way++
      try {
        const outgoing = await serve(asked, incoming)
        door.note(operation, asked.operation.method, incoming, outgoing.status)
        return outgoing
      } finally {
        if (--under_way === 0) quiet?.()
      }
    },
    /** Resolves when nothing is under way. */
    idle: () =>
      new Promise<void>(resolve => {
        quiet = resolve
        if (under_way === 0) resolve()
      }),
  }
}
