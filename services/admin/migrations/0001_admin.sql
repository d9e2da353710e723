create table notes (
  id uuid primary key default uuidv7(),
  name text not null,
  created_at timestamptz not null default now()
);
