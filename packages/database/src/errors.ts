// Which of the three families an error of the database belongs to: a refusal, unavailable, or a bug.

const unavailableCodes = new Set([
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'POOL_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  '25006', // read-only transaction: a replica, or a primary that is being replaced
  '25P03', // idle in transaction too long: the server closed the connection
  '25P04', // transaction timeout
  '3D000', // no such database: it is just being exchanged for a restored one
  '40001',
  '40P01',
  '53000',
  '53100', // disk full
  '53200', // out of memory
  '53300', // too many connections
  '55P03', // lock timeout
  '57014', // statement timeout, or cancelled
  '57P01', // shutting down
  '57P02',
  '57P03', // starting up
  '57P05',
])

/** The SQLSTATE, or the driver's or socket's code, of an error; undefined when it has none. */
export function errorCode(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

function violates(error: unknown, code: string, constraint?: string): boolean {
  if (errorCode(error) !== code) return false
  return constraint === undefined || (error as { constraint_name?: string }).constraint_name === constraint
}

/** A unique or primary key was violated; with `constraint`, that one. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return violates(error, '23505', constraint)
}

/** A CHECK was violated; with `constraint`, that one. */
export function isCheckViolation(error: unknown, constraint?: string): boolean {
  return violates(error, '23514', constraint)
}

/**
 * The database could not answer now: down, starting, full, out of connections, or over a time limit. The caller answers
 * 503. After a lost connection the statement may or may not have had its effect.
 */
export function isUnavailable(error: unknown): boolean {
  const code = errorCode(error)
  return code !== undefined && (unavailableCodes.has(code) || code.startsWith('08'))
}
