-- The second factor of an account: a secret shared with an authenticator app (RFC 6238).
create table second_factors (
  user_id uuid primary key references users on delete cascade,
  -- Sealed, with the account bound to it: a copy of the database makes no codes.
  sealed_secret bytea not null,
  -- Null: shown to the person, who has not shown a code of it yet.
  confirmed_at timestamptz,
  -- The newest time step a code was taken of: that one and older ones are not taken again.
  last_step bigint not null default 0,
  created_at timestamptz not null default now()
);

-- For the day the telephone is lost: by SHA-256 of 120 random bits, each good once.
create table recovery_codes (
  user_id uuid not null references users on delete cascade,
  hash bytea not null,
  primary key (user_id, hash)
);

-- Somebody who knew the password, and has yet to show the second factor. By SHA-256 of a random token.
create table sign_in_challenges (
  hash bytea primary key,
  user_id uuid not null references users on delete cascade,
  expires_at timestamptz not null
);
create index sign_in_challenges_user on sign_in_challenges (user_id);
create index sign_in_challenges_expired on sign_in_challenges (expires_at);
