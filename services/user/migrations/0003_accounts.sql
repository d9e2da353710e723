-- The person has shown that the address is theirs.
alter table users add column email_verified_at timestamptz;

-- What is in the links of mails, by SHA-256. One is deleted when it is used: it works once.
create table account_tokens (
  hash bytea primary key,
  user_id uuid not null references users on delete cascade,
  purpose text not null check (purpose in ('verify-email', 'change-email', 'reset-password')),
  -- The address it was sent to, and proves.
  email text not null check (char_length(email) <= 254),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
-- How many somebody was sent of late, and taking back the others when one was used.
create index account_tokens_user on account_tokens (user_id, purpose, created_at);
-- The sweep.
create index account_tokens_expired on account_tokens (expires_at);

-- Mails to be handed to the notification service. No secrets in it: the token of a link is made when the mail is handed
-- over. A row goes when its mail was taken.
create table mails (
  key text primary key check (char_length(key) <= 200),
  template text not null,
  -- Null: by the address alone, which may have no account.
  user_id uuid,
  email text not null check (char_length(email) <= 254),
  data jsonb not null default '{}',
  attempts int not null default 0,
  due_at timestamptz not null default now(),
  created_at timestamptz not null default now()
);
-- What is due, oldest first.
create index mails_due on mails (due_at);
-- Erasure.
create index mails_user on mails (user_id);

-- Devices an account was signed in to from, as it names them: a sign-in from another one is told by mail.
create table known_devices (
  user_id uuid not null references users on delete cascade,
  device text not null check (char_length(device) <= 100),
  created_at timestamptz not null default now(),
  primary key (user_id, device)
);

-- Wrong passwords of late, by the digest of an account, an address, or both. It survives a restart, and a row is no more
-- than an hour's memory.
create table sign_in_attempts (
  key bytea primary key,
  attempts int not null,
  last_at timestamptz not null,
  blocked_until timestamptz
);
create index sign_in_attempts_age on sign_in_attempts (last_at);
