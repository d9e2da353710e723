-- What this service knows of an order: whether it still takes payments. Authorising and closing both lock this row, so
-- one of them comes first, and closing sees every payment that was let in before it.
create table orders (
  order_id uuid primary key,
  closed_at timestamptz,
  close_reason text,
  -- Set while a closed order still has money to give back or doubts to clear.
  next_check_at timestamptz,
  checks int not null default 0
);
-- The sweep for closures that are not settled.
create index orders_due on orders (next_check_at) where next_check_at is not null;

create table payments (
  id uuid primary key default uuidv7(),
  order_id uuid not null references orders,
  attempt int not null check (attempt > 0),
  -- The key of the authorisation at the provider: made of what the order service knows, so that it is the same even for
  -- a database that was restored from a backup.
  provider_key text not null generated always as (order_id::text || ':authorise:' || attempt::text) stored unique,
  status text not null check (status in
    ('authorising', 'in_doubt', 'authorised', 'captured', 'declined', 'voided', 'refunded', 'partially_refunded')),
  amount_minor bigint not null check (amount_minor >= 0),
  captured_minor bigint not null default 0,
  refunded_minor bigint not null default 0,
  -- Held by refunds that the provider has not confirmed yet.
  refunding_minor bigint not null default 0,
  currency text not null,
  -- `none` for an amount of zero: there is nothing to ask.
  provider text not null,
  provider_reference text unique,
  decline_code text,
  -- The shopper's token, only until the authorisation is known: asking again needs it.
  payment_method text,
  -- A step that was begun on an authorised payment and whose outcome is not known yet.
  wanted text check (wanted in ('capture', 'void')),
  -- When to ask the provider again; null when there is nothing to ask.
  next_check_at timestamptz,
  checks int not null default 0,
  -- When the reconciler compares it with the provider.
  compare_at timestamptz,
  correlation_id text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (order_id, attempt),
  -- The promise itself: whatever the code does, more than was paid cannot go back.
  constraint payments_refunds_fit check (
    0 <= refunded_minor and 0 <= refunding_minor and refunded_minor + refunding_minor <= captured_minor),
  constraint payments_captures_fit check (0 <= captured_minor and captured_minor <= amount_minor),
  constraint payments_token_forgotten check (payment_method is null or status in ('authorising', 'in_doubt')),
  constraint payments_wants_when_authorised check (wanted is null or status = 'authorised')
);
-- One order is never paid twice: at most one payment of it can be or become money.
create unique index payments_one_live on payments (order_id)
  where status in ('authorising', 'in_doubt', 'authorised', 'captured', 'partially_refunded');
-- The sweep for questions without an answer, and the reconciler.
create index payments_due on payments (next_check_at) where next_check_at is not null;
create index payments_to_compare on payments (compare_at) where compare_at is not null;

create table refunds (
  -- Also the key at the provider: a refund is asked for as often as needed and made once.
  id uuid primary key default uuidv7(),
  payment_id uuid not null references payments,
  amount_minor bigint not null check (amount_minor > 0),
  status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed')),
  reason text,
  -- A repeated request with the same key refunds once; `asked_minor` (null: all that is left) tells it from another.
  idempotency_key text,
  asked_minor bigint,
  provider_reference text,
  next_check_at timestamptz,
  checks int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index refunds_once on refunds (payment_id, idempotency_key) where idempotency_key is not null;
-- Refunds of a payment that are not confirmed, and the sweep for them.
create index refunds_pending on refunds (payment_id) where status = 'pending';
create index refunds_due on refunds (next_check_at) where next_check_at is not null;

-- Webhooks that were dealt with: a repetition costs one look. Pruned by age.
create table webhook_events (
  id text primary key,
  type text not null,
  received_at timestamptz not null default now()
);
create index webhook_events_received_at on webhook_events (received_at);

-- Double entry, append-only. Debits are positive, credits negative.
create table ledger_entries (
  id uuid primary key default uuidv7(),
  -- The payment for a capture, the refund for a refund: a movement of money is booked once.
  transaction_id uuid not null,
  account text not null check (account in ('provider_clearing', 'sales', 'refunds')),
  amount_minor bigint not null check (amount_minor <> 0),
  currency text not null,
  payment_id uuid not null references payments,
  order_id uuid not null,
  kind text not null check (kind in ('capture', 'refund')),
  -- Milliseconds, as in a cursor.
  created_at timestamptz(3) not null default clock_timestamp(),
  constraint ledger_entries_once unique (transaction_id, account)
);
-- Newest first, of all accounts and of one.
create index ledger_entries_newest on ledger_entries (created_at desc, id desc);
create index ledger_entries_account on ledger_entries (account, created_at desc, id desc);

create function refuse_ledger_change() returns trigger language plpgsql as $$
begin
  raise exception 'the ledger is append-only';
end $$;
create trigger ledger_append_only before update or delete or truncate on ledger_entries
  for each statement execute function refuse_ledger_change();

-- Every statement must balance, so every transaction does, and nothing is ever added to one later.
create function check_ledger_balance() returns trigger language plpgsql as $$
begin
  if exists (select 1 from added group by transaction_id, currency having sum(amount_minor) <> 0) then
    raise exception 'a transaction of the ledger does not add up to zero' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create trigger ledger_balances after insert on ledger_entries
  referencing new table as added for each statement execute function check_ledger_balance();
