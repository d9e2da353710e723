create table stock (
  product_id uuid primary key,
  on_hand int not null,
  reserved int not null default 0,
  -- Counts the changes of the row: a listener keeps the highest it has seen.
  revision bigint not null default 1,
  updated_at timestamptz not null default now(),
  -- The promise itself: whatever the code does, more than there is cannot be held or sold.
  constraint stock_holds check (0 <= reserved and reserved <= on_hand)
);
-- Staff list of what runs low: available, then id as tie-break of the page.
create index stock_available on stock ((on_hand - reserved), product_id);

create table reservations (
  order_id uuid primary key,
  -- held: counted in stock.reserved · committed: sold, taken from on_hand · released, expired: given back, and closed
  status text not null check (status in ('held', 'committed', 'released', 'expired')),
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
-- The sweep for deadlines that have passed.
create index reservations_due on reservations (expires_at) where status = 'held';

create table reservation_lines (
  order_id uuid not null references reservations,
  product_id uuid not null,
  quantity int not null check (quantity > 0),
  primary key (order_id, product_id)
);

-- Append-only: on_hand = Σ delta, always.
create table movements (
  id uuid primary key default uuidv7(),
  product_id uuid not null,
  delta int not null check (delta <> 0),
  reason text not null,
  order_id uuid,
  on_hand int not null,
  -- A repeated adjustment with the same key moves nothing.
  idempotency_key text,
  request jsonb,
  created_at timestamptz not null default clock_timestamp()
);
create unique index movements_once on movements (product_id, idempotency_key) where idempotency_key is not null;
-- History of a product, newest first.
create index movements_product on movements (product_id, id desc);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'movements are append-only';
end $$;
create trigger movements_append_only before update or delete on movements
  for each statement execute function refuse_change();
