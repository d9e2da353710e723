import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { orderCancelled, orderPaid, Problem } from '@shopfleet/contracts'
import { errorCode, type Sql } from '@shopfleet/database'
import { startTestPlatform, type TestPlatform } from '@shopfleet/testing'
import fc from 'fast-check'
import * as realInventory from '../../services/inventory/src/store.ts'
import * as realOrder from '../../services/order/src/store.ts'
import type { Seen } from '../../services/payment/src/payment.ts'
import * as realPayment from '../../services/payment/src/store.ts'
import * as modelInventory from './inventory-store.ts'
import * as modelOrder from './order-store.ts'
import * as modelPayment from './payment-store.ts'
import { createTables, type Session, type Tables } from './tables.ts'

/*
 * The models the simulation runs on, against the stores they stand for: random sequences of statements, with time passing
 * in between, run against both. Every answer and, after every statement, all rows must be the same.
 */

let platform: TestPlatform
before(async () => {
  platform = await startTestPlatform({ services: ['order', 'inventory', 'payment'] })
})
after(() => platform?.stop())

/** Milliseconds that the two clocks may be apart, much less than any time that is set here. */
const tolerance_ms = 12_000
const unit_ms = 30_000

/** One store and its model, with the same time. */
function pair(real: any, model: any, sql: Sql, tables: Tables, timeColumns: string[]) {
  let shifted_ms = 0
  const ids: string[] = []
  const now = () => Date.now() + shifted_ms
  const db = {
    get now() {
      return now()
    },
    newId: () => ids.shift() ?? randomUUID(),
    raced: () => false,
  }
  const session: Session = { statement: async run => run(tables, db) }
  const answerOf = async (run: () => Promise<unknown>) => {
    try {
      return { value: await run() }
    } catch (error) {
      return { error: errorCode(error), constraint: (error as any).constraint_name }
    }
  }
  return {
    now,
    /** Runs a statement against both; `adopt` finds ids that PostgreSQL made and did not answer. */
    async run(name: string, args: unknown[], adopt?: () => Promise<string[]>) {
      const theirs = await answerOf(() => real[name](sql, ...args))
      const value = theirs.value as any
      if (adopt) ids.push(...(await adopt()))
      else if (value && typeof value.id === 'string') ids.push(value.id)
      const ours = await answerOf(() => model[name](session, ...args))
      ids.length = 0
      assert.deepEqual(plain(ours, now()), plain(theirs, Date.now()), `the answer of ${name}(${JSON.stringify(args)})`)
    },
    async pass(units: number) {
      // A little more than whole units, so that nothing is due at this very moment.
      const ms = units * unit_ms + 500
      shifted_ms += ms
      for (const column of timeColumns) {
        const [table, name] = column.split('.') as [string, string]
        await sql`update ${sql(table)} set ${sql(name)} = ${sql(name)} - ${ms}::float8 * interval '1 millisecond'`
      }
    },
  }
}

const dropped = new Set(['created_at', 'updated_at', 'at', 'number', 'correlation_id', 'provider_key', 'detail'])
const times = new Set(['expires_at', 'deadline', 'due_at', 'next_check_at', 'compare_at'])

/** A value without what is a matter of chance; times as units from now. */
function plain(value: unknown, now: number, key = ''): unknown {
  if (times.has(key) && value !== null && value !== undefined) {
    const ms = (typeof value === 'number' ? value : Date.parse(String(value))) - now
    const units = Math.round(ms / unit_ms)
    assert.ok(Math.abs(ms - units * unit_ms) < tolerance_ms, `${key} is ${ms} ms from now`)
    return units + 0
  }
  if (Array.isArray(value)) {
    // Rows that are due at the same moment come in any order.
    const rows = value.map(one => plain(one, now))
    return rows.every(row => typeof row === 'object')
      ? rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
      : rows
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([name, member]) => !dropped.has(name) && member !== undefined)
  const isItem = 'sku' in value
  return Object.fromEntries(
    entries.filter(([name]) => !(isItem && name === 'id')).map(([name, member]) => [name, plain(member, now, name)]),
  )
}

