import { createClient, firstProfile, getShopProfile, type ShopProfile } from '@shopfleet/contracts'
import type { FastifyInstance } from 'fastify'

/*
 * How the shop is set, as the gateway has it in memory: asked once a second at most, so that a change is seen at once. Who
 * does not answer in time changes nothing: what was known last counts.
 */

const fresh_ms = 1000
const patience_ms = 400

export type ReadProfile = () => Promise<ShopProfile>

export function createProfile(ask: ReadProfile, now: () => number = () => performance.now()): ReadProfile {
  let known = firstProfile
  let asked_ms = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined
  return async () => {
    if (now() - asked_ms >= fresh_ms) {
      asked_ms = now()
      asking = ask().then(
        profile => {
          known = profile
        },
        () => {},
      )
    }
    await asking
    return known
  }
}

export const profileOf = (gatewayUrl: string): ReadProfile => {
  const inTime: typeof fetch = (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(patience_ms) })
  const api = createClient({ baseUrl: gatewayUrl, fetch: inTime })
  return createProfile(() => api.call(getShopProfile, {}))
}

/** What the shop is called where a browser puts it on a home screen. */
export function mountManifest(app: FastifyInstance, profile: ReadProfile): void {
  app.get('/manifest.webmanifest', async (_request, response) => {
    const { shop_name } = await profile()
    return response
      .type('application/manifest+json')
      .header('cache-control', 'public, max-age=3600')
      .send({
        name: shop_name,
        short_name: shop_name,
        start_url: '/',
        display: 'browser',
        background_color: '#ffffff',
        theme_color: '#ffffff',
        icons: [{ src: '/favicon.svg', sizes: 'any', type: 'image/svg+xml' }],
      })
  })
}
