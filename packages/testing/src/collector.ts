import { createServer } from 'node:http'

/*
 * A collector of traces, outside of the platform: it takes what OTLP over HTTP brings as protobuf, and reads it by the
 * numbers of the fields in opentelemetry/proto, not with the library that wrote it.
 */

export interface CollectedSpan {
  service: string
  name: string
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  trace_id: string
  span_id: string
  /** Empty for a root. */
  parent_id: string
  start_ms: number
  end_ms: number
  attributes: Record<string, string | number | boolean>
  is_error: boolean
  /** Ids of the traces it is linked with. */
  links: string[]
}

export interface Collector {
  url: string
  spans: CollectedSpan[]
  /** Everything that came, as it came: to look for what must not be in it. */
  bytes(): Buffer
  /** Headers of each request. */
  headers: Record<string, unknown>[]
  /** What it answers from now on; 0 lets everyone wait. */
  answer(status: number): void
  stop(): Promise<void>
}

const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const

type Field = { bytes: Buffer } | { number: bigint }
/** The fields of a protobuf message by their number, each a list. */
function readMessage(from: Buffer): Map<number, Field[]> {
  const fields = new Map<number, Field[]>()
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = from[at++]!
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (length: number) => {
    at += length
    return from.subarray(at - length, at)
  }
  while (at < from.length) {
    const tag = Number(varint())
    const wire = tag & 7
    let field: Field
    if (wire === 0) field = { number: varint() }
    else if (wire === 1) field = { number: take(8).readBigUInt64LE() }
    else if (wire === 2) field = { bytes: take(Number(varint())) }
    else if (wire === 5) field = { number: BigInt(take(4).readUInt32LE()) }
    else throw new Error(`no protobuf: wire type ${wire}`)
    const list = fields.get(tag >> 3)
    if (list) list.push(field)
    else fields.set(tag >> 3, [field])
  }
  return fields
}

type Message = ReturnType<typeof readMessage>
const bytesOf = (message: Message, n: number) => (message.get(n) ?? []).map(field => (field as { bytes: Buffer }).bytes)
const messagesOf = (message: Message, n: number) => bytesOf(message, n).map(readMessage)
const textOf = (message: Message, n: number) => bytesOf(message, n)[0]?.toString() ?? ''
const hexOf = (message: Message, n: number) => bytesOf(message, n)[0]?.toString('hex') ?? ''
const numberOf = (message: Message, n: number) => (message.get(n)?.[0] as { number: bigint } | undefined)?.number ?? 0n

function readAttributes(message: Message, n: number): CollectedSpan['attributes'] {
  return Object.fromEntries(
    messagesOf(message, n).map(pair => {
      const value = messagesOf(pair, 2)[0]!
      const isText = value.has(1)
      return [
        textOf(pair, 1),
        isText ? textOf(value, 1) : value.has(2) ? numberOf(value, 2) === 1n : Number(numberOf(value, 3)),
      ]
    }),
  )
}

function readSpan(service: string, span: Message): CollectedSpan {
  return {
    service,
    name: textOf(span, 5),
    kind: kinds[Number(numberOf(span, 6))]!,
    trace_id: hexOf(span, 1),
    span_id: hexOf(span, 2),
    parent_id: hexOf(span, 4),
    start_ms: Number(numberOf(span, 7)) / 1e6,
    end_ms: Number(numberOf(span, 8)) / 1e6,
    attributes: readAttributes(span, 9),
    is_error: messagesOf(span, 15).some(status => numberOf(status, 3) === 2n),
    links: messagesOf(span, 13).map(link => hexOf(link, 1)),
  }
}

/** Starts a collector on a free port. */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = []
  const bodies: Buffer[] = []
  const headers: Record<string, unknown>[] = []
  let status = 200
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    headers.push({ ...request.headers, path: request.url })
    if (status === 200) {
      bodies.push(body)
      for (const one of messagesOf(readMessage(body), 1)) {
        const resource = readAttributes(messagesOf(one, 1)[0]!, 1)
        for (const scope of messagesOf(one, 2)) {
          for (const span of messagesOf(scope, 2)) spans.push(readSpan(String(resource['service.name']), span))
        }
      }
    }
    if (status === 0) return
    response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    spans,
    bytes: () => Buffer.concat(bodies),
    headers,
    answer(next) {
      status = next
    },
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
