-- What became of a dead letter that is closed, and what it said before somebody mended it.
alter table dead_letters
  add outcome text check (outcome in ('replayed', 'discarded')),
  add original jsonb;

-- What this service had lost and learnt again from its own events, or could not: collected by the admin service.
create table own_findings (
  id uuid primary key default uuidv7(),
  aggregate_id uuid not null,
  event_name text not null,
  -- What was done, in words; null: it could not be learnt again.
  how text,
  evidence jsonb not null default '{}',
  at timestamptz not null default now(),
  -- One line for one loss, however often it is met.
  unique (aggregate_id, event_name)
);
