import { isCacheableRead, type Operation, Problem } from '@shopfleet/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { accountKey, addressKey, type Callers } from './callers.ts'
import type { GatewayConfig } from './config.ts'
import type { RateLimiter } from './counters.ts'
import { type Limit, rateLimitHeaders, type Verdict } from './rate-limit.ts'

const words: Record<string, string> = {
  address: 'from this address',
  user: 'by this user',
  'sign-in': 'to sign in from this address',
  account: 'to sign in to this account',
  webhook: 'from this sender',
}

/** Which limits count a request, and what becomes of one that is over them. */
export function createLimits(config: GatewayConfig, limiter: RateLimiter, callers: Callers) {
  const window_s = config.LIMIT_WINDOW_S
  const limits = {
    address: { name: 'address', quota: config.LIMIT_ADDRESS, window_s },
    user: { name: 'user', quota: config.LIMIT_USER, window_s },
    signInAddress: { name: 'sign-in', quota: config.LIMIT_SIGN_IN_ADDRESS, window_s },
    signInAccount: { name: 'account', quota: config.LIMIT_SIGN_IN_ACCOUNT, window_s },
    webhook: { name: 'webhook', quota: config.LIMIT_WEBHOOK, window_s },
  } satisfies Record<string, Limit>

  async function verdictsFor(operation: Operation, request: FastifyRequest): Promise<[Limit, Verdict][]> {
    const address = addressKey(request.ip)
    const take = async (limit: Limit, key: string): Promise<[Limit, Verdict]> => [limit, await limiter.take(key, limit)]
    if (operation.limit === 'webhook') return [await take(limits.webhook, address)]
    if (operation.limit === 'sign-in') {
      const account = accountKey(request.body)
      const byAddress = await take(limits.signInAddress, address)
      // An address that is over its limit does not use up the account's, too: its owner may be trying elsewhere.
      if (account === undefined || !byAddress[1].allowed) return [byAddress]
      return [byAddress, await take(limits.signInAccount, account)]
    }
    const user = await callers.userOf(request.headers.authorization)
    return [user === undefined ? await take(limits.address, address) : await take(limits.user, user)]
  }

  function refuse(limit: Limit, verdict: Verdict): never {
    throw new Problem('too-many-requests', {
      detail: `At most ${limit.quota} requests ${words[limit.name]} in ${limit.window_s} seconds. Try again in ${verdict.retry_after_s} s.`,
    })
  }

  /**
   * Counts a request and says so in its answer; throws `too-many-requests`. Reads that can be kept and served to all are not counted: they cost next to nothing, and
   * load shedding bounds them.
   */
  async function count(operation: Operation, request: FastifyRequest, response: FastifyReply): Promise<void> {
    if (isCacheableRead(operation)) return
    const verdicts = await verdictsFor(operation, request)
    const [limit, verdict] = verdicts.reduce((tightest, one) =>
      Number(one[1].allowed) - Number(tightest[1].allowed) < 0 || one[1].remaining < tightest[1].remaining
        ? one
        : tightest,
    )
    response.headers(rateLimitHeaders(limit, verdict))
    if (!verdict.allowed) refuse(limit, verdict)
  }

  /** Counts a request that a socket makes, as if it had come by itself; throws `too-many-requests`. */
  async function countRead(user_id: string | undefined, address: string): Promise<void> {
    const [limit, key] = user_id === undefined ? [limits.address, addressKey(address)] : [limits.user, user_id]
    const verdict = await limiter.take(key, limit)
    if (!verdict.allowed) refuse(limit, verdict)
  }
  return { count, countRead }
}
type Limits = ReturnType<typeof createLimits>
export type CountRequest = Limits['count']
export type CountRead = Limits['countRead']
