/**
 * How much one caller may ask (GCRA: a bucket that refills evenly, kept as one moment in time). Counting never stops: when
 * the counters that several gateways share cannot be reached, each counts by itself (counters.ts).
 */

/** So many requests in so many seconds, all at once if need be. */
export interface Limit {
  name: string
  quota: number
  window_s: number
}

export interface Verdict {
  allowed: boolean
  /** Whole requests left at once. */
  remaining: number
  /** Seconds until the whole quota is there again. */
  reset_s: number
  /** Seconds until one more request is allowed; 0 if it is. */
  retry_after_s: number
}

/**
 * The theoretical arrival time after a request at `now`, and what it means. `tat` is what is stored: the moment at which
 * the caller's past requests are paid off. Times in milliseconds.
 */
export function decide(limit: Limit, tat: number | undefined, now: number): { tat: number; verdict: Verdict } {
  const interval = (limit.window_s * 1000) / limit.quota
  const burst = limit.window_s * 1000
  const from = Math.max(tat ?? now, now)
  const next = from + interval
  const allowed = next - now <= burst + 0.001
  const after = allowed ? next : from
  return {
    tat: after,
    verdict: {
      allowed,
      remaining: Math.max(0, Math.floor((burst - (after - now)) / interval + 0.000_001)),
      reset_s: Math.ceil((after - now) / 1000),
      retry_after_s: allowed ? 0 : Math.max(1, Math.ceil((next - burst - now) / 1000)),
    },
  }
}

/** Where the moments are kept. */
export interface Counters {
  /** Counts one request of a caller against a limit. */
  take(key: string, limit: Limit): Promise<Verdict> | Verdict
  close?(): Promise<void>
}

/** `RateLimit-Policy` and `RateLimit` as the HTTPAPI working group drafts them (draft-ietf-httpapi-ratelimit-headers). */
export function rateLimitHeaders(limit: Limit, verdict: Verdict): Record<string, string> {
  return {
    'ratelimit-policy': `"${limit.name}";q=${limit.quota};w=${limit.window_s}`,
    ratelimit: `"${limit.name}";r=${verdict.remaining};t=${verdict.reset_s}`,
    ...(verdict.allowed ? {} : { 'retry-after': String(verdict.retry_after_s) }),
  }
}
