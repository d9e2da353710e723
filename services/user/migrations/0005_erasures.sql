-- The receipt of an erasure: which services have dropped what names the person. Its id is all that is left to ask by.
create table erasures (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null unique references users,
  -- The user.erased that tells the services: each notes it when it has done its part.
  event_id uuid not null unique,
  requested_at timestamptz not null default now(),
  completed_at timestamptz
);
-- Those that are still under way.
create index erasures_open on erasures (requested_at) where completed_at is null;

create table erasure_parts (
  erasure_id uuid not null references erasures on delete cascade,
  service text not null,
  erased_at timestamptz,
  primary key (erasure_id, service)
);

-- Where a person has things sent.
create table addresses (
  id uuid primary key default uuidv7(),
  user_id uuid not null references users on delete cascade,
  label text check (char_length(label) <= 50),
  address jsonb not null,
  is_default boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index addresses_user on addresses (user_id, id);
create unique index addresses_one_default on addresses (user_id) where is_default;
