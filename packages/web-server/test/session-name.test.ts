import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import Fastify, { type FastifyInstance } from 'fastify'
import { mountGateway } from '../src/index.ts'

/* Two web apps on one host, each with a session of its own: what the gateway is told, and what the browser is. */

let gateway: Server
let app: FastifyInstance
let url: string
before(async () => {
  // Says what it was asked with, and sets the cookies of a session as the gateway does.
  gateway = createServer((request, response) => {
    response.setHeader('set-cookie', [
      '__Host-access=new; Path=/; HttpOnly; Secure; SameSite=Lax',
      '__Host-refresh=newer; Path=/; HttpOnly; Secure; SameSite=Lax',
    ])
    response.end(JSON.stringify({ cookie: request.headers.cookie ?? null }))
  })
  gateway.listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  const gatewayUrl = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`
  app = Fastify()
  await mountGateway(app, { gatewayUrl, trustedProxies: '', session: 'panel' })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})
after(async () => {
  await app?.close()
  gateway?.close()
})

const ask = async (cookie?: string) => {
  const answer = await fetch(`${url}/api/users/profile`, { headers: cookie === undefined ? {} : { cookie } })
  return { set: answer.headers.getSetCookie(), told: (await answer.json()).cookie }
}

test('the session of this app reaches the gateway under the name it knows; that of another app does not', async () => {
  const { told } = await ask('__Host-access=shopper; theme=dark; __Host-panel-access=staff; __Host-panel-refresh=r')
  assert.equal(told, 'theme=dark; __Host-access=staff; __Host-refresh=r')
  assert.equal((await ask('__Host-access=shopper')).told ?? '', '')
  assert.equal((await ask()).told, null)
})

test('what the gateway sets is set under the name of this app, and otherwise as it is', async () => {
  assert.deepEqual((await ask()).set, [
    '__Host-panel-access=new; Path=/; HttpOnly; Secure; SameSite=Lax',
    '__Host-panel-refresh=newer; Path=/; HttpOnly; Secure; SameSite=Lax',
  ])
})
