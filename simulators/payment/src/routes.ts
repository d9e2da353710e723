import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import {
  type Decision,
  decideAuthorise,
  decideCapture,
  decideRefund,
  decideVoid,
  failure,
  type Payment,
} from './payments.ts'
import { amountBody, authoriseBody, journalQuery, keyBody, paymentsQuery } from './schemas.ts'
import { type Context, runStep, send } from './steps.ts'
import { listTokens, type Step } from './tokens.ts'

type Authorise = { key: string; amount: number; currency: string; token: string; reference: string; capture?: boolean }
type Change<Body> = { Params: { id: string }; Body: Body }
type Keyed = { key: string }
type Amount = { key: string; amount: number }

/** Mounts the provider's API; everything but `/health` wants the API key. */
export function mountRoutes(app: FastifyInstance, context: Context, apiKey: string) {
  const { book, journal } = context
  const authorization = `Bearer ${apiKey}`

  app.setErrorHandler((error: FastifyError, _request, reply) => send(reply, errorAnswer(error)))
  app.setNotFoundHandler((_request, reply) => send(reply, failure(404, 'not_found', 'There is nothing here.')))

  app.get('/health', async () => {
    await journal.durable()
    return { status: 'ok' }
  })

  app.register(async api => {
    api.addHook('onRequest', (request, reply, next) => {
      if (request.headers.authorization === authorization) next()
      else send(reply, failure(401, 'unauthorised', 'The API key is missing or wrong.'))
    })

    api.post<{ Body: Authorise }>('/v1/payments', { schema: { body: authoriseBody } }, ({ body }, reply) =>
      runStep(context, {
        step: 'authorise',
        capture: body.capture,
        token: body.token,
        key: body.key,
        reply,
        decide: () => decideAuthorise(book, body),
      }),
    )
    api.post<Change<Amount>>('/v1/payments/:id/capture', { schema: { body: amountBody } }, ({ params, body }, reply) =>
      change('capture', params.id, body.key, reply, payment => decideCapture(book, payment, body)),
    )
    api.post<Change<Keyed>>('/v1/payments/:id/void', { schema: { body: keyBody } }, ({ params, body }, reply) =>
      change('void', params.id, body.key, reply, payment => decideVoid(book, payment, body)),
    )
    api.post<Change<Amount>>('/v1/payments/:id/refunds', { schema: { body: amountBody } }, ({ params, body }, reply) =>
      change('refund', params.id, body.key, reply, payment => decideRefund(book, payment, body)),
    )

    api.register(async reads => {
      // What is shown must not vanish in a crash, so a reader waits for the disk as a writer does.
      reads.addHook('preHandler', async () => journal.durable())

      reads.get<{ Params: { id: string } }>(
        '/v1/payments/:id',
        async ({ params }, reply) => book.payments.get(params.id) ?? send(reply, noPayment()),
      )
      reads.get<{ Querystring: { key?: string; reference?: string } }>(
        '/v1/payments',
        { schema: { querystring: paymentsQuery } },
        async ({ query: { key, reference } }, reply) => {
          if (key === undefined) return { items: book.references.get(reference!) ?? [] }
          const operation = book.operations.get(key)
          return operation?.step === 'authorise' ? operation.payment : send(reply, noPayment())
        },
      )
      reads.get('/v1/balance', async () =>
        Object.fromEntries(
          Array.from(book.balances, ([currency, { captured, refunded }]) => [
            currency,
            { captured, refunded, net: captured - refunded },
          ]),
        ),
      )
      reads.get<{ Querystring: { after?: string } }>(
        '/v1/journal',
        { schema: { querystring: journalQuery } },
        async ({ query }, reply) => reply.type('application/json').send(await journal.page(Number(query.after ?? 0))),
      )
      reads.get('/v1/tokens', async () => ({ items: listTokens() }))
    })
  })

  function change(step: Step, id: string, key: string, reply: FastifyReply, decide: (payment: Payment) => Decision) {
    const payment = book.payments.get(id)
    if (!payment) return send(reply, noPayment())
    return runStep(context, { step, token: payment.token, key, reply, decide: () => decide(payment) })
  }
}

function noPayment() {
  return failure(404, 'payment_not_found', 'There is no such payment.')
}

function errorAnswer(error: FastifyError) {
  const { statusCode } = error
  if (statusCode && statusCode < 500) return failure(statusCode, 'invalid_request', error.message)
  console.error(error)
  return failure(503, 'unavailable', 'The simulator cannot go on; its error output says why.')
}
