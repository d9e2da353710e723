import { readFileSync, statSync } from 'node:fs'
import type { Server } from 'node:tls'
import type { GatewayConfig } from './config.ts'

/** The certificate the listener shows, where one is configured. Throws where only one of the two files is named, or unreadable. */
export function readTls(config: GatewayConfig): { cert: string; key: string } | undefined {
  const { TLS_CERT_PATH: cert, TLS_KEY_PATH: key } = config
  if (!cert && !key) return undefined
  if (!cert || !key) throw new Error('HTTPS needs both TLS_CERT_PATH and TLS_KEY_PATH')
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}

/** Takes up a renewed certificate without a restart: connections that are open keep the old one. Answers how to stop. */
export function watchTls(
  config: GatewayConfig,
  server: object,
  options: { interval_ms?: number; onError: (error: unknown) => void },
): () => void {
  const { TLS_CERT_PATH: cert, TLS_KEY_PATH: key } = config
  if (!cert || !key) return () => {}
  const stamp = () => `${statSync(cert).mtimeMs} ${statSync(key).mtimeMs}`
  let seen = stamp()
  // Looked at, not listened to: mounted secrets are replaced by renaming folders, which watchers miss.
  const timer = setInterval(() => {
    try {
      const now = stamp()
      if (now === seen) return
      ;(server as Server).setSecureContext(readTls(config)!)
      seen = now
    } catch (error) {
      // One of the two may be there before the other. The old pair goes on.
      options.onError(error)
    }
  }, options.interval_ms ?? 10_000).unref()
  return () => clearInterval(timer)
}
