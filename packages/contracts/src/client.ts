import { fillPath, type InputOf, type Operation, queryString, type ReplyOf } from './operation.ts'
import { Problem } from './problems.ts'

export interface ClientOptions {
  /** Where the gateway or a service answers, without a trailing slash. */
  baseUrl: string
  /** Headers of every request; a function is asked each time (a token that changes). */
  headers?: Record<string, string> | (() => Record<string, string>)
  fetch?: typeof fetch
}

export interface Answer<Body> {
  status: number
  headers: Headers
  body: Body
}

/** A client that knows every operation's types. For browsers, tests and load programs; services use the kit's. */
export interface Client {
  /** The body of a 2xx answer; throws the `Problem` otherwise, or an Error if the answer is none of ours. */
  call<O extends Operation<any, any, any, any>>(
    operation: O,
    input: InputOf<O>,
    headers?: Record<string, string>,
  ): Promise<ReplyOf<O>>
  /** The answer whatever its status. The input is not type-checked, so that bad ones can be tried. */
  send(
    operation: Operation<any, any, any, any>,
    input?: { params?: unknown; query?: unknown; body?: unknown },
    headers?: Record<string, string>,
  ): Promise<Answer<any>>
}

/** A file of a browser knows its type; of other bytes a header says which of the operation's it is, if not the first. */
const mediaTypeOf = (body: unknown, types: readonly string[]): string =>
  (body instanceof Blob && body.type) || types[0]!

/** Makes a typed client over `fetch`. */
export function createClient(options: ClientOptions): Client {
  const doFetch = options.fetch ?? fetch
  async function send(
    operation: Operation,
    input: { params?: unknown; query?: unknown; body?: unknown } = {},
    headers: Record<string, string> = {},
  ): Promise<Answer<any>> {
    const base = typeof options.headers === 'function' ? options.headers() : options.headers
    const { body_types } = operation
    const path = fillPath(operation.path, input.params as Record<string, unknown>)
    const response = await doFetch(options.baseUrl + path + queryString(input.query as Record<string, unknown>), {
      method: operation.method,
      headers: {
        accept: 'application/json',
        ...(input.body === undefined
          ? {}
          : { 'content-type': body_types ? mediaTypeOf(input.body, body_types) : 'application/json' }),
        ...base,
        ...headers,
      },
      body: input.body === undefined ? undefined : body_types ? (input.body as BodyInit) : JSON.stringify(input.body),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text ? JSON.parse(text) : text || null,
    }
  }
  return {
    send,
    async call(operation, input, headers) {
      const answer = await send(operation, input as { params?: unknown }, headers)
      if (answer.status < 300) return answer.body
      throw (
        Problem.fromBody(answer.body) ??
        new Error(`${operation.name} answered ${answer.status} from ${options.baseUrl}`)
      )
    },
  }
}
