import type { FastifyInstance } from 'fastify'
import { createServer } from 'vite'
import { documentHtml } from './document.ts'
import type { PageMaker, Render } from './pages.ts'
import { viteConfig } from './vite.ts'

/** Pages from the sources as they are at this moment; what changes is in the browser a blink later. */
export async function createDevelopment(
  app: FastifyInstance,
): Promise<{ pages: PageMaker; close: () => Promise<void> }> {
  const vite = await createServer(viteConfig('development'))
  // Before any route: Vite knows best what is a file of its own.
  app.addHook('onRequest', (request, response, done) => {
    if (!/^\/(@|src\/|node_modules\/|packages\/|favicon|push-worker|__)/.test(request.raw.url ?? '')) return done()
    response.hijack()
    vite.middlewares(request.raw, response.raw, () => {
      response.raw.statusCode = 404
      response.raw.end()
    })
  })
  return {
    pages: {
      render: async asked => ((await vite.ssrLoadModule('/src/render.tsx')) as { render: Render }).render(asked),
      document: parts =>
        vite.transformIndexHtml('/', documentHtml(parts, '<script type="module" src="/src/client.tsx"></script>')),
    },
    close: () => vite.close(),
  }
}
