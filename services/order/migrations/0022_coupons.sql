create table coupons (
  id uuid primary key,
  code text not null constraint coupons_code unique check (code = upper(code)),
  description text not null default '',
  -- What it takes off: parts per million of the subtotal, or an amount.
  rate int check (rate between 1 and 1000000),
  amount_minor bigint check (amount_minor > 0),
  currency text,
  min_subtotal_minor bigint check (min_subtotal_minor > 0),
  starts_at timestamptz,
  ends_at timestamptz,
  -- Null: without a limit. One without a limit is given none later, so that no order is under way that did not count.
  max_uses int check (max_uses > 0),
  once_per_customer boolean not null default false,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint coupons_one_worth check (num_nonnulls(rate, amount_minor) = 1),
  constraint coupons_amounts_have_currency check (currency is not null or (amount_minor is null and min_subtotal_minor is null)),
  constraint coupons_end_after_start check (starts_at < ends_at)
);

-- A use of a coupon is an order with its code that is not undone; nothing counts them beside the orders themselves.
alter table orders
  add coupon_code text,
  -- The order took the only use its customer has.
  add coupon_once boolean not null default false,
  -- The coupon of an order is not deleted.
  add constraint orders_coupon foreign key (coupon_code) references coupons (code),
  add constraint orders_discount_fits check (discount_minor <= subtotal_minor);
-- Counting the uses of a coupon, and whether there are any. Orders without one are in none of these.
create index orders_coupon_uses on orders (coupon_code, goal, status) where coupon_code is not null;
-- One use for a customer, known by the account or by the e-mail address: also when they ask twice at the same moment.
create unique index orders_coupon_once_user on orders (coupon_code, user_id)
  where coupon_once and user_id is not null and goal <> 'cancel' and status <> 'cancelled';
create unique index orders_coupon_once_email on orders (coupon_code, lower(email))
  where coupon_once and email is not null and goal <> 'cancel' and status <> 'cancelled';