type Command = { name: string; args: unknown[] }
const index = fc.nat(2)
const pass = fc.integer({ min: 1, max: 3 }).map((units): Command => ({ name: 'pass', args: [units] }))
// A fresh seed each time; what fast-check prints when it fails names it. The same again: MODEL_SEED.
const settings = {
  numRuns: 60,
  endOnFailure: false,
  ...(process.env.MODEL_SEED ? { seed: Number(process.env.MODEL_SEED) } : {}),
}

const refusal = new Problem('order-not-payable', { reason: 'test' })
const transitions: realOrder.Transition[] = [
  { from: { statuses: ['pending'], goals: ['hold'] }, to: { goal: 'none' }, note: 'held', answer: 'held' },
  {
    from: { statuses: ['pending'], goals: ['pay'], attempt: 1 },
    to: { status: 'processing', payment_status: 'paid', goal: 'none', settled: true },
    event: orderPaid,
    with_items: true,
    answer: 'paid',
  },
  { from: { goals: ['pay'] }, to: { payment_status: 'failed', goal: 'none' }, note: 'declined', answer: refusal },
  {
    from: { goals: ['hold', 'pay'], unclaimed: true },
    to: { goal: 'cancel', cancel_reason: 'short', due_in_s: 30 },
    answer: refusal,
  },
  {
    from: { goals: ['none', 'hold', 'pay'] },
    to: { goal: 'cancel', cancel_reason: 'mind', due_in_s: 60 },
    answer: refusal,
  },
  {
    from: { statuses: ['pending', 'processing'], goals: ['cancel'] },
    to: { status: 'cancelled', payment_status: 'unpaid', goal: 'none', settled: true },
    event: orderCancelled,
    extra: { reason: 'mind' },
  },
  { from: { goals: ['pay'], attempt: 2 }, to: { payment_status: 'in_doubt', due_in_s: 30 }, note: 'waits' },
  {
    from: { payment_statuses: ['unpaid'], goals: ['pay', 'hold'] },
    to: { goal: 'cancel', due_in_s: 0, free_key: true },
    answer: refusal,
  },
  { from: { statuses: ['processing'], goals: ['none'] }, to: { status: 'shipped' } },
]

