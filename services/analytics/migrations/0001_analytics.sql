-- Facts: what happened, each thing once, whatever comes twice, late or out of order. A time is the earliest that was
-- told, so applying an event again changes nothing.

-- Accounts and customers by an id of ours. Erasing somebody takes away `user_id` and with it who it was; what was
-- counted stays counted.
create table people (
  id uuid primary key default uuidv7(),
  user_id uuid unique,
  registered_at timestamptz,
  erased_at timestamptz,
  -- The paid order that made a customer of the person.
  first_order_id uuid
);

-- Whose account is gone, for as long as something of theirs may still come: a digest, which names nobody.
create table erasures (
  digest bytea primary key,
  erased_at timestamptz not null
);

create table orders (
  order_id uuid primary key,
  person_id uuid references people,
  currency text,
  total_minor bigint,
  placed_at timestamptz,
  paid_at timestamptz,
  shipped_at timestamptz,
  delivered_at timestamptz,
  cancelled_at timestamptz
);
-- The first paid order of a person.
create index orders_person on orders (person_id, paid_at, order_id) where person_id is not null and paid_at is not null;

create table order_lines (
  order_id uuid not null,
  product_id uuid not null,
  quantity int not null,
  amount_minor bigint not null,
  primary key (order_id, product_id)
);

create table refunds (
  refund_id uuid primary key,
  order_id uuid not null,
  currency text not null,
  amount_minor bigint not null,
  made_at timestamptz not null
);
create index refunds_order on refunds (order_id);

create table products (
  product_id uuid primary key,
  sku text,
  name text,
  category_id uuid,
  is_active boolean not null default true,
  deleted_at timestamptz,
  -- Of the newest event that was applied: an older one changes nothing.
  told_at timestamptz not null
);

create table stock (
  product_id uuid primary key,
  available int not null,
  revision bigint not null
);
-- What is sold out or nearly so.
create index stock_available on stock (available);

-- Roll-ups: sums of the facts by quarter of an hour, which begins where any time zone's day may begin, and by hour, day
-- and month of UTC, so that a long time is few rows. `at` is the beginning.

create function grain_of(grain text, at timestamptz) returns timestamptz
  language sql immutable parallel safe
  return case grain when 'quarter_hour' then date_bin('15 minutes', at, '2000-01-01 00:00:00+00')
    else date_trunc(grain, at, 'UTC') end;

create table sales (
  currency text not null,
  grain text not null,
  at timestamptz not null,
  placed int not null default 0,
  orders int not null default 0,
  cancelled int not null default 0,
  cancelled_paid int not null default 0,
  shipped int not null default 0,
  delivered int not null default 0,
  units bigint not null default 0,
  revenue_minor bigint not null default 0,
  refunds int not null default 0,
  refunded_minor bigint not null default 0,
  new_customers int not null default 0,
  returning_orders int not null default 0,
  guest_orders int not null default 0,
  primary key (currency, grain, at)
);

create table product_sales (
  grain text not null,
  at timestamptz not null,
  product_id uuid not null,
  currency text not null,
  orders int not null default 0,
  units bigint not null default 0,
  revenue_minor bigint not null default 0,
  primary key (grain, at, product_id, currency)
);

create table accounts (
  grain text not null,
  at timestamptz not null,
  registered int not null default 0,
  erased int not null default 0,
  primary key (grain, at)
);

-- What storefronts told. There are no facts behind these two: one view is as good as another.
create table attention (
  grain text not null,
  at timestamptz not null,
  product_id uuid not null,
  viewed bigint not null default 0,
  carted bigint not null default 0,
  primary key (grain, at, product_id)
);

create table searches (
  grain text not null,
  at timestamptz not null,
  term text not null,
  searches bigint not null default 0,
  found_none bigint not null default 0,
  primary key (grain, at, term)
);

-- What an order adds to the roll-ups. Everything they say of orders follows from these two views and nothing else:
-- keeping them up to date is taking away what an order added before a change and adding what it adds after.

create view order_parts as
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
  where o.currency is not null;

create view line_parts as
  select o.order_id, l.product_id, o.currency, part.at, part.sign as orders, part.sign * l.quantity::bigint as units,
    part.sign * l.amount_minor as revenue_minor
  from orders o
  join order_lines l on l.order_id = o.order_id
  cross join lateral (
    select o.paid_at as at, 1 as sign
    union all
    select o.cancelled_at, -1 where o.cancelled_at is not null
  ) part
  where o.paid_at is not null and o.currency is not null;
