import {
  commonProblems,
  type FieldError,
  type Operation,
  Problem,
  type ProblemName,
  Unavailable,
} from '@shopfleet/contracts'
import { errorCode, isUnavailable } from '@shopfleet/database'

/** What an error becomes on the wire, and how it is logged. The one place that decides. */
export interface Rendered {
  problem: Problem
  level: 'info' | 'warn' | 'error'
  retry_after_s?: number
}

/** Fastify's own refusals, in our words. */
const frameworkProblems: Record<string, ProblemName> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed-json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-json',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_VALIDATION: 'validation-failed',
  FST_ERR_BAD_URL: 'not-found',
  FST_ERR_MAX_PARAM_LENGTH: 'not-found',
}

/** Names of the problems an operation declares, its own and the common ones. */
export function declaredProblems(operation: Operation): Set<string> {
  return new Set([...(operation.problems ?? []), ...commonProblems(operation)])
}

/**
 * Three families: a refusal (the caller can act), unavailable (a dependency failed), a bug (we did). A refusal of
 * another service that the operation does not declare is our bug: it must be translated or prevented.
 */
export function renderError(error: unknown, declared?: Set<string>): Rendered {
  if (error instanceof Problem) {
    const faulty = error.problem === 'internal' || (declared && !declared.has(error.problem))
    // Not the same one: what it says is for the log.
    if (faulty) return { problem: new Problem('internal'), level: 'error' }
    const { retry_after_s } = error.extra
    return { problem: error, level: 'info', ...(typeof retry_after_s === 'number' ? { retry_after_s } : {}) }
  }
  if (error instanceof Unavailable) {
    return {
      problem: new Problem('unavailable', {
        detail: `The ${error.dependency} part does not answer just now. Try again.`,
      }),
      level: 'warn',
      retry_after_s: error.retry_after_s,
    }
  }
  if (isUnavailable(error)) {
    return {
      problem: new Problem('unavailable', { detail: 'The database does not answer just now. Try again.' }),
      level: 'warn',
      retry_after_s: 1,
    }
  }
  const code = errorCode(error)
  // PostgreSQL keeps no NUL in text; only the caller can have sent one.
  if (code === '22021' || code === '22P05') {
    return {
      problem: new Problem('validation-failed', { detail: 'Text must not contain NUL characters.' }),
      level: 'info',
    }
  }
  const status = (error as { statusCode?: number })?.statusCode
  const known = code !== undefined && Object.hasOwn(frameworkProblems, code) ? frameworkProblems[code] : undefined
  if (known) return { problem: new Problem(known), level: 'info' }
  if (status === 400 && error instanceof SyntaxError) return { problem: new Problem('malformed-json'), level: 'info' }
  if (status === 400)
    return { problem: new Problem('validation-failed', { errors: [] as FieldError[] }), level: 'info' }
  return { problem: new Problem('internal'), level: 'error' }
}
