import type { FastifyInstance } from 'fastify'
import { createServer } from 'vite'
import { viteConfig } from './vite.ts'

/** The panel from its sources as they are at this moment; what changes is in the browser a blink later. */
export async function createDevelopment(app: FastifyInstance) {
  const vite = await createServer(viteConfig('development'))
  // Before any route: Vite knows best what is a file of its own.
  app.addHook('onRequest', (request, response, done) => {
    if (!/^\/(@|src\/|node_modules\/|packages\/|favicon|__)/.test(request.raw.url ?? '')) return done()
    response.hijack()
    vite.middlewares(request.raw, response.raw, () => {
      response.raw.statusCode = 404
      response.raw.end()
    })
  })
  return {
    finish: (html: string) => vite.transformIndexHtml('/', html),
    close: () => vite.close(),
  }
}
