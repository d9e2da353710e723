create table webhooks (
  id uuid primary key default uuidv7(),
  url text not null,
  events text[] not null,
  description text not null default '',
  is_active boolean not null,
  disabled_reason text,
  -- The secret is made from this and from one that is not in the database: who reads the tables can sign nothing.
  secret_salt uuid not null default gen_random_uuid(),
  -- Events from before it was switched on are not sent.
  active_since timestamptz not null default now(),
  failing_since timestamptz,
  delivered_at timestamptz,
  -- The receiver does not answer, or asks for time: nothing is sent before.
  held_until timestamptz,
  -- One sender at a time, so that events go out in order; a sender that died leaves it to run out.
  leased_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table webhook_deliveries (
  id uuid primary key default uuidv7(),
  webhook_id uuid not null references webhooks on delete cascade,
  event_id uuid not null,
  event text not null,
  body text not null,
  status text not null default 'waiting' check (status in ('waiting', 'delivered', 'failed')),
  attempts int not null default 0,
  response_status int,
  error text,
  due_at timestamptz default now(),
  delivered_at timestamptz,
  created_at timestamptz not null default now(),
  -- An event that is read twice is sent as one.
  constraint webhook_deliveries_once unique (webhook_id, event_id),
  constraint webhook_deliveries_due check ((status = 'waiting') = (due_at is not null))
);
-- What is to be sent, oldest first.
create index webhook_deliveries_due on webhook_deliveries (webhook_id, id) where status = 'waiting';
-- The log of a webhook, newest first; and what is old enough to go.
create index webhook_deliveries_log on webhook_deliveries (webhook_id, id desc);
create index webhook_deliveries_old on webhook_deliveries (created_at) where status <> 'waiting';

create table webhook_tries (
  id bigint generated always as identity primary key,
  delivery_id uuid not null references webhook_deliveries on delete cascade,
  at timestamptz not null default clock_timestamp(),
  took_ms int not null,
  response_status int,
  response text,
  error text
);
create index webhook_tries_delivery on webhook_tries (delivery_id, id desc);

-- How far each topic of the event log was read for webhooks.
create table webhook_places (
  topic text primary key,
  position bigint not null
);
