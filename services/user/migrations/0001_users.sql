-- What each kind of account may do. Permissions are those of the contracts; they travel in the access token.
create table roles (
  name text primary key check (name ~ '^[a-z][a-z-]{0,49}$'),
  permissions text[] not null default '{}',
  -- A misspelt permission would silently allow nothing.
  constraint roles_permissions_known check (
    permissions <@ array['catalogue', 'stock', 'orders', 'payments', 'reviews', 'users', 'analytics', 'admin']
  )
);
insert into roles (name, permissions) values
  ('customer', '{}'),
  ('admin', '{catalogue,stock,orders,payments,reviews,users,analytics,admin}'),
  ('catalogue-manager', '{catalogue,stock,reviews}'),
  ('warehouse', '{stock,orders}'),
  ('support', '{orders,reviews,users}'),
  ('accountant', '{orders,payments,analytics}'),
  ('analyst', '{analytics}');

create table users (
  id uuid primary key default uuidv7(),
  email text not null check (char_length(email) <= 254),
  -- Null: cannot sign in (made by staff without a password, or erased).
  password_hash text,
  first_name text check (char_length(first_name) <= 200),
  last_name text check (char_length(last_name) <= 200),
  role text not null default 'customer' references roles,
  is_active boolean not null default true,
  erased_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- The promise of an erasure itself: nothing that names the person is left, and nobody signs in.
  constraint users_erased_is_nobody check (
    erased_at is null or (
      not is_active and password_hash is null and first_name is null and last_name is null
      and email like '%@erased.invalid'
    )
  )
);
-- One account per e-mail however it is spelt; sign-in looks up by it.
create unique index users_email on users (lower(email));
-- The staff list, newest first.
create index users_listed on users (id desc) where erased_at is null;
-- Whether there is an administrator.
create index users_administrators on users (id) where role = 'admin';

-- One sign-in on one device; `sid` of its access tokens.
create table sessions (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  -- Refresh tokens of this generation are good, those of earlier ones have been used.
  generation int not null default 1,
  -- The token that brought the newest generation, and when: it alone may be repeated, for as long as an answer may be lost.
  turned_by bytea,
  turned_at timestamptz,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
-- Ending all sessions of an account.
create index sessions_user on sessions (user_id);
-- The sweep for those that have run out.
create index sessions_expired on sessions (expires_at);

-- Every refresh token given out, by SHA-256: used ones stay, so that their second use is noticed.
create table refresh_tokens (
  hash bytea primary key,
  session_id uuid not null references sessions on delete cascade,
  generation int not null,
  created_at timestamptz not null default now()
);
create index refresh_tokens_session on refresh_tokens (session_id);
-- The sweep for those too old to be of use to anyone.
create index refresh_tokens_age on refresh_tokens (created_at);

-- Keys that sign access tokens. The primary key decides who wins when two instances make one at once.
create table signing_keys (
  number int primary key check (number > 0),
  kid text not null unique,
  public_jwk jsonb not null,
  -- Sealed with a key derived from SERVICE_SECRET: a copy of the database alone signs nothing.
  sealed_private_key bytea not null,
  created_at timestamptz not null default now(),
  -- No token signed with it is alive any more: it is no longer published.
  retired_at timestamptz
);
