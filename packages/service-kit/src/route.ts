import type { BodyOf, Operation, ParamsOf, QueryOf, ReplyOf } from '@shopfleet/contracts'
import type { Caller } from './auth.ts'

/** What a route's handler is given: checked input and who asks. */
export interface Call<O> {
  params: ParamsOf<O>
  query: QueryOf<O>
  body: BodyOf<O>
  caller: Caller
  /** The Idempotency-Key, where the operation takes one. */
  idempotency_key: string | undefined
  header(name: string): string | undefined
  /** The body as it came, for signatures. */
  raw_body: string
  ip: string
}

/** An answer that is more than a body with the operation's one success status. */
export class Reply<Body> {
  readonly status: number
  readonly body: Body
  readonly headers: Record<string, string>
  constructor(status: number, body: Body, headers: Record<string, string> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}
/** Answers with a status (one of several the operation declares) and headers. */
export const reply = <Body>(status: number, body: Body, headers?: Record<string, string>) =>
  new Reply(status, body, headers)

/** A body that is JSON already: made of parts that were made before, where making them each time is what an answer costs. */
export class JsonText<Body> {
  readonly text: string
  /** What the text says, for the types alone. */
  declare readonly body: Body
  constructor(text: string) {
    this.text = text
  }
}

export interface Route {
  operation: Operation<any, any, any, any>
  handle: (call: Call<any>) => Promise<unknown>
}

type Answer<O> = ReplyOf<O> | Reply<ReplyOf<O>> | JsonText<ReplyOf<O>>

/** Mounts an operation: its answer must be of the declared type. */
export function route<O extends Operation<any, any, any, any>>(
  operation: O,
  handle: (call: Call<O>) => Promise<Answer<O>>,
): Route {
  return { operation, handle }
}
