-- What a request to place or to pay an order was told is kept with its attempt, in the statement that decides it: the
-- same request gets the same answer, whatever has become of the order since. Attempt 0 is the placing of an order that
-- is to be paid later. An attempt has no outcome exactly as long as the order is driven towards it.
alter table payment_attempts
  -- The problem it was refused with, as it went onto the wire.
  add refusal jsonb,
  drop constraint payment_attempts_outcome_check;
update payment_attempts set outcome = 'cancelled'
  where outcome is null and order_id in (select id from orders where goal in ('none', 'cancel'));
update payment_attempts set
  refusal = jsonb_build_object('order_id', order_id) || case outcome
    when 'declined' then jsonb_build_object('type', 'https://shopfleet.dev/problems/payment-declined',
                                            'decline_code', coalesce(decline_code, 'declined'))
    when 'invalid_method' then '{"type": "https://shopfleet.dev/problems/invalid-payment-method"}'
    when 'out_of_stock' then '{"type": "https://shopfleet.dev/problems/out-of-stock", "items": []}'
    else '{"type": "https://shopfleet.dev/problems/order-not-payable"}' end,
  outcome = 'refused'
  where outcome <> 'paid';
insert into payment_attempts (order_id, attempt, request_hash, outcome)
  select id, 0, coalesce(request_hash, ''), case when goal <> 'hold' then 'held' end from orders where not paid_at_once;
alter table payment_attempts
  drop column decline_code,
  add constraint payment_attempts_outcome_check check (outcome in ('held', 'paid', 'refused')),
  add constraint payment_attempts_refusal_check check ((refusal is not null) = (outcome is not null and outcome = 'refused'));

alter table orders
  drop column request_hash,
  -- Money given back so far. It may be heard of before the order is settled as paid.
  add refunded_minor bigint not null default 0;

-- Orders past their deadline that are unpaid, or that nobody was told of and no request is working on.
drop index orders_expiring;
create index orders_expiring on orders (expires_at) where status = 'pending' and goal <> 'cancel';
