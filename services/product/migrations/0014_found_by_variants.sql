-- What a product is found by that is its variants': their skus, and the options they are for sale in. Kept by the trigger that
-- keeps price and stock: [{ "sku": "SH-M", "options": { "size": "M" }, "in_stock": true }], those not for sale left out.
alter table products add column offers jsonb not null default '[]';

create function offered_skus(jsonb) returns text language sql immutable strict parallel safe
return (select coalesce(string_agg(distinct word, ' '), '')
  from jsonb_array_elements($1) as o (offer), regexp_split_to_table(search_text(offer ->> 'sku'), ' ') as word);

create function offered_values(jsonb) returns text language sql immutable strict parallel safe
return (select coalesce(string_agg(distinct value, ' '), '')
  from jsonb_array_elements($1) as o (offer), jsonb_each_text(offer -> 'options'));

create or replace function follow_variants() returns trigger language plpgsql as $$
declare
  parent uuid := coalesce(new.parent_id, old.parent_id);
  v record;
begin
  perform 1 from products where id = parent and parent_id is null for no key update;
  if not found then
    raise exception 'a variant of a variant' using errcode = 'check_violation';
  end if;
  select count(*)::int as variants, coalesce(sum(stock_available) filter (where is_active), 0)::int as stock,
    min(price_minor) filter (where is_active) as price,
    coalesce(jsonb_agg(jsonb_build_object('sku', sku, 'options', options, 'in_stock', stock_available > 0) order by id)
      filter (where is_active), '[]') as offers
  into v from products where parent_id = parent and deleted_at is null;
  update products p
  set variant_count = v.variants, stock_available = v.stock, price_minor = coalesce(v.price, p.price_minor)
  where p.id = parent
    and (p.variant_count, p.stock_available, p.price_minor) is distinct from (v.variants, v.stock, coalesce(v.price, p.price_minor));
  -- By itself: whoever sets it makes the words of the search anew, which a sale does not.
  update products p set offers = v.offers where p.id = parent and p.offers <> v.offers;
  return null;
end $$;

drop trigger products_variant_changed on products;
create trigger products_variant_changed
  after update of stock_available, price_minor, is_active, deleted_at, sku on products
  for each row when (new.parent_id is not null
    and (old.stock_available, old.price_minor, old.is_active, old.deleted_at, old.sku)
      is distinct from (new.stock_available, new.price_minor, new.is_active, new.deleted_at, new.sku))
  execute function follow_variants();

update products p set offers = v.offers
from (
  select parent_id, jsonb_agg(jsonb_build_object('sku', sku, 'options', options, 'in_stock', stock_available > 0) order by id) as offers
  from products where parent_id is not null and deleted_at is null and is_active group by parent_id
) v
where p.id = v.parent_id;

-- Writes the table anew: some seconds for a hundred thousand products, in which nobody reads it.
alter table products alter column search set expression as (
  setweight(to_tsvector('simple', search_text(name)) || to_tsvector('english', search_text(name)), 'A')
  || setweight(to_tsvector('simple', search_text(sku)), 'A')
  || setweight(to_tsvector('simple', offered_skus(offers)), 'A')
  || setweight(to_tsvector('simple', search_text(attribute_text(attributes)))
    || to_tsvector('english', search_text(attribute_text(attributes))), 'B')
  || setweight(to_tsvector('simple', search_text(offered_values(offers)))
    || to_tsvector('english', search_text(offered_values(offers))), 'B')
  || setweight(to_tsvector('english', search_text(description)), 'D')
);

-- attribute.* filters, by what its variants come in
create index products_offers on products using gin (offers jsonb_path_ops) where variant_count > 0;
