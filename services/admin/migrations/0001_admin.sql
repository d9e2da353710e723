-- Differences that were seen, and since when without a break: what lasts longer than anything that is on its way in a
-- healthy shop becomes a finding. The fingerprint is what makes a difference the same one.
create table suspicions (
  kind text not null,
  subject text not null,
  fingerprint text not null,
  evidence jsonb not null,
  -- Both of one transaction, so that one look is not taken for two.
  first_seen timestamptz not null default now(),
  last_seen timestamptz not null default now(),
  primary key (kind, subject)
);

create table findings (
  id uuid primary key default uuidv7(),
  kind text not null,
  subject text not null,
  evidence jsonb not null,
  state text not null default 'open' check (state in ('open', 'repaired', 'gone')),
  advice text,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  attempts int not null default 0,
  last_error text,
  -- When the repair is tried again; null: only if somebody asks for it.
  next_try_at timestamptz default now(),
  repaired_at timestamptz,
  how text,
  created_at timestamptz not null default now(),
  constraint findings_closed check ((state = 'repaired') = (repaired_at is not null))
);
-- One open finding of a thing.
create unique index findings_open on findings (kind, subject) where state = 'open';
-- The list, by state.
create index findings_state on findings (state, id desc);
create index findings_subject on findings (subject, id desc);

-- Append-only: what was found, tried and done.
create table finding_history (
  id bigint generated always as identity primary key,
  finding_id uuid not null references findings,
  at timestamptz not null default clock_timestamp(),
  what text not null check (what in ('found', 'tried', 'failed', 'left', 'repaired', 'gone', 'closed')),
  detail text,
  -- `reconciler`, or the id of the member of staff who asked.
  by text not null default 'reconciler',
  evidence jsonb
);
create index finding_history_finding on finding_history (finding_id, id);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;
create trigger finding_history_append_only before update or delete or truncate on finding_history
  for each statement execute function refuse_change();

-- How far each walk through what changed has come. `at` is the other database's own time, as text.
create table walks (
  source text primary key,
  at text not null,
  id uuid
);

create table reconciler_runs (
  id bigint generated always as identity primary key,
  started_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  checked int not null default 0,
  found int not null default 0,
  repaired int not null default 0,
  failed text
);
