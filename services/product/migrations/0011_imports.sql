-- Files of products that were taken in: what each row would change is kept before anything does, so that what is applied is
-- what was looked at, and can be taken back.
create table imports (
  id uuid primary key default uuidv7(),
  status text not null check (status in ('checked', 'applying', 'applied', 'undoing', 'undone')),
  format text not null,
  file_name text,
  created_by uuid,
  -- Counted once, when it was looked at.
  create_rows int not null,
  update_rows int not null,
  unchanged_rows int not null,
  bad_rows int not null,
  -- Why it could not be applied or undone after all, for those who were not waiting.
  failure text,
  kept int not null default 0,
  created_at timestamptz not null default now(),
  applied_at timestamptz,
  undone_at timestamptz
);
-- What the sweep has to finish.
create index imports_under_way on imports (id) where status in ('applying', 'undoing');

create table import_rows (
  import_id uuid not null references imports on delete cascade,
  line int not null,
  action text not null check (action in ('create', 'update', 'unchanged', 'bad')),
  -- Of an update from the beginning, of a new product once it is there.
  product_id uuid,
  sku text,
  name text,
  changes jsonb not null default '[]',
  errors jsonb not null default '[]',
  -- The product's row as it was when it was looked at, with its version, and as it is to be.
  before jsonb,
  version text,
  target jsonb,
  stock_delta int,
  stock_state text check (stock_state in ('waiting', 'moved', 'refused', 'waiting-back', 'back')),
  primary key (import_id, line)
);
-- The rows one looks at: the bad ones, those that change something.
create index import_rows_action on import_rows (import_id, action, line);
-- Stock that has not moved yet, and how far it is.
create index import_rows_stock on import_rows (import_id, stock_state, line) where stock_state is not null;
create index import_rows_waiting on import_rows (import_id, line) where stock_state in ('waiting', 'waiting-back');
