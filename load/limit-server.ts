import { readFileSync } from 'node:fs'
import Fastify from 'fastify'

/**
 * The limit of a read: a bare Fastify server, in a process of its own as the shop is, that sends the same bytes from
 * memory. Started with a file of what to send, under its place there; answers its port to its parent.
 */

interface Page {
  path: string
  type: string
  body: string
}

const pages = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Page[]
const app = Fastify({ logger: false })
for (const [n, { type, body }] of pages.entries()) {
  const bytes = Buffer.from(body)
  app.get(`/${n}`, (_request, response) => response.header('content-type', type).send(bytes))
}
await app.listen({ host: '127.0.0.1', port: 0 })
const address = app.server.address() as { port: number }
process.send!({ port: address.port })
process.once('disconnect', () => process.exit(0))
