import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** Someone who signs access tokens, for tests of services without the user service. */
export interface Identity {
  /** Where the keys are published, in place of the user service. */
  url: string
  token(claims?: {
    user_id?: string
    role?: string
    permissions?: string[]
    expires_in_s?: number
    audience?: string
  }): Promise<string>
  stop(): Promise<void>
}

export async function createIdentity(): Promise<Identity> {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'EdDSA', use: 'sig' }
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    // Takes nothing back.
    const isRevocations = request.url?.startsWith('/internal/revocations')
    response.end(
      JSON.stringify(isRevocations ? { cursor: '0', keep_s: 900, sessions: [], users: [] } : { keys: [jwk] }),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async token({
      user_id = randomUUID(),
      role = 'customer',
      permissions = [],
      expires_in_s = 900,
      audience = 'shopfleet',
    } = {}) {
      const now_s = Math.floor(Date.now() / 1000)
      return new SignJWT({ role, permissions, sid: randomUUID() })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'test' })
        .setSubject(user_id)
        .setIssuer('shopfleet')
        .setAudience(audience)
        .setIssuedAt(now_s)
        .setExpirationTime(now_s + expires_in_s)
        .sign(privateKey)
    },
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
