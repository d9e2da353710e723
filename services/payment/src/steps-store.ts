import type { PaymentStep } from '@shopfleet/contracts'
import type { Queryable } from '@shopfleet/database'

export interface StepRow extends Omit<PaymentStep, 'amount'> {
  amount_minor: number
}

/**
 * Everything that is known to have happened to the payments of an order, oldest first, from what is kept of it anyway: the
 * payments themselves, their refunds, the ledger, and what the provider did not answer.
 */
export async function listSteps(sql: Queryable, order_id: string): Promise<StepRow[]> {
  return sql<StepRow[]>`
    with p as materialized (select * from payments where order_id = ${order_id})
    select step.*, p.attempt, p.currency from p cross join lateral (
      select p.id as payment_id, 'asked' as step, p.amount_minor, null as reason, 1 as times, p.created_at as at
      union all
      -- These are ends, or where it stands: nothing has changed the payment since.
      select p.id, p.status, p.amount_minor, p.decline_code, 1, p.updated_at
      where p.status in ('in_doubt', 'authorised', 'declined', 'voided')
      union all
      select p.id, 'silent', p.amount_minor, s.step || ': ' || s.cause, s.times, s.first_at
      from provider_silences s where s.payment_id = p.id
      union all
      select p.id, 'captured', e.amount_minor, null, 1, e.created_at
      from ledger_entries e where e.payment_id = p.id and e.kind = 'capture' and e.account = 'provider_clearing'
      union all
      select p.id, 'refund_asked', r.amount_minor, r.reason, 1, r.created_at from refunds r where r.payment_id = p.id
      union all
      select p.id, 'refunded', r.amount_minor, null, 1, e.created_at
      from refunds r join ledger_entries e on e.transaction_id = r.id and e.account = 'provider_clearing'
      where r.payment_id = p.id and e.payment_id = p.id
      union all
      select p.id, 'refund_refused', r.amount_minor, null, 1, r.updated_at
      from refunds r where r.payment_id = p.id and r.status = 'failed'
    ) step
    order by at, step`
}
