-- A placement that was refused is no order that was placed, and none that was cancelled. Older events do not say.
alter table orders add refused boolean not null default false;
create or replace view order_parts as
  select o.order_id, o.currency, part.at, part.placed, part.orders, part.cancelled, part.cancelled_paid, part.shipped,
    part.delivered, part.units, part.revenue_minor, part.refunds, part.refunded_minor,
    part.new_customers, part.returning_orders, part.guest_orders
  from orders o
  left join people p on p.id = o.person_id
  cross join lateral (
    select o.placed_at as at, 1 as placed, 0 as orders, 0 as cancelled, 0 as cancelled_paid, 0 as shipped, 0 as delivered,
      0::bigint as units, 0::bigint as revenue_minor, 0 as refunds, 0::bigint as refunded_minor, 0 as new_customers,
      0 as returning_orders, 0 as guest_orders
    where o.placed_at is not null
    union all
    select o.paid_at, 0, 1, 0, 0, 0, 0,
      coalesce((select sum(l.quantity) from order_lines l where l.order_id = o.order_id), 0)::bigint, o.total_minor, 0, 0,
      (p.first_order_id is not distinct from o.order_id)::int,
      (p.id is not null and p.first_order_id is distinct from o.order_id)::int, (p.id is null)::int
    where o.paid_at is not null
    union all
    select o.cancelled_at, 0, 0, 1, (o.paid_at is not null)::int, 0, 0, 0, 0, 0, 0, 0, 0, 0 where o.cancelled_at is not null
    union all
    select o.shipped_at, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0 where o.shipped_at is not null
    union all
    select o.delivered_at, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0 where o.delivered_at is not null
    union all
    -- What was taken and given back without the order ever being paid was never revenue.
    select r.made_at, 0, 0, 0, 0, 0, 0, 0, 0, 1, r.amount_minor, 0, 0, 0
    from refunds r where r.order_id = o.order_id and o.paid_at is not null
  ) part
  where o.currency is not null and not o.refused;
