import { type Socket, connect as tcpConnect } from 'node:net'
import { Writable } from 'node:stream'
import { problems } from '@shopfleet/contracts'
import { createLog } from '@shopfleet/service-kit'
import type { PlatformOptions } from '@shopfleet/testing'
import { createWorld, everyone, type Headers, type World } from './world.ts'

/**
 * One way somebody tries to get in, and what they must be answered. The cases are data; `run-attacks.ts` runs them, the
 * table at the end counts them by class. A case that ends in another way is one that passed the defence.
 */
export interface Attack {
  class: string
  name: string
  /** Every answer must be one of these: `403 forbidden`, `400`, … A status alone takes any problem of it. */
  expected: string[]
  /** Sends what is to be refused and hands back the answers; throws where more than the answers is wrong. */
  run(arena: Arena): Promise<Answer | Answer[]>
  /** Takes long, or waits: not in `npm test`. */
  slow?: boolean
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  /** The body, where it is JSON. */
  body: any
}

export interface Request {
  method?: string
  path: string
  headers?: Headers
  /** A value is sent as JSON, text and bytes as they are. */
  body?: unknown
  /** Another door than the gateway. */
  service?: (typeof everyone)[number]
}

/** A world under attack: everything it answers and logs is kept, to look for what must not be there. */
export interface Arena extends World {
  http(request: Request): Promise<Answer>
  /** Sends bytes as they are, and answers what came back until the peer closes or nothing comes any more. */
  raw(bytes: string | Buffer, options?: { service?: Request['service']; quiet_ms?: number }): Promise<string>
  /** Does the background work of these services; of all of them it takes long, because some ask each other about everything. */
  settle(...services: (typeof everyone)[number][]): Promise<void>
  /** What must never be read in a log or an answer to somebody else, by kind. */
  secrets: Map<string, Set<string>>
  keep(kind: string, ...values: string[]): void
  /** Every line logged so far, of all services. */
  logged(): string
  /** What an answer told that it must not, so far. */
  leaks: string[]
}

