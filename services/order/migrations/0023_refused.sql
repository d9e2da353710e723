-- A placement that was refused (out of stock, declined at once) leaves an order that nobody was ever told of. It is none that
-- was cancelled, and is in no list unless it is asked for.
alter table orders add refused boolean not null default false;
update orders o set refused = true
  where status = 'cancelled'
    and not exists (select 1 from payment_attempts t where t.order_id = o.id and outcome in ('held', 'paid'))
    and not exists (select 1 from order_history h where h.order_id = o.id and payment_status in ('in_doubt', 'paid'));
-- Staff look them up, newest first. Orders that were taken are not in it.
create index orders_refused on orders (id desc) where refused;
