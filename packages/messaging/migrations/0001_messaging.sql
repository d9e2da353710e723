-- What every service's database holds to speak and to listen exactly once.

-- Said in the transaction of the change; the relay hands it to the bus and deletes it. `seq` is taken after the row
-- lock of the aggregate, so it orders the events of one aggregate as they happened. Nobody reads `seq > last`:
-- sequences commit out of order. The relay always takes what is there.
create table outbox (
  seq bigint generated always as identity primary key,
  event_id uuid not null default uuidv7(),
  name text not null,
  version int not null default 1,
  aggregate_id uuid not null,
  payload jsonb not null,
  correlation_id text not null,
  traceparent text,
  occurred_at timestamptz not null default clock_timestamp()
);

-- An event was applied here: written in the transaction of the effect.
create table inbox (
  event_id uuid primary key,
  applied_at timestamptz not null default now()
);
-- Pruning by age.
create index inbox_applied_at on inbox (applied_at);

-- How far this service has read each topic; moves in the transaction of the effects.
create table consumer_offsets (
  topic text primary key,
  position bigint not null default 0
);

-- Events that could not be applied, in order, until someone replays them. While one is open, later events of the same
-- aggregate wait behind it, so that order per aggregate holds.
create table dead_letters (
  id bigint generated always as identity primary key,
  topic text not null,
  event_id uuid not null unique,
  aggregate_id uuid not null,
  message jsonb not null,
  error text not null,
  attempts int not null,
  created_at timestamptz not null default now(),
  replayed_at timestamptz
);
create index dead_letters_open on dead_letters (topic, aggregate_id) where replayed_at is null;
