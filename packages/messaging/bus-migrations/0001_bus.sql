-- The event log. Each topic (a speaking service) is appended to under an advisory lock held to the end of the
-- transaction, so within a topic positions become visible in order and `position > last` misses nothing.
create table events (
  topic text not null,
  position bigint generated always as identity,
  event_id uuid not null,
  message jsonb not null,
  appended_at timestamptz not null default now(),
  primary key (topic, position),
  -- A relay that died between append and delete appends again: once is enough.
  constraint events_once unique (event_id)
);
-- Retention by age.
create index events_appended_at on events using brin (appended_at);
