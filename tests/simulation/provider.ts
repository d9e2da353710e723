import type { Random } from '../../packages/testing/src/random.ts'
import {
  answerOf,
  apply,
  createBook,
  type Decision,
  decideAuthorise,
  decideCapture,
  decideRefund,
  decideVoid,
  type Payment,
} from '../../simulators/payment/src/payments.ts'
import type { FaultName } from './faults.ts'
import type { Line } from './provider-line.ts'

const timeout_ms = 3_000

/** The provider's rules are the payment simulator's own; the line to it loses, repeats, delays and garbles. */
export function createProvider(world: {
  random: Random
  after(ms: number, go: () => void, over?: () => boolean): void
  happens(fault: FaultName): boolean
  latency(): number
  newId(): string
  note(text: () => string): void
  webhook(body: object): Promise<boolean>
  check(): void
}) {
  const book = createBook()
  const names = new Map<string, string>()
  /** What the office gave back, by payment. */
  const office = new Map<string, number>()
  const nameOf = (payment: Payment) => names.get(payment.id) ?? payment.id

  function decide(method: string, path: string, body: any): Decision {
    const [, id, step] = /^\/v1\/payments(?:\/([^/?]+)(?:\/(\w+))?)?/.exec(path) ?? []
    if (method === 'GET') {
      const key = new URLSearchParams(path.split('?')[1]).get('key')
      const operation = key === null ? undefined : book.operations.get(key)
      const payment =
        key === null ? book.payments.get(id!) : operation?.step === 'authorise' ? operation.payment : undefined
      return { answer: payment ? { status: 200, body: payment } : { status: 404, body: { error: {} } } }
    }
    if (id === undefined) return decideAuthorise(book, body)
    const payment = book.payments.get(id)
    if (!payment) return { answer: { status: 404, body: { error: {} } } }
    if (step === 'capture') return decideCapture(book, payment, body)
    return step === 'void' ? decideVoid(book, payment, body) : decideRefund(book, payment, body)
  }

  function handle(method: string, path: string, body: any): { status: number; body: unknown } {
    const decision = decide(method, path, body)
    if ('answer' in decision) return snapshot(decision.answer)
    if ('operation' in decision) return snapshot(answerOf(decision.operation, body.key))
    const operation = apply(book, decision.effect)
    const { payment } = operation
    if (!names.has(payment.id)) names.set(payment.id, `payment ${names.size + 1}`)
    world.note(
      () =>
        `provider: ${decision.effect.type} ${decision.effect.amount}, ${nameOf(payment)} for ${payment.key.slice(-20)}`,
    )
    world.check()
    tell(decision.effect.type, payment)
    return snapshot(answerOf(operation, body.key))
  }

  /** Webhooks: once, more than once, late, out of order or never. */
  function tell(type: string, payment: Payment): void {
    if (world.happens('webhooksNever')) return
    const body = { id: world.newId(), type: `payment.${type}`, payment: { ...payment } }
    do world.after(world.latency() * 3, () => void world.webhook(body))
    while (world.happens('duplicate'))
  }

  const line: Line = {
    request(method, path, text) {
      const body = text === undefined ? undefined : JSON.parse(text)
      return new Promise((resolve, reject) => {
        let over = false
        const end = (how: () => void) => {
          if (!over) how()
          over = true
        }
        const arrive = () => {
          const answer = handle(method, path, body)
          world.note(
            () => `provider: ${method} ${path.slice(12, 24)}… ${body?.key?.slice(-22) ?? ''} → ${answer.status}`,
          )
          if (world.happens('lostAnswer')) return
          if (world.happens('providerError'))
            world.after(world.latency(), () => end(() => resolve({ status: 500, body: {} })))
          else world.after(world.latency(), () => end(() => resolve(answer)))
        }
        world.after(
          timeout_ms,
          () => end(() => reject(new Error('no answer in time'))),
          () => over,
        )
        if (!world.happens('lostRequest')) world.after(world.latency(), arrive)
        if (world.happens('duplicate')) world.after(world.latency() + world.random.below(8_000), arrive)
      })
    },
  }

  return {
    ...line,
    book,
    office,
    /** Somebody in the provider's own office gives money back. */
    async refundInOffice(payment: Payment, amount: number): Promise<void> {
      handle('POST', `/v1/payments/${payment.id}/refunds`, { key: `office-${book.n}`, amount })
      office.set(payment.id, (office.get(payment.id) ?? 0) + amount)
      // Nobody asks about what nobody began: this news alone comes until it is taken.
      const body = { id: world.newId(), type: 'payment.refunded', payment: { ...payment } }
      for (let taken = false; !taken; ) {
        await new Promise<void>(resolve => world.after(1_000, resolve))
        taken = await world.webhook(body)
      }
    },
    paymentsOf: (order_id: string): Payment[] => book.references.get(order_id) ?? [],
  }
}

/** What goes over a wire does not change any more. */
const snapshot = ({ status, body }: { status: number; body: unknown }) => ({ status, body: { ...(body as object) } })
