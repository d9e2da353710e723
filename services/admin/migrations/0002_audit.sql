-- What staff began: becomes a line of the log when its end is heard, or when it is clear that it never will be.
create table actions_begun (
  action_id uuid primary key,
  service text not null,
  action jsonb not null,
  correlation_id text not null,
  heard_at timestamptz not null default now()
);
create index actions_begun_heard on actions_begun (heard_at);

-- Append-only: what staff did or were refused, with nothing secret or personal in it.
create table audit_log (
  id uuid primary key default uuidv7(),
  action_id uuid not null,
  service text not null,
  actor_id uuid,
  role text not null,
  operation text not null,
  method text not null,
  path text not null,
  target text,
  input jsonb,
  before jsonb,
  after jsonb,
  -- Null: the process died in the midst, so it is not known whether the change was made.
  status int,
  problem text,
  ip text not null,
  forwarded_for text,
  user_agent text,
  correlation_id text not null,
  at timestamptz(3) not null
);
-- One line of an action; a second one only where its end was heard after all.
create unique index audit_log_once on audit_log (action_id, (status is null));
-- The log, newest first: all of it, of one person, of one operation, of one thing.
create index audit_log_newest on audit_log (at desc, id desc);
create index audit_log_actor on audit_log (actor_id, at desc, id desc);
create index audit_log_operation on audit_log (operation, at desc, id desc);
create index audit_log_target on audit_log (target, at desc, id desc) where target is not null;
create trigger audit_log_append_only before update or delete or truncate on audit_log
  for each statement execute function refuse_change();
