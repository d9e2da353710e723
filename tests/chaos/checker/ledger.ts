import type { Judge } from './judge.ts'
import { Sums } from './money.ts'
import type { LedgerRow } from './rows.ts'
import { table, type World } from './world.ts'

/**
 * 3. The ledger is double entry and append-only: each transaction sums to 0, so does the whole, per currency; the provider
 * clearing account equals the provider's own journal.
 */
export function judgeLedger(world: World, judge: Judge): void {
  const balanced = judge.check(3, 'each transaction of the ledger sums to zero')
  const whole = judge.check(3, 'the whole ledger sums to zero in each currency')
  const clearing = judge.check(3, "the clearing account is the provider's own journal, in each currency")
  const once = judge.check(3, 'each capture and each refund is booked once, with its amount and on its accounts')
  const lasting = judge.check(3, 'no entry has gone, and none is of something that never happened')

  const transactions = new Map<string, { kind: string; payment_id: string; entries: Map<string, number>; n: number }>()
  const perTransaction = new Sums()
  const perCurrency = new Sums()
  const cleared = new Sums()
  const ids = new Set<string>()
  for (const entry of table<LedgerRow>(world.evidence, 'payment', 'ledger_entries')) {
    const amount = entry.amount_minor
    perTransaction.add(`${entry.transaction_id} ${entry.currency}`, amount)
    perCurrency.add(entry.currency, amount)
    if (entry.account === 'provider_clearing') cleared.add(entry.currency, amount)
    if (ids.has(entry.id)) once.wrong('an entry is there twice', { ledger_entry: entry.id })
    ids.add(entry.id)
    let transaction = transactions.get(entry.transaction_id)
    if (!transaction) {
      transaction = { kind: entry.kind, payment_id: entry.payment_id, entries: new Map(), n: 0 }
      transactions.set(entry.transaction_id, transaction)
    }
    transaction.n++
    transaction.entries.set(entry.account, amount)
  }
  for (const [name, amount] of perTransaction.of) {
    balanced.expect(amount === 0n, `it sums to ${amount}`, { transaction: name })
  }
  for (const [currency, amount] of perCurrency.of) {
    whole.expect(amount === 0n, `it sums to ${amount} ${currency}`, { currency })
  }

  const atProvider = new Sums()
  for (const at of world.provider.values()) atProvider.add(at.currency, at.captured - at.refunded)
  for (const currency of new Set([...cleared.of.keys(), ...atProvider.of.keys()])) {
    const [ours, theirs] = [cleared.get(currency), atProvider.get(currency)]
    clearing.expect(ours === theirs, `clearing has ${ours} ${currency}, the provider ${theirs}`, { currency })
  }

  const expected = new Set<string>()
  function book(id: string, kind: string, amount: number, accounts: [debit: string, credit: string]): void {
    expected.add(id)
    const transaction = transactions.get(id)
    const right =
      transaction?.kind === kind &&
      transaction.n === 2 &&
      transaction.entries.get(accounts[0]) === amount &&
      transaction.entries.get(accounts[1]) === -amount
    once.look()
    if (!transaction) lasting.wrong(`a ${kind} of ${amount} is not in the ledger`, { transaction_id: id })
    else if (!right) {
      once.wrong(`a ${kind} of ${amount} is booked otherwise`, {
        transaction_id: id,
        entries: Object.fromEntries(transaction.entries),
        count: transaction.n,
      })
    }
  }
  const byKey = new Map([...world.payments.values()].map(payment => [payment.provider_key, payment.id]))
  const byReference = new Map(world.refunds.map(refund => [refund.provider_reference, refund.id]))
  for (const at of world.provider.values()) {
    if (at.captured > 0) {
      lasting.look()
      book(byKey.get(at.key) ?? at.key, 'capture', at.captured, ['provider_clearing', 'sales'])
    }
    for (const refund of at.refunds) {
      lasting.look()
      book(byReference.get(refund.id) ?? refund.id, 'refund', refund.amount, ['refunds', 'provider_clearing'])
    }
  }
  for (const [id, { kind, payment_id }] of transactions) {
    if (!expected.has(id))
      lasting.wrong(`a ${kind} is booked that the provider never made`, { transaction_id: id, payment_id })
  }
}
