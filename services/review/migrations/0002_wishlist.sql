-- Projection of the products somebody wishes for, and of no others: what they cost and whether they can be ordered.
create table wished_products (
  product_id uuid primary key,
  slug text not null,
  name text not null,
  price_minor bigint not null,
  currency text not null,
  is_active boolean not null,
  in_stock boolean not null,
  -- News from before this is old: the catalogue was asked then.
  known_at timestamptz not null
);

create table wishlist_items (
  id uuid primary key default uuidv7(),
  user_id uuid not null,
  product_id uuid not null references wished_products on delete cascade,
  -- What its owner knows: what it cost when it was put here, or when they were last told.
  price_minor bigint not null,
  currency text not null,
  -- It could not be ordered at some time since they were last told.
  awaits_stock boolean not null,
  told_at timestamptz,
  created_at timestamptz not null default now(),
  constraint wishlist_items_once unique (user_id, product_id)
);
-- Who is to be told of a product.
create index wishlist_items_product on wishlist_items (product_id);
-- What was held back because its owner had been told something that day.
create index wishlist_items_told on wishlist_items (told_at) where told_at is not null;

-- Prices are asked for a hundred products at once. A trigger function sees what was committed until now, and those of one
-- owner come one after the other: the count is exact in every race.
create function check_wishlist() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.user_id::text, 0));
  if (select count(*) from wishlist_items where user_id = new.user_id) > 100 then
    raise exception 'at most 100 products are wished for'
      using errcode = 'check_violation', constraint = 'wishlist_items_bound';
  end if;
  return null;
end $$;
create trigger wishlist_items_bound after insert on wishlist_items for each row execute function check_wishlist();
