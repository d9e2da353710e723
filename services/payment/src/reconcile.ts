import { attemptOf } from './payment.ts'
import { type ProviderEffect, type ProviderPayment, toSeen } from './provider.ts'
import * as books from './reconcile-store.ts'
import type { Ctx } from './service.ts'
import { settle } from './settle.ts'
import * as store from './store.ts'
import { compare } from './sweep.ts'

/*
 * The other half of the comparison with the provider: not "is what we know so there" but "what is there that we do not
 * know". In life every payment is written down before the provider hears of it, so this finds something only when our
 * database was set back. The place in the provider's journal lies in the same database and is set back with it.
 */

const provider = 'simulator'
/** Pages of the provider's journal one look reads; the next look goes on. */
const pages = 50
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Reads on in the provider's journal and takes in what is not known here. Answers how much that was. */
export async function readJournal(ctx: Ctx): Promise<number> {
  let learnt = 0
  for (const stranger of await books.listStrangers(ctx.sql, 20))
    learnt += await adoptById(ctx, stranger.provider_reference)
  for (let page = 0; page < pages; page++) {
    const position = await books.readJournalPosition(ctx.sql, provider)
    const read = await ctx.provider.journal(position)
    if (!read || read.items.length === 0) break
    learnt += await takeIn(ctx, read.items)
    await books.moveJournalPosition(ctx.sql, provider, position, read.items.at(-1)!.n)
  }
  for (let i = 0; i < learnt; i++) ctx.counts.repaired()
  return learnt
}

async function takeIn(ctx: Ctx, effects: ProviderEffect[]): Promise<number> {
  let learnt = 0
  const references = [...new Set(effects.map(effect => effect.payment_id))]
  const keyOf = new Map(effects.filter(effect => attemptOf(effect.key)).map(effect => [effect.payment_id, effect.key]))
  const known = await books.listKnown(ctx.sql, references, [...keyOf.values()])
  for (const reference of references) {
    if (known.has(reference) || known.has(keyOf.get(reference) ?? '')) continue
    learnt += await adoptById(ctx, reference)
  }
  await books.markAgreeing(ctx.sql, whole(effects))
  const refunds = effects.filter(effect => effect.type === 'refunded' && uuid.test(effect.key))
  const knownRefunds = await books.listKnownRefunds(
    ctx.sql,
    refunds.map(effect => effect.key),
  )
  for (const effect of refunds) if (!knownRefunds.has(effect.key)) learnt += await adoptRefund(ctx, effect)
  return learnt
}

/** Payments whose story these effects tell from the beginning and to a plain end, as they stand there. */
function whole(effects: ProviderEffect[]): books.Standing[] {
  const stories = new Map<string, books.Standing | undefined>()
  for (const { payment_id: reference, type, key, amount, currency } of effects) {
    const isFirst = !stories.has(reference) && attemptOf(key)
    const before = isFirst || stories.get(reference)?.status === 'authorised'
    const plain = before && (type === 'authorised' || type === 'captured' || type === 'declined')
    stories.set(
      reference,
      plain ? { reference, status: type, captured_minor: type === 'captured' ? amount : 0, currency } : undefined,
    )
  }
  return [...stories.values()].flatMap(story => (story && story.status !== 'authorised' ? [story] : []))
}

/** Takes in one payment of the provider's by its id there. What cannot be placed is kept as a stranger, for people. */
async function adoptById(ctx: Ctx, reference: string): Promise<number> {
  const found = await ctx.provider.get(reference)
  // The journal would be read past it, so it must not be forgotten.
  if (found.kind !== 'payment') return stranger(ctx, reference, '', 'the provider did not show it')
  const { payment } = found
  const asked = attemptOf(payment.key)
  if (!asked) return stranger(ctx, reference, payment.key, 'it was made under a key that is not of ours')
  const id = await books.adoptPayment(ctx.sql, {
    ...asked,
    amount_minor: payment.amount,
    currency: payment.currency,
    provider,
  })
  const row = id
    ? await store.findPayment(ctx.sql, id)
    : await store.findAttempt(ctx.sql, asked.order_id, asked.attempt)
  if (!row) return stranger(ctx, reference, payment.key, 'another payment of the order is in its place')
  // The refunds of it follow in the journal, each under its own id.
  await settle(ctx, row, toSeen({ ...payment, refunded: 0 } satisfies ProviderPayment))
  await books.reopenClosing(ctx.sql, asked.order_id)
  await books.settleStranger(ctx.sql, reference)
  if (id) ctx.log.warn({ payment_id: id, orderId: asked.order_id }, 'a payment was learnt from the provider')
  return id ? 1 : 0
}

async function stranger(ctx: Ctx, reference: string, key: string, why: string): Promise<number> {
  await books.noteStranger(ctx.sql, reference, key, why)
  return 0
}

async function adoptRefund(ctx: Ctx, effect: ProviderEffect): Promise<number> {
  const found = await ctx.provider.get(effect.payment_id)
  if (found.kind !== 'payment') throw new Error(`the provider did not show payment ${effect.payment_id}`)
  const adopted = await books.adoptRefund(ctx.sql, {
    id: effect.key,
    provider_payment: effect.payment_id,
    amount_minor: effect.amount,
    provider_reference: effect.refund_id ?? effect.key,
    refunded_in_all: found.payment.refunded,
  })
  return adopted ? 1 : 0
}

/** Compares an order's payments with the provider now, and books what the ledger lacks. Answers whether anything differed. */
export async function askProviderAgain(ctx: Ctx, order_id: string): Promise<boolean> {
  let differed = (await readJournal(ctx)) > 0
  const before = await store.listOrderPayments(ctx.sql, order_id)
  for (const payment of before) {
    if (payment.provider_reference !== null && (await compare(ctx, payment))) differed = true
  }
  return (await books.bookMissing(ctx.sql, order_id)) || differed
}

/**
 * The ledger beside the provider's own balance. Where what was added up since they last agreed does not, all of the
 * ledger is.
 */
export async function readBalances(ctx: Ctx) {
  const since = await compareBalances(ctx)
  const agrees = since.every(one => one.lowest_minor <= one.provider_minor && one.provider_minor <= one.highest_minor)
  if (!agrees) return compareBalances(ctx, true)
  if (since.length > 0) await books.addUp(ctx.sql)
  return since
}

/**
 * What is under way may be counted at the provider and not yet here, so the ledger is read before and after, and allows
 * everything that was open in between.
 */
async function compareBalances(ctx: Ctx, fully = false) {
  const before = await books.sumClearing(ctx.sql, fully)
  const balance = await ctx.provider.balance()
  const after = await books.sumClearing(ctx.sql, fully)
  if (!balance) return []
  const currencies = new Set([...before, ...after].map(row => row.currency).concat(Object.keys(balance)))
  return [...currencies].map(currency => {
    const seen = [before, after].map(
      rows =>
        rows.find(row => row.currency === currency) ?? { ledger_minor: 0, capturing_minor: 0, refunding_minor: 0 },
    )
    return {
      currency,
      lowest_minor: Math.min(...seen.map(row => row.ledger_minor)) - Math.max(...seen.map(row => row.refunding_minor)),
      highest_minor: Math.max(...seen.map(row => row.ledger_minor)) + Math.max(...seen.map(row => row.capturing_minor)),
      provider_minor: balance[currency]?.net ?? 0,
    }
  })
}
