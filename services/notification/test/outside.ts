import { createDecipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/* The outside of telephones and browsers: a provider or push service, a real HTTP server, and a browser that subscribes. */

export interface Got {
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

/** A server of somebody else: keeps what it is sent, and answers with `status`. */
export async function startOutside() {
  const got: Got[] = []
  const outside = { got, status: 201, url: '', stop: () => {} }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    got.push({ path: request.url!, headers: request.headers, body: Buffer.concat(chunks) })
    response.writeHead(outside.status).end('{}')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  outside.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  outside.stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return outside
}

/** What a browser does to subscribe. */
export function createBrowser(endpoint: string) {
  const ecdh = createECDH('prime256v1')
  const p256dh = ecdh.generateKeys()
  const auth = randomBytes(16)
  const keys = { p256dh: p256dh.toString('base64url'), auth: auth.toString('base64url') }
  return { ecdh, auth, subscription: { endpoint, expirationTime: null, keys } }
}

/** What a browser does with a push message: RFC 8291 and RFC 8188, by hand. */
export function decrypt(body: Buffer, ecdh: ECDH, auth: Buffer): string {
  const salt = body.subarray(0, 16)
  const idLength = body[20]!
  const sender = body.subarray(21, 21 + idLength)
  const sealed = body.subarray(21 + idLength)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender])
  const secret = Buffer.from(hkdfSync('sha256', ecdh.computeSecret(sender), auth, info, 32))
  const derive = (name: string, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, salt, Buffer.from(`Content-Encoding: ${name}\0`), length))
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12))
  decipher.setAuthTag(sealed.subarray(-16))
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
  return padded.subarray(0, padded.lastIndexOf(2)).toString()
}