test("the order store's model answers and changes as PostgreSQL does", async () => {
  const sql = platform.sql('order')
  const command = fc.oneof(
    fc
      .record({ order: index, pay: fc.boolean(), key: fc.nat(1), cart: fc.nat(2) })
      .map(({ order, pay, key, cart }): Command => ({ name: 'insertOrder', args: [order, pay, key, cart] })),
    fc.tuple(index, fc.constantFrom(...transitions)).map((args): Command => ({ name: 'moveOrder', args })),
    fc.tuple(index, fc.nat(1)).map((args): Command => ({ name: 'beginPayment', args })),
    fc.tuple(index, fc.integer({ min: 1, max: 400 })).map((args): Command => ({ name: 'noteRefund', args })),
    fc.tuple(index, fc.nat(2)).map((args): Command => ({ name: 'findAttempt', args })),
    fc
      .tuple(index, fc.constantFrom('hasten', 'postpone', 'findOrder', 'findPaying'))
      .map(([order, name]): Command => ({ name, args: [order] })),
    fc.constantFrom('claimDue', 'expireOverdue', 'findPlacing').map((name): Command => ({ name, args: [] })),
    pass,
  )
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 30 }), async commands => {
      // Without its cart too: of two orders of one cart, the one that was being cancelled would count again.
      await sql`update orders set goal = 'none', due_at = null, payment_method = null, expires_at = null, cart_id = null`
      const tables = createTables()
      const {
        run,
        pass: passTime,
        now,
      } = pair(realOrder, modelOrder, sql, tables, ['orders.due_at', 'orders.expires_at'])
      const orders = [randomUUID(), randomUUID(), randomUUID()]
      const scope = randomUUID()
      const carts = [randomUUID(), null, null]
      for (const { name, args } of commands) {
        const id = orders[args[0] as number]
        if (name === 'pass') await passTime(args[0] as number)
        else if (name === 'insertOrder') {
          if (tables.orders.has(id!)) continue
          const line = {
            product_id: scope,
            sku: 's',
            product_name: 'n',
            quantity: 2,
            price_minor: 150,
            subtotal_minor: 300,
          }
          const order: realOrder.NewOrder = {
            id: id!,
            user_id: null,
            email: 'a@example.com',
            goal: args[1] ? 'pay' : 'hold',
            payment_method: args[1] ? 'tok' : null,
            currency: 'USD',
            shipping_address: null,
            cart_id: carts[args[3] as number]!,
            hold_s: 60,
            lease_ms: unit_ms,
            idempotency_scope: args[2] ? scope : null,
            idempotency_key: args[2] ? 'key' : null,
            request_hash: 'hash',
            coupon_code: null,
            coupon_once: false,
            lines: [line],
            subtotal_minor: 300,
            discount_minor: 0,
            shipping_minor: 0,
            tax_minor: 0,
            total_minor: 300,
          }
          await run('insertOrder', [order])
        } else if (name === 'beginPayment') {
          const payment = {
            payment_method: 'tok',
            idempotency_key: args[1] ? 'pay' : null,
            request_hash: 'h',
            lease_ms: unit_ms,
          }
          await run('beginPayment', [id, payment])
        } else if (name === 'claimDue') await run(name, [50, unit_ms])
        else if (name === 'expireOverdue') await run(name, [50, refusal])
        else if (name === 'findPlacing') await run(name, [scope, 'key'])
        else if (name === 'findPaying') await run(name, [id, 'pay'])
        else if (name === 'postpone') await run(name, [id, 60])
        else if (name === 'hasten') await run(name, [[id]])
        else if (name === 'moveOrder') {
          const order = await realOrder.findOrder(sql, id!)
          if (order) await run(name, [order, args[1]])
        } else await run(name, [id, ...args.slice(1)])

        const rows = await sql`
          select o.id, status, payment_status, goal, due_at, tries, attempt, payment_method, cancel_reason, refused, refunded_minor,
            expires_at, idempotency_key, cart_id, coalesce((select jsonb_agg(jsonb_build_object('attempt', t.attempt, 'key', t.idempotency_key,
              'outcome', outcome, 'refusal', refusal)) from payment_attempts t where t.order_id = o.id), '[]') as attempts,
            (select jsonb_agg(jsonb_build_object('status', h.status, 'payment_status', h.payment_status, 'note', h.note) order by h.id)
              from order_history h where h.order_id = o.id) as history,
            (select count(*)::int from outbox where aggregate_id = o.id) as said
          from orders o where o.id = any(${orders}) order by o.id`
        const ours = [...tables.orders.values()].map(o => ({
          ...pick(
            o,
            'id status payment_status goal due_at tries attempt payment_method cancel_reason refused refunded_minor expires_at idempotency_key cart_id',
          ),
          attempts: [...tables.attempts.values()]
            .filter(t => t.order_id === o.id)
            .map(t => ({ attempt: t.attempt, key: t.idempotency_key, outcome: t.outcome, refusal: t.refusal })),
          history: tables.history.filter(h => h.order_id === o.id).map(h => pick(h, 'status payment_status note')),
          said: tables.outbox.filter(m => m.aggregate_id === o.id).length,
        }))
        assert.deepEqual(plain(ours, now()), plain([...rows], Date.now()), `the rows after ${name}`)
      }
    }),
    settings,
  )
})

const pick = (row: object, names: string) =>
  Object.fromEntries(names.split(' ').map(name => [name, (row as Record<string, unknown>)[name]]))

