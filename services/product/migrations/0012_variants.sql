-- A variant is a product with a parent: it has a sku, a price and a stock of its own, and is what is bought. Its parent is what
-- is shown in lists, with the lowest price and the sum of the stock of its variants.
alter table products
  add column parent_id uuid references products,
  -- Of a variant: its value of each of the parent's options.
  add column options jsonb not null default '{}',
  -- Of a parent: its variants, those not for sale included. Nothing else tells that a product is one.
  add column variant_count int not null default 0,
  add constraint products_options check ((parent_id is null) = (options = '{}'));

-- One variant for each combination of values; and the variants of a product.
create unique index products_variant on products (parent_id, options) where parent_id is not null and deleted_at is null;

-- However a variant changes (a sale, an import, its price), its parent follows in the same transaction. The parent is locked
-- before anything is summed up: of two who change two variants at once the second one sees what the first one did.
create function follow_variants() returns trigger language plpgsql as $$
declare
  parent uuid := coalesce(new.parent_id, old.parent_id);
begin
  perform 1 from products where id = parent and parent_id is null for no key update;
  if not found then
    raise exception 'a variant of a variant' using errcode = 'check_violation';
  end if;
  update products p
  set variant_count = v.variants, stock_available = v.stock, price_minor = coalesce(v.price, p.price_minor)
  from (
    select count(*)::int as variants, coalesce(sum(stock_available) filter (where is_active), 0)::int as stock,
      min(price_minor) filter (where is_active) as price
    from products where parent_id = parent and deleted_at is null
  ) v
  where p.id = parent
    and (p.variant_count, p.stock_available, p.price_minor) is distinct from (v.variants, v.stock, coalesce(v.price, p.price_minor));
  return null;
end $$;
create trigger products_variant_made after insert on products
  for each row when (new.parent_id is not null) execute function follow_variants();
create trigger products_variant_changed
  after update of stock_available, price_minor, is_active, deleted_at on products
  for each row when (new.parent_id is not null
    and (old.stock_available, old.price_minor, old.is_active, old.deleted_at)
      is distinct from (new.stock_available, new.price_minor, new.is_active, new.deleted_at))
  execute function follow_variants();
