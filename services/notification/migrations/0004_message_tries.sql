-- What came of each try to send a message, and what it said when it was sent (docs/decisions/0024).
create table message_tries (
  message_id uuid not null references messages on delete cascade,
  n int not null,
  outcome text not null check (outcome in ('sent', 'failed', 'dropped', 'postponed')),
  reason text,
  -- Tries one after the other that were put off for the same reason are one row.
  times int not null default 1,
  first_at timestamptz not null default clock_timestamp(),
  last_at timestamptz not null default clock_timestamp(),
  -- As it went out, but no link in it opens anything. An SMS and a push message have a text only.
  subject text,
  html text,
  text text,
  -- Serves the reading of a message's tries, and finds the newest of them.
  primary key (message_id, n)
);
