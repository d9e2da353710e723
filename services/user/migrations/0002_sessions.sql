-- What the person is shown of a session, so that they know which device it is.
alter table sessions
  add column user_agent text check (char_length(user_agent) <= 500),
  add column ip text check (char_length(ip) <= 45),
  add column used_at timestamptz not null default now();

-- Counts what the account was allowed: an access token of an older version is not taken any more.
alter table users add column token_version int not null default 0;

-- What was taken back of access tokens that have not expired. Every service asks for what is new; rows go when no token
-- can be left. Either a session that ended, or an account whose tokens below the version are out of date.
create table revocations (
  -- The writing transaction: a reader remembers the oldest one still open and asks from there, so that none is missed,
  -- in whatever order they commit.
  xid xid8 not null default pg_current_xact_id(),
  session_id uuid,
  user_id uuid,
  version int,
  created_at timestamptz not null default now(),
  constraint revocations_of_one check (num_nonnulls(session_id, user_id) = 1 and (user_id is null) = (version is null))
);
-- The sweep.
create index revocations_age on revocations (created_at);

-- Here and not in the statements that end sessions: none of them can forget it. A session that had run out has no token
-- that lives.
create function revoke_ended_sessions() returns trigger language plpgsql as $$
begin
  insert into revocations (session_id) select id from ended where expires_at > now();
  return null;
end $$;
create trigger sessions_ended after delete on sessions
  referencing old table as ended for each statement execute function revoke_ended_sessions();

create function revoke_old_versions() returns trigger language plpgsql as $$
begin
  if (new.role, new.is_active) is distinct from (old.role, old.is_active) then
    new.token_version := greatest(new.token_version, old.token_version + 1);
  end if;
  if new.token_version > old.token_version then
    insert into revocations (user_id, version) values (new.id, new.token_version);
  end if;
  return new;
end $$;
create trigger users_changed before update of role, is_active, token_version on users
  for each row execute function revoke_old_versions();
