import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import {
  authorisePayment,
  captureForOrder,
  closePayments,
  type EventMessage,
  getPayment,
  type Payment,
  Problem,
  receiveWebhook,
  refundPayment,
} from '@shopfleet/contracts'
import { createPaymentSimulator } from '@shopfleet/payment-simulator'
import { startTestPlatform } from '@shopfleet/testing'
import type { Ctx } from '../src/service.ts'

export type Payments = Awaited<ReturnType<typeof startPayments>>

/** The payment service with the real provider simulator. Questions are due at once, so that `drain` asks them. */
export async function startPayments(env: Record<string, string> = {}) {
  const platform = await startTestPlatform({
    services: ['payment'],
    simulator: true,
    env: { PAYMENT_PROVIDER_TIMEOUT_MS: '400', PAYMENT_SETTLE_AFTER_MS: '0', ...env },
  })
  const api = platform.client('payment')
  const sql = platform.sql('payment')
  const order = await platform.asService('order', 'payment')
  const staff = await platform.asStaff('payments')
  const ctx = platform.service('payment').ctx as Ctx
  let restarted: { stop(): Promise<void> } | undefined

  /** Asks the provider behind the service's back. */
  async function provider(path: string, body?: object): Promise<any> {
    const response = await fetch(ctx.config.PROVIDER_URL + path, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: 'Bearer sim_key', ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
    })
    return response.json()
  }
  const authorise = (
    payment_method: string,
    more: { order_id?: string; attempt?: number; amount_minor?: number; capture?: boolean } = {},
  ) =>
    api.call(
      authorisePayment,
      { body: { order_id: randomUUID(), attempt: 1, amount_minor: 2999, currency: 'USD', payment_method, ...more } },
      order,
    )
  const capture = (id: string) => api.call(captureForOrder, { params: { id } }, order)

  return {
    platform,
    api,
    sql,
    ctx,
    order,
    staff,
    provider,
    authorise,
    capture,
    captured: async (payment_method: string, amount_minor = 2999): Promise<Payment> =>
      capture((await authorise(payment_method, { amount_minor })).id),
    close: (order_id: string) => api.call(closePayments, { body: { order_id, reason: 'cancelled' } }, order),
    refund: (id: string, amount?: number, key?: string) =>
      api.call(
        refundPayment,
        { params: { id }, body: { amount } },
        { ...staff, ...(key ? { 'idempotency-key': key } : {}) },
      ),
    read: (id: string) => api.call(getPayment, { params: { id } }, staff),
    events: async (payment_id: string): Promise<string[]> => {
      await platform.drain()
      const said = (await platform.said('payment')) as EventMessage<{ payment_id: string }>[]
      return said.filter(e => e.payload.payment_id === payment_id).map(e => e.name.slice('payment.'.length))
    },
    /** What a process that died between recording and asking leaves behind. */
    abandoned: async (
      payment_method: string,
      at_once = false,
    ): Promise<{ id: string; order_id: string; provider_key: string }> => {
      const order_id = randomUUID()
      await sql`insert into orders (order_id) values (${order_id})`
      const [row] = await sql<[{ id: string; order_id: string; provider_key: string }]>`
        insert into payments (order_id, attempt, status, amount_minor, currency, provider, payment_method, at_once, next_check_at, correlation_id)
        values (${order_id}, 1, 'authorising', 2999, 'USD', 'simulator', ${payment_method}, ${at_once}, now(), 'before-the-crash')
        returning id, order_id, provider_key`
      return row
    },
    /** What the provider authorises for a row of `abandoned`, behind our back. */
    providerAuthorises: ({ order_id, provider_key }: { order_id: string; provider_key: string }, token: string) =>
      provider('/v1/payments', { key: provider_key, amount: 2999, currency: 'USD', token, reference: order_id }),
    /** Posts a webhook as the provider would; `signature` in place of the right one. */
    webhook: (
      body: object,
      { signature, age_s = 0, to = 'simulator' }: { signature?: string; age_s?: number; to?: string } = {},
    ) => {
      const t = Math.floor(Date.now() / 1000) - age_s
      const v1 = createHmac('sha256', ctx.config.WEBHOOK_SECRET)
        .update(`${t}.${JSON.stringify(body)}`)
        .digest('hex')
      const header = { 'x-simulator-signature': signature ?? `t=${t},v1=${v1}` }
      return api.send(receiveWebhook, { params: { provider: to }, body }, header)
    },
    journal: async (): Promise<any[]> => {
      const text = await readFile(platform.simulator.journalPath, 'utf8')
      return text
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line))
    },
    providerGoes: () => (restarted ?? platform.simulator).stop(),
    async providerComesBack() {
      const { port } = new URL(ctx.config.PROVIDER_URL)
      const simulator = createPaymentSimulator({
        port: Number(port),
        journal: platform.simulator.journalPath,
        slowMs: 300,
        hangMs: 3000,
      })
      await simulator.start()
      restarted = simulator
    },
    async stop() {
      await restarted?.stop()
      await platform.stop()
    },
  }
}