/** What speaks of our insides: stacks, SQL, places in the file system, libraries. */
const insides =
  /\bat [\w.<> ]+\(?(file:\/\/|\/)|node_modules|node:internal|PostgresError|ECONNREFUSED|syntax error at|\b(select|insert into|update|delete from) \w+ .*\b(from|values|set|where)\b|\/work\/|\/home\/|services\/\w+\/src|\.ts:\d+/i

export async function createArena(options: Partial<PlatformOptions> = {}): Promise<Arena> {
  const lines: string[] = []
  const to = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const overrides = Object.fromEntries(
    everyone.map(name => [name, { log: createLog(name, { level: 'debug', format: 'json', to }) }]),
  )
  const secrets = new Map<string, Set<string>>()
  const leaks: string[] = []
  const world = await createWorld({ ...options, mail: true, overrides })
  const keep: Arena['keep'] = (kind, ...values) => {
    const known = secrets.get(kind) ?? new Set()
    for (const value of values) if (value.length >= 8) known.add(value)
    secrets.set(kind, known)
  }
  for (const name of everyone) {
    for (const [setting, value] of Object.entries(world.platform.env(name))) {
      if (/(SECRET|_KEY)$/.test(setting)) keep('secrets of services', value)
      if (/DATABASE_URL$/.test(setting)) {
        keep('addresses and passwords of databases', value)
        const { password } = new URL(value)
        if (password.length >= 8) keep('addresses and passwords of databases', decodeURIComponent(password))
      }
    }
  }
  /** Of everything answered, what a session must not show again anywhere. */
  function note(answer: Answer): void {
    // What was sent may come back in what was asked for, and in the address and the pointers of a refusal.
    const { instance: _, errors = [], ...told } = answer.body ?? {}
    const details = errors.map((error: { detail: string }) => error.detail)
    if (answer.status >= 400 && insides.test(JSON.stringify([told, details]))) leaks.push(answer.text.slice(0, 300))
    for (const kind of ['secrets of services', 'addresses and passwords of databases']) {
      for (const secret of secrets.get(kind) ?? []) if (answer.text.includes(secret)) leaks.push(`${kind} in an answer`)
    }
    const { access_token, refresh_token, order_token, cart_token, mfa_token, secret, recovery_codes } =
      answer.body ?? {}
    for (const token of [access_token, refresh_token, order_token, cart_token, mfa_token, secret])
      if (typeof token === 'string') keep('tokens of people', token)
    if (Array.isArray(recovery_codes)) keep('tokens of people', ...recovery_codes.map(String))
  }

  const urlOf = (service: Request['service']) => world.platform.url(service ?? 'gateway')
  return {
    ...world,
    secrets,
    leaks,
    keep,
    logged: () => lines.join(''),
    async settle(...services) {
      for (let times = 0; times < 2; times++) for (const name of services) await world.platform.service(name).drain()
    },
    async http({ method = 'GET', path, headers = {}, body, service }) {
      const isPlain = typeof body === 'string' || body instanceof Uint8Array
      if (body && typeof body === 'object' && !isPlain) {
        for (const [name, value] of Object.entries(body))
          if (/password/.test(name) && typeof value === 'string') keep('passwords', value)
      }
      const response = await fetch(urlOf(service) + path, {
        method,
        redirect: 'manual',
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        body: body === undefined ? undefined : isPlain ? (body as string) : JSON.stringify(body),
      })
      const text = await response.text()
      const all = Object.fromEntries(response.headers) as Answer['headers']
      all['set-cookie'] = response.headers.getSetCookie()
      const isJson = String(all['content-type']).includes('json')
      const answer = { status: response.status, headers: all, text, body: isJson && text ? JSON.parse(text) : null }
      note(answer)
      return answer
    },
    raw: (bytes, { service, quiet_ms = 1500 } = {}) =>
      new Promise((resolve, reject) => {
        let heard = ''
        const socket: Socket = tcpConnect(Number(new URL(urlOf(service)).port), '127.0.0.1', () => socket.write(bytes))
        socket.setTimeout(quiet_ms, () => socket.destroy())
        socket.on('data', chunk => {
          heard += chunk
        })
        // A connection cut in the midst is an answer too.
        socket.on('error', error => (heard === '' && !/ECONNRESET|EPIPE/.test(error.message) ? reject(error) : null))
        socket.on('close', () => {
          if (insides.test(heard)) leaks.push(heard.slice(0, 300))
          resolve(heard)
        })
      }),
  }
}

export const problemOf = (answer: Pick<Answer, 'body'>) =>
  String(answer.body?.type ?? '')
    .split('/')
    .at(-1) ?? ''

/** Why an answer is not what was expected; undefined if it is. */
export function faultOf(answer: Answer, expected: readonly string[]): string | undefined {
  const { status } = answer
  const said = `${status} ${problemOf(answer)}`.trim()
  if (!expected.includes(said) && !expected.includes(String(status)))
    return `answered ${said} (${answer.text.slice(0, 200)})`
  if (status < 400 || answer.text === '') return undefined
  // Whoever is refused is told so in the one form there is.
  const name = problemOf(answer)
  if (!String(answer.headers['content-type']).startsWith('application/problem+json'))
    return `${status} is no problem+json`
  if (!Object.hasOwn(problems, name)) return `an unknown problem ${name}`
  return problems[name as keyof typeof problems].status === status ? undefined : `${name} with status ${status}`
}

/** The status lines of what came back over a raw socket, as `400 200`. */
export const statusesIn = (heard: string) =>
  [...heard.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(match => match[1]).join(' ')

type Requests = Request | Request[]

/** Ways to write down the cases of a class. */
export const inClass = (name: string) => ({
  /** One or several requests, each answered as expected (`404 not-found | 403`). */
  asks: (what: string, expected: string, request: (a: Arena) => Requests | Promise<Requests>): Attack => ({
    class: name,
    name: what,
    expected: expected.split(' | '),
    async run(a) {
      const answers: Answer[] = []
      for (const one of [await request(a)].flat()) answers.push(await a.http(one))
      return answers
    },
  }),
  /** More than requests and answers: what is thrown passed the defence. */
  tries: (what: string, expected: string, run: Attack['run'], more: Partial<Attack> = {}): Attack => ({
    class: name,
    name: what,
    expected: expected.split(' | '),
    run,
    ...more,
  }),
})