test("the inventory store's model answers and changes as PostgreSQL does", async () => {
  const sql = platform.sql('inventory')
  const command = fc.oneof(
    fc
      .tuple(index, fc.integer({ min: 1, max: 3 }), fc.nat(2), fc.boolean())
      .map((args): Command => ({ name: 'insertReservation', args })),
    fc
      .tuple(index, fc.constantFrom('commitHeld', 'commitExpired', 'insertTombstone', 'findReservation'))
      .map(([order, name]): Command => ({ name, args: [order] })),
    fc
      .tuple(index, fc.constantFrom('released', 'expired'))
      .map((args): Command => ({ name: 'closeReservation', args })),
    fc.constant<Command>({ name: 'listOverdue', args: [] }),
    pass,
  )
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 30 }), fc.nat(5), async (commands, opening) => {
      await sql`update reservations set status = 'released' where status = 'held'`
      const tables = createTables()
      const { run, pass: passTime, now } = pair(realInventory, modelInventory, sql, tables, ['reservations.expires_at'])
      const orders = [randomUUID(), randomUUID(), randomUUID()]
      const products = [randomUUID(), randomUUID()].sort()
      for (const product_id of products) {
        await realInventory.insertOpeningStock(sql, product_id, opening)
        tables.stock.set(product_id, { product_id, opening, on_hand: opening, reserved: 0 })
      }
      for (const { name, args } of commands) {
        const id = orders[args[0] as number]
        if (name === 'pass') await passTime(args[0] as number)
        else if (name === 'insertReservation') {
          const lines = products
            .map(product_id => ({ product_id, quantity: args[1] as number }))
            .slice(0, (args[2] as number) || 1)
          await run(name, [id, lines, { expires_in_s: 60, sell: args[3] }])
        } else if (name === 'listOverdue') await run(name, [100])
        else await run(name, [id, ...args.slice(1)])
        const theirs = {
          stock: [...(await sql`select product_id, on_hand, reserved from stock where product_id = any(${products})`)],
          reservations: [
            ...(await sql`select order_id, status, expires_at from reservations where order_id = any(${orders})`),
          ],
          moved: [...(await sql`select product_id, delta, order_id from movements where order_id = any(${orders})`)],
        }
        const ours = {
          stock: [...tables.stock.values()].map(s => pick(s, 'product_id on_hand reserved')),
          reservations: [...tables.reservations.values()].map(r => pick(r, 'order_id status expires_at')),
          moved: tables.movements,
        }
        assert.deepEqual(plain(ours, now()), plain(theirs, Date.now()), `the rows after ${name}`)
      }
    }),
    settings,
  )
})

