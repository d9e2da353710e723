-- Search of staff by a part of a word. A trusted extension: the owner of the database may create it.
create extension if not exists pg_trgm;

create table reviews (
  id uuid primary key default uuidv7(),
  product_id uuid not null,
  -- As it was: whoever moderates sees what it is about, also when the catalogue does not answer.
  product_name text not null,
  user_id uuid not null,
  author_name text,
  stars smallint not null check (stars between 1 and 5),
  title text,
  text text not null,
  status text not null check (status in ('pending', 'published', 'rejected')),
  suspicions text[] not null default '{}',
  rejection_reason text,
  helpful_count int not null default 0 check (helpful_count >= 0),
  -- Counts up with each edit: whoever moderates says which text was read.
  version int not null default 1,
  created_at timestamptz not null default now(),
  edited_at timestamptz,
  moderated_at timestamptz,
  -- One review per customer and product. Serves "your review of this" too.
  constraint reviews_once unique (product_id, user_id),
  constraint reviews_rejected check ((rejection_reason is not null) = (status = 'rejected'))
);
-- Each sort of a product's list. UUIDv7 rises with time, so "newest" is the id.
create index reviews_newest on reviews (product_id, id) where status = 'published';
create index reviews_helpful on reviews (product_id, helpful_count, id) where status = 'published';
create index reviews_stars on reviews (product_id, stars, id) where status = 'published';
-- Somebody's reviews; the queue of staff, which is short; what they search.
create index reviews_user on reviews (user_id, id);
create index reviews_open on reviews (status, id) where status <> 'published';
create index reviews_search on reviews using gin (
  (coalesce(title, '') || ' ' || text || ' ' || coalesce(author_name, '') || ' ' || product_name) gin_trgm_ops);

-- Who found what helpful: once each.
create table votes (
  review_id uuid not null references reviews on delete cascade,
  user_id uuid not null,
  at timestamptz not null default now(),
  primary key (review_id, user_id)
);
create index votes_user on votes (user_id);

-- How the published reviews of a product come out. Changed in the statement that changes a review, so none is lost.
create table ratings (
  product_id uuid primary key,
  -- No check that they are not below zero: what is added in a statement may be, and is checked before it is added.
  stars_1 int not null default 0,
  stars_2 int not null default 0,
  stars_3 int not null default 0,
  stars_4 int not null default 0,
  stars_5 int not null default 0
);

-- Projection of delivered orders: who got what. Looked up when a review is read: one that is delivered later is verified
-- from then on, and neither has to wait for the other.
create table deliveries (
  user_id uuid not null,
  product_id uuid not null,
  primary key (user_id, product_id)
);
