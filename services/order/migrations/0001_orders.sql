create sequence order_numbers start 100001;

create table orders (
  id uuid primary key,
  -- For people.
  number text not null unique default 'SF-' || nextval('order_numbers'),
  user_id uuid,
  email text,
  status text not null default 'pending'
    check (status in ('pending', 'processing', 'shipped', 'delivered', 'cancelled')),
  payment_status text not null default 'unpaid'
    check (payment_status in ('unpaid', 'authorised', 'paid', 'in_doubt', 'failed', 'refunded', 'partially_refunded')),
  -- What checkout is driving towards. It is written before the first step, so that whoever finds the order after a
  -- crash knows what to finish: hold stock · pay · cancel (undo everything) · none: at rest.
  goal text not null check (goal in ('hold', 'pay', 'cancel', 'none')),
  -- When the sweeper takes over from a request that has not reached the goal.
  due_at timestamptz,
  -- How often the sweeper has tried: it waits longer each time.
  tries int not null default 0,
  -- A refused payment undoes the order if it was placed with it, and leaves it pending if it was paid later.
  paid_at_once boolean not null,
  -- Number of the payment attempt under way or last made: part of its key at the payment service.
  attempt int not null default 0,
  -- The provider's token, only while a payment is under way.
  payment_method text,
  cancel_reason text,
  currency text not null,
  subtotal_minor bigint not null check (subtotal_minor >= 0),
  discount_minor bigint not null default 0 check (discount_minor >= 0),
  shipping_minor bigint not null default 0 check (shipping_minor >= 0),
  tax_minor bigint not null default 0 check (tax_minor >= 0),
  total_minor bigint not null check (total_minor >= 0),
  shipping_address jsonb,
  cart_id uuid,
  -- Until when the stock of an unpaid order is held.
  expires_at timestamptz,
  idempotency_scope text,
  idempotency_key text,
  request_hash text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint orders_add_up check (total_minor = subtotal_minor - discount_minor + shipping_minor + tax_minor),
  constraint orders_at_rest check ((goal = 'none') = (due_at is null)),
  constraint orders_keep_no_card check (payment_method is null or goal = 'pay')
);
-- One key, one order: also when the same request arrives twice at the same time.
create unique index orders_key_once on orders (idempotency_scope, idempotency_key) where idempotency_key is not null;
-- One cart, at most one order that is not undone.
create unique index orders_cart_once on orders (cart_id) where cart_id is not null and goal <> 'cancel' and status <> 'cancelled';
-- What the sweeper must finish.
create index orders_due on orders (due_at) where goal <> 'none';
-- Unpaid orders past their deadline.
create index orders_expiring on orders (expires_at) where status = 'pending' and goal = 'none';
-- A customer's orders, and all of them for staff, newest first (ids are UUIDv7).
create index orders_user on orders (user_id, id desc) where user_id is not null;
create index orders_status on orders (status, id desc);

create table order_items (
  id uuid primary key default uuidv7(),
  order_id uuid not null references orders,
  product_id uuid not null,
  sku text not null,
  product_name text not null,
  quantity int not null check (quantity > 0),
  price_minor bigint not null check (price_minor >= 0),
  subtotal_minor bigint not null,
  constraint order_items_add_up check (subtotal_minor = quantity * price_minor)
);
create index order_items_order on order_items (order_id);

-- Append-only: the path the order took.
create table order_history (
  id bigint generated always as identity primary key,
  order_id uuid not null references orders,
  status text not null,
  payment_status text not null,
  note text,
  at timestamptz not null default clock_timestamp()
);
create index order_history_order on order_history (order_id, id);
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'order history is append-only';
end $$;
create trigger order_history_append_only before update or delete on order_history
  for each statement execute function refuse_change();

-- Attempts to pay, with what came of them: a repeated request is answered from here.
create table payment_attempts (
  order_id uuid not null references orders,
  attempt int not null,
  idempotency_key text,
  request_hash text not null,
  outcome text check (outcome in ('paid', 'declined', 'invalid_method', 'out_of_stock', 'cancelled')),
  decline_code text,
  created_at timestamptz not null default now(),
  primary key (order_id, attempt)
);
create unique index payment_attempts_key_once on payment_attempts (order_id, idempotency_key) where idempotency_key is not null;