test("the payment store's model answers and changes as PostgreSQL does", async () => {
  const sql = platform.sql('payment')
  const which = fc.nat(5)
  const command = fc.oneof(
    fc
      .tuple(index, fc.integer({ min: 1, max: 2 }), fc.boolean())
      .map((args): Command => ({ name: 'insertPayment', args })),
    fc
      .tuple(which, fc.constantFrom('authorised', 'declined', 'captured', 'captured', 'voided', 'nonsense'))
      .map((args): Command => ({ name: 'settlePayment', args })),
    fc
      .tuple(which, fc.constantFrom('markInDoubt', 'wantCapture', 'findPayment', 'listPendingRefunds', 'markCompared'))
      .map(([p, name]): Command => ({ name, args: [p] })),
    fc.tuple(which, fc.boolean()).map((args): Command => ({ name: 'wantVoid', args })),
    fc
      .tuple(which, fc.option(fc.integer({ min: 1, max: 70 })), fc.nat(1))
      .map((args): Command => ({ name: 'insertRefund', args })),
    fc
      .tuple(which, fc.constantFrom('claimRefund', 'settleRefundMade', 'settleRefundFailed', 'findRefund'))
      .map(([r, name]): Command => ({ name, args: [r] })),
    fc.tuple(which, fc.integer({ min: 1, max: 100 })).map((args): Command => ({ name: 'insertForeignRefund', args })),
    fc
      .tuple(index, fc.constantFrom('closeOrder', 'isOrderClosed', 'listOrderPayments', 'finishClosing'))
      .map(([order, name]): Command => ({ name, args: [order] })),
    fc
      .constantFrom('claimDuePayments', 'claimDueRefunds', 'claimDueClosings', 'claimToCompare')
      .map((name): Command => ({ name, args: [] })),
    pass,
  )
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40 }), async commands => {
      await sql`update payments set next_check_at = null`
      await sql`delete from comparisons`
      await sql`update refunds set next_check_at = null`
      await sql`update orders set next_check_at = null`
      const tables = createTables()
      const columns = [
        'payments.next_check_at',
        'comparisons.compare_at',
        'refunds.next_check_at',
        'orders.next_check_at',
      ]
      const { run, pass: passTime, now } = pair(realPayment, modelPayment, sql, tables, columns)
      const orders = [randomUUID(), randomUUID(), randomUUID()]
      const paymentAt = (n: unknown) => [...tables.payments.values()][(n as number) % Math.max(1, tables.payments.size)]
      const refundAt = (n: unknown) => [...tables.refunds.values()][(n as number) % Math.max(1, tables.refunds.size)]
      const unknown = randomUUID()
      const seenOf = (n: unknown, status: string, refunded_minor = 0): Seen => ({
        status,
        provider_reference: `ref ${paymentAt(n)?.id}`,
        decline_code: status === 'declined' ? 'no' : null,
        amount_minor: 100,
        currency: 'USD',
        captured_minor: status === 'captured' ? 100 : 0,
        refunded_minor,
      })
      /** The refund that PostgreSQL has made and the model has not. */
      const newRefund = async () =>
        (await sql`select r.id from refunds r join payments p on p.id = payment_id where p.order_id = any(${orders})`)
          .map(row => row.id as string)
          .filter(id => !tables.refunds.has(id))
      for (const { name, args } of commands) {
        const [first, second] = args
        const order = orders[first as number]
        const payment = paymentAt(first)?.id ?? unknown
        if (name === 'pass') await passTime(first as number)
        else if (name === 'insertPayment') {
          const input = {
            order_id: order,
            attempt: second,
            amount_minor: 100,
            currency: 'USD',
            provider: 'simulator',
            payment_method: 'tok',
            at_once: args[2],
          }
          await run(name, [input, unit_ms])
        } else if (name === 'settlePayment') await run(name, [payment, seenOf(first, second as string)])
        else if (name === 'insertForeignRefund')
          await run(name, [payment, seenOf(first, 'captured', second as number)], newRefund)
        else if (name === 'insertRefund') {
          const wish = { amount_minor: second, reason: null, idempotency_key: args[2] ? 'key' : null }
          await run(name, [payment, wish, unit_ms])
        } else if (name === 'wantVoid') await run(name, [payment, { even_captured: second, after_ms: unit_ms }])
        else if (name === 'wantCapture') await run(name, [payment, unit_ms])
        else if (name === 'markCompared') {
          const row = await realPayment.findPayment(sql, payment)
          if (row) await run(name, [row])
        } else if (name.startsWith('claimDue')) await run(name, [unit_ms, 50])
        else if (name === 'claimToCompare') await run(name, [50])
        else if (name === 'settleRefundMade') await run(name, [refundAt(first)?.id ?? unknown, 'made'])
        else if (name === 'claimRefund') await run(name, [refundAt(first)?.id ?? unknown, unit_ms])
        else if (name.endsWith('Refund') || name === 'settleRefundFailed')
          await run(name, [refundAt(first)?.id ?? unknown])
        else if (name === 'closeOrder') await run(name, [order, 'mind', unit_ms])
        else if (/Order|Closing/.test(name)) await run(name, [order])
        else await run(name, [payment])

        const theirs = {
          payments: [
            ...(await sql`select id, order_id, attempt, p.status, captured_minor, p.refunded_minor, refunding_minor, provider_reference,
              decline_code, payment_method, wanted, next_check_at, checks, c.compare_at
              from payments p left join comparisons c on c.payment_id = id where order_id = any(${orders})`),
          ],
          refunds: [
            ...(await sql`select r.id, r.amount_minor, r.status, r.idempotency_key, r.asked_minor, r.next_check_at, r.checks
              from refunds r join payments p on p.id = payment_id where p.order_id = any(${orders})`),
          ],
          closures: [
            ...(await sql`select order_id, closed_at is not null as closed, close_reason, next_check_at, checks from orders
              where order_id = any(${orders})`),
          ],
          ledger: [
            ...(await sql`select transaction_id, account, amount_minor from ledger_entries where order_id = any(${orders})`),
          ],
          said: (await sql`select name from outbox where aggregate_id = any(${orders}) order by seq`).map(row => ({
            name: row.name,
          })),
        }
        const ours = {
          payments: [...tables.payments.values()].map(p =>
            pick(
              p,
              'id order_id attempt status captured_minor refunded_minor refunding_minor provider_reference decline_code payment_method wanted next_check_at checks compare_at',
            ),
          ),
          refunds: [...tables.refunds.values()].map(r =>
            pick(r, 'id amount_minor status idempotency_key asked_minor next_check_at checks'),
          ),
          closures: [...tables.closures.values()].map(({ closed_at, ...c }) => ({ ...c, closed: closed_at !== null })),
          ledger: tables.ledger.map(e => pick(e, 'transaction_id account amount_minor')),
          said: tables.outbox.map(m => ({ name: m.name })),
        }
        assert.deepEqual(plain(ours, now()), plain(theirs, Date.now()), `the rows after ${name}`)
      }
    }),
    settings,
  )
})
