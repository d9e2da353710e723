-- Near words for misspelt ones. A trusted extension: the owner of the database may create it.
create extension if not exists pg_trgm;

-- What search looks at: words parted by single spaces, without accents and apostrophes. The query is taken apart the
-- same way (search-words.ts), so that a hyphen or an accent never parts what belongs together.
create function search_text(text) returns text language sql immutable strict parallel safe
return regexp_replace(
  regexp_replace(normalize($1, nfkd), '[\u0300-\u036f''’]+', '', 'g'), '[^[:alpha:]0-9]+', ' ', 'g');

create function attribute_text(jsonb) returns text language sql immutable strict parallel safe
return (select coalesce(string_agg(value #>> '{}', ' '), '') from jsonb_each($1) where jsonb_typeof(value) = 'string');

create table categories (
  id uuid primary key default uuidv7(),
  name text not null,
  slug text not null,
  description text,
  -- A category with others below it, or with products, cannot go.
  parent_id uuid references categories,
  position int not null default 0,
  -- From the root down to itself: "everything below" is one comparison. Kept by the verbs, under a lock.
  path uuid[] not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint categories_slug unique (slug),
  constraint categories_depth check (cardinality(path) between 1 and 4),
  constraint categories_path check (
    path[cardinality(path)] = id and parent_id is not distinct from path[cardinality(path) - 1])
);

create table products (
  id uuid primary key default uuidv7(),
  sku text not null,
  slug text not null,
  name text not null,
  description text not null default '',
  price_minor bigint not null check (price_minor >= 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  category_id uuid references categories,
  attributes jsonb not null default '{}',
  images jsonb not null default '[]',
  is_active boolean not null default true,
  -- Projection of the stock, with the revision it was said at: an older one never overwrites a newer. In no index, so
  -- that a sale rewrites nothing but the row.
  stock_available int not null default 0,
  stock_revision bigint not null default 0,
  rating_average double precision,
  rating_count int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Past orders keep their own copy; the row stays for those who ask what it was.
  deleted_at timestamptz,
  -- Name and sku before attributes before description. Names are held as written too, for words half typed.
  search tsvector not null generated always as (
    setweight(to_tsvector('simple', search_text(name)) || to_tsvector('english', search_text(name)), 'A')
    || setweight(to_tsvector('simple', search_text(sku)), 'A')
    || setweight(to_tsvector('simple', search_text(attribute_text(attributes)))
      || to_tsvector('english', search_text(attribute_text(attributes))), 'B')
    || setweight(to_tsvector('english', search_text(description)), 'D')
  ) stored
) with (fillfactor = 85);

-- One product a sku and a slug; those of deleted products may be used again.
create unique index products_sku on products (sku) where deleted_at is null;
create unique index products_slug on products (slug) where deleted_at is null;

-- Each sort of the list, over the whole catalogue and within a category (a category with those below it is merged from
-- one short run of each). UUIDv7 rises with time, so "newest" is the id. Half a name is enough to sort by, and keeps a
-- cursor short.
create index products_newest on products (id) where is_active and deleted_at is null;
create index products_price on products (price_minor, id) where is_active and deleted_at is null;
create index products_name on products (left(lower(name), 50), id) where is_active and deleted_at is null;
create index products_rating on products (coalesce(rating_average, 0), rating_count, id) where is_active and deleted_at is null;
create index products_category_newest on products (category_id, id) where is_active and deleted_at is null;
create index products_category_price on products (category_id, price_minor, id) where is_active and deleted_at is null;
create index products_category_name on products (category_id, left(lower(name), 50), id)
  where is_active and deleted_at is null;
create index products_category_rating on products (category_id, coalesce(rating_average, 0), rating_count, id)
  where is_active and deleted_at is null;
-- attribute.* filters
create index products_attributes on products using gin (attributes jsonb_path_ops);
create index products_search on products using gin (search);

-- Every word of names and attributes: what a misspelt word may have meant. Small however many products there are.
create table product_words (
  word text primary key
);
create index product_words_near on product_words using gin (word gin_trgm_ops);
