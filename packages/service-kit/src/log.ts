import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino'
import { PinoPretty } from 'pino-pretty'

export type { Logger }

/** Where secrets might ride along: never in a log line, whoever logs the object. Case, `_` and `-` do not matter. */
const secretNames =
  /password|passwd|secret|token|authorization|cookie|apikey|accesskey|privatekey|cardnumber|cvc|cvv|paymentmethod|databaseurl|signature/
/** Whether a field is one of these. Names come again and again; a regular expression a field a line would cost more. */
const knownNames = new Map<string, boolean>()
const maxKnownNames = 1000

function isSecret(name: string): boolean {
  let secret = knownNames.get(name)
  if (secret === undefined) {
    secret = secretNames.test(name.toLowerCase().replace(/[_-]/g, ''))
    // Some names come from outside.
    if (knownNames.size < maxKnownNames) knownNames.set(name, secret)
  }
  return secret
}

/** How deep an object is looked into for them. What lies deeper is left out: nobody has looked at it. */
const secretDepth = 8

/**
 * The value without its secrets; itself if it has none. pino's own `redact` parses its paths again for each line,
 * which cost more than all the rest of a request's log line.
 */
export function withoutSecrets<Value>(value: Value, depth = secretDepth): Value {
  if (typeof value !== 'object' || value === null) return value
  if (depth === 0) return '[deep]' as Value
  if (value instanceof Error) return withoutSecrets(plainError(value), depth) as Value
  if (ArrayBuffer.isView(value)) return '[binary]' as Value
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(value)) {
    const before = (value as Record<string, unknown>)[key]
    // The top level's `error` has a serialiser of its own.
    if (depth === secretDepth && key === 'error' && before instanceof Error) continue
    const after = isSecret(key)
      ? before === undefined || before === null
        ? before
        : '[redacted]'
      : typeof before === 'object'
        ? withoutSecrets(before, depth - 1)
        : before
    if (after === before) continue
    copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
    copy[key] = after
  }
  return (copy as Value) ?? value
}

/** PostgreSQL quotes the row in these: someone's e-mail, for instance. The constraint's name says enough. */
const quotingFields = ['detail', 'where', 'query', 'parameters', 'args', 'internal_query', 'hint']

function plainError(error: Error): Record<string, unknown> {
  const plain: Record<string, unknown> = { ...stdSerializers.err(error) }
  if (error.name === 'PostgresError') for (const field of quotingFields) delete plain[field]
  return plain
}

/** The beginning of a second's times. To write a whole date out costs as much as the rest of a line. */
const second = { at: Number.NaN, text: '' }

/** `2026-01-31T12:00:00.000Z` */
function isoTime(ms: number): string {
  const at = Math.floor(ms / 1000)
  if (at !== second.at) {
    second.at = at
    second.text = new Date(at * 1000).toISOString().slice(0, -4)
  }
  return `${second.text}${String(ms - at * 1000).padStart(3, '0')}Z`
}

const destinations = new Map<string, DestinationStream>()

/** One destination a process: eleven services share it. */
function destinationOf(format: 'json' | 'pretty'): DestinationStream {
  let destination = destinations.get(format)
  if (!destination) {
    destination =
      format === 'pretty'
        ? PinoPretty({
            colorize: process.stdout.isTTY,
            timestampKey: 'timestamp',
            messageKey: 'message',
            translateTime: 'SYS:HH:MM:ss.l',
            singleLine: true,
            sync: true,
            ignore: 'service,correlationId,metadata,method,path,statusCode,duration,userId',
            messageFormat: (line: Record<string, unknown>) => {
              const who = String(line.service ?? '').padEnd(9)
              const request = line.method
                ? ` ${line.method} ${line.path} → ${line.statusCode} in ${line.duration} ms`
                : ''
              const id = line.correlationId ? ` (${String(line.correlationId).slice(-8)})` : ''
              return `${who} ${line.message}${request}${id}`
            },
          })
        : // Buffered: a line a request must not cost a system call a request. Flushed every half second and at exit.
          pino.destination({ fd: 1, sync: false, minLength: 8192, periodicFlush: 500 })
    destinations.set(format, destination)
  }
  return destination
}

/** The same log, with what `about` says of them in its lines. */
export function withEach(log: Logger, about: () => object | undefined): Logger {
  return log.child({}, { formatters: { log: object => withoutSecrets({ ...about(), ...object }) } })
}

/**
 * The log of one service. Lines are JSON with `timestamp, level, service, correlationId, method, path, statusCode,
 * duration, message, metadata`; on a terminal they are readable text.
 */
export function createLog(
  service: string,
  options: { level: string; format: 'auto' | 'json' | 'pretty'; to?: DestinationStream },
): Logger {
  const format = options.format === 'auto' ? (process.stdout.isTTY ? 'pretty' : 'json') : options.format
  return pino(
    {
      level: options.level,
      base: { service },
      messageKey: 'message',
      errorKey: 'error',
      serializers: { error: withoutSecrets },
      timestamp: () => `,"timestamp":"${isoTime(Date.now())}"`,
      formatters: {
        level: label => ({ level: label }),
        bindings: withoutSecrets,
        log: object => withoutSecrets(object),
      },
    },
    options.to ?? destinationOf(format),
  )
}
