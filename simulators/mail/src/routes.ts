import type { FastifyError, FastifyInstance } from 'fastify'
import { type Faults, faultNames, type Rule } from './faults.ts'
import type { Mailbox } from './mailbox.ts'
import { listPage, messagePage, notFoundPage } from './pages.ts'

const pageSize = 50
const text = { type: 'string', maxLength: 998 }
const number = { type: 'string', pattern: '^\\d{1,9}$' }

const listQuery = {
  type: 'object',
  properties: { after: number, limit: number, to: text, message_id: text },
  additionalProperties: false,
}
const ruleBody = {
  type: 'object',
  properties: {
    fault: { enum: [...faultNames] },
    times: { type: 'integer', minimum: 1, maximum: 1_000_000_000, default: 1_000_000_000 },
    share: { type: 'number', exclusiveMinimum: 0, maximum: 1, default: 1 },
  },
  required: ['fault'],
  additionalProperties: false,
}

/**
 * What a message brings along is not to be trusted: its page runs nothing and loads nothing, and the message itself is
 * shown in a frame that may not even do that.
 */
const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'"
const messagePolicy = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** Mounts the mailbox for people (`/`), for programs (`/v1`), and the faults. */
export function mountRoutes(
  app: FastifyInstance,
  { mailbox, faults, host }: { mailbox: Mailbox; faults: Faults; host: string },
) {
  const isLocal = /^(127\.|localhost$|::1$)/.test(host)

  app.addHook('onRequest', (request, reply, next) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    // A page elsewhere could have its own name lead here, and would read the mailbox as its own.
    const name = request.hostname.replace(/^\[|\]$/g, '')
    if (isLocal && !/^(127(\.\d{1,3}){3}|localhost|::1)$/.test(name)) {
      reply.code(403).send({ error: { code: 'forbidden', message: `The mailbox is not called ${name}.` } })
    } else next()
  })
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const { statusCode = 500 } = error
    if (statusCode < 500) {
      return reply.code(statusCode).send({ error: { code: 'invalid_request', message: error.message } })
    }
    console.error(error)
    return reply.code(503).send({ error: { code: 'unavailable', message: 'Its error output says why.' } })
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: { code: 'not_found', message: 'There is nothing here.' } }),
  )

  app.get('/health', async () => {
    mailbox.check()
    return { status: 'ok', messages: mailbox.size }
  })

  type List = { Querystring: { after?: string; limit?: string; to?: string; message_id?: string } }
  app.get<List>('/v1/messages', { schema: { querystring: listQuery } }, ({ query }) => {
    const { after, limit, to, message_id } = query
    return mailbox.page(Number(after ?? 0), Math.min(Number(limit ?? 1000), 1000), { to, message_id })
  })

  app.get<{ Params: { n: string } }>('/v1/messages/:n', async ({ params }, reply) => {
    const message = await mailbox.get(Number(params.n))
    return message ?? reply.callNotFound()
  })

  app.get('/v1/faults', async () => faults.rule ?? {})
  app.put<{ Body: Rule }>('/v1/faults', { schema: { body: ruleBody } }, async ({ body }) => {
    faults.set({ ...body })
    return body
  })
  app.delete('/v1/faults', async (_request, reply) => {
    faults.set(undefined)
    return reply.code(204).send()
  })

  app.get<{ Querystring: { before?: string; to?: string } }>('/', async ({ query }, reply) => {
    const before = /^\d{1,9}$/.test(query.before ?? '') ? Number(query.before) : undefined
    const to = typeof query.to === 'string' && query.to.trim() ? query.to.trim() : undefined
    const page = mailbox.list(before, pageSize, { to })
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', pagePolicy)
      .send(listPage({ ...page, to, total: mailbox.size }))
  })

  app.get<{ Params: { n: string } }>('/messages/:n', async ({ params }, reply) => {
    const message = await mailbox.get(Number(params.n))
    reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy)
    return message ? reply.send(messagePage(message)) : reply.code(404).send(notFoundPage())
  })

  app.get<{ Params: { n: string } }>('/messages/:n/html', async ({ params }, reply) => {
    const message = await mailbox.get(Number(params.n))
    if (message?.html === undefined) return reply.callNotFound()
    return reply.type('text/html; charset=utf-8').header('content-security-policy', messagePolicy).send(message.html)
  })
}