export const refusedAs = (problem: string) => (error: unknown) => error instanceof Problem && error.problem === problem

/** Waits for what the outside world does in its own time. */
export async function until(condition: () => Promise<boolean>, timeout_ms = 5000): Promise<void> {
  const deadline = performance.now() + timeout_ms
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('it did not happen in time')
    await wait(10)
  }
}

/**
 * Our books against the provider's: the same money in the ledger, the same captures of the same payments, and for each
 * change of state its event.
 */
export async function assertBooksAgree({ platform, sql, provider, journal }: Payments): Promise<void> {
  await platform.drain()
  const balances = (await provider('/v1/balance')) as Record<
    string,
    { captured: number; refunded: number; net: number }
  >
  const ledger = await sql<{ account: string; currency: string; sum: number }[]>`
    select account, currency, sum(amount_minor)::bigint as sum from ledger_entries group by 1, 2`
  const ledgerOf = (account: string, currency: string) =>
    ledger.find(l => l.account === account && l.currency === currency)?.sum ?? 0
  for (const [currency, { captured, refunded, net }] of Object.entries(balances)) {
    assert.equal(ledgerOf('provider_clearing', currency), net, 'provider clearing is what the provider holds for us')
    assert.equal(ledgerOf('sales', currency), captured === 0 ? 0 : -captured, 'sales are the captures')
    assert.equal(ledgerOf('refunds', currency), refunded, 'refunds are the refunds')
  }
  assert.deepEqual(
    [...new Set(ledger.map(l => l.currency))].filter(c => !(c in balances)),
    [],
  )

  const effects = (await journal()).filter(line => line.type === 'captured')
  const captures = await sql<{ provider_reference: string; captured_minor: number }[]>`
    select provider_reference, captured_minor from payments where captured_minor > 0`
  assert.deepEqual(
    effects.map(e => `${e.payment_id} ${e.amount}`).sort(),
    captures.map(c => `${c.provider_reference} ${c.captured_minor}`).sort(),
    'each capture at the provider belongs to one payment',
  )

  const said = (await platform.said('payment')) as EventMessage<{ payment_id: string }>[]
  const rows = await sql<
    { id: string; status: string; at_once: boolean; refunds: number; payment_method: string | null }[]
  >`
    select id, status, at_once, payment_method, (select count(*)::int from refunds r where r.payment_id = p.id and r.status = 'succeeded') as refunds
    from payments p`
  for (const row of rows) {
    const names = said.filter(e => e.payload.payment_id === row.id).map(e => e.name.slice('payment.'.length))
    const end = { authorised: [], voided: ['voided'] }[row.status] ?? ['captured']
    // What is taken at once was never held.
    const held = row.at_once && end[0] === 'captured' ? [] : ['authorised']
    const path = row.status === 'declined' ? ['declined'] : [...held, ...end, ...Array(row.refunds).fill('refunded')]
    assert.deepEqual(names, path, `each change of ${row.id} (${row.status}) was said once`)
    assert.equal(row.payment_method, null, 'no token outlives its question')
  }
  assert.ok(!JSON.stringify(said).includes('tok_'), 'no event carries a token')
}
