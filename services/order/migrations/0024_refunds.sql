-- Refunds of lines, or of an amount. The money moves in the payment service, the stock in the inventory, each under the id
-- of the refund.
alter table order_items
  add refunded_quantity int not null default 0,
  add refunded_minor bigint not null default 0,
  -- The promise itself: whatever the code does, more of a line than was bought cannot come back.
  add constraint order_items_refunds_fit check (refunded_quantity between 0 and quantity and refunded_minor >= 0);

create table order_refunds (
  id uuid primary key,
  order_id uuid not null references orders,
  amount_minor bigint not null check (amount_minor > 0),
  restock boolean not null,
  reason text,
  -- asked: it is driven to its end · made · refused: nothing went back, and what it counted of the lines is free again
  status text not null default 'asked' check (status in ('asked', 'made', 'refused')),
  -- The problem it was refused with, as it went onto the wire.
  refusal jsonb,
  -- When the sweeper takes over.
  due_at timestamptz,
  tries int not null default 0,
  idempotency_key text,
  request_hash text not null,
  created_at timestamptz not null default now(),
  constraint order_refunds_at_rest check ((status = 'asked') = (due_at is not null)),
  constraint order_refunds_refusal check ((status = 'refused') = (refusal is not null))
);
create unique index order_refunds_key_once on order_refunds (order_id, idempotency_key) where idempotency_key is not null;
-- Those of an order, and what the sweeper must finish.
create index order_refunds_order on order_refunds (order_id, id);
create index order_refunds_due on order_refunds (due_at) where due_at is not null;

create table order_refund_lines (
  refund_id uuid not null references order_refunds,
  item_id uuid not null references order_items,
  quantity int not null check (quantity > 0),
  amount_minor bigint not null check (amount_minor >= 0),
  primary key (refund_id, item_id)
);
