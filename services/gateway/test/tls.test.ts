import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { readConfig } from '@shopfleet/service-kit'
import { GatewayConfig } from '../src/config.ts'
import { createGateway } from '../src/service.ts'
import { readTls, watchTls } from '../src/tls.ts'

const skip =
  spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed, certificates cannot be made'
let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'shopfleet-tls-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

function certificate(name: string) {
  const cert = join(folder, `${name}.pem`)
  const key = join(folder, `${name}.key`)
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost']
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject],
    {
      stdio: 'ignore',
    },
  )
  return { cert, key }
}

const configOf = (env: Record<string, string>) =>
  readConfig(GatewayConfig, 'gateway', { PORT: '0', METRICS_PORT: '0', LOG_LEVEL: 'silent', ...env })

/** The health of a gateway over HTTPS, and the name on its certificate. */
function ask(url: string, ca: string): Promise<{ status: number; name: string }> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(url)
    request({ host: '127.0.0.1', servername: 'localhost', port, path: '/health', ca, agent: false }, response => {
      const name = (response.socket as TLSSocket).getPeerCertificate().subject.CN
      response.resume()
      response.on('end', () => resolve({ status: response.statusCode!, name: String(name) }))
    })
      .on('error', reject)
      .end()
  })
}

test('with a certificate the listener speaks HTTPS, and takes up a renewed one without a restart', {
  skip,
}, async () => {
  const used = certificate('first')
  const config = configOf({ TLS_CERT_PATH: used.cert, TLS_KEY_PATH: used.key })
  const gateway = await createGateway(config)
  const url = await gateway.start()
  const errors: unknown[] = []
  const unwatch = watchTls(config, gateway.app.server, { interval_ms: 20, onError: error => errors.push(error) })
  try {
    assert.match(url, /^https:/)
    assert.deepEqual(await ask(url, readFileSync(used.cert, 'utf8')), { status: 200, name: 'first' })
    await assert.rejects(fetch(url.replace('https:', 'http:')))
    const renewed = certificate('second')
    copyFileSync(renewed.key, used.key)
    copyFileSync(renewed.cert, used.cert)
    let name = ''
    for (let i = 0; i < 200 && name !== 'second'; i++) {
      await new Promise(resolve => setTimeout(resolve, 20))
      name = await ask(url, readFileSync(renewed.cert, 'utf8')).then(
        answer => answer.name,
        () => '',
      )
    }
    assert.equal(name, 'second')
  } finally {
    unwatch()
    await gateway.stop()
  }
})

test('half a configuration is refused', () => {
  assert.throws(() => readTls(configOf({ TLS_CERT_PATH: '/nowhere.pem' })), /both/)
  assert.equal(readTls(configOf({})), undefined)
})
