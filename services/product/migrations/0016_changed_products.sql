-- Which products changed since somebody looked: where the counter of a connection's row stood when one last did. Who remembers
-- what words match asks for those alone, and forgets nothing else. One row a product, written by whoever holds the product's.
create table changed_products (
  product_id uuid primary key,
  slot int not null,
  listed bigint not null
);
-- What came after a state that is known.
create index changed_products_since on changed_products (slot, listed);

-- Counts a change, and answers where the connection's counter stands.
create function count_listed() returns bigint language plpgsql as $$
declare
  counted bigint;
begin
  insert into catalogue_changes as c (slot, listed) values (pg_backend_pid() % 128, 1)
  on conflict (slot) do update set listed = c.listed + 1
  returning c.listed into counted;
  return counted;
end $$;

create function note_listed_product() returns trigger language plpgsql as $$
declare
  counted bigint := count_listed();
begin
  insert into changed_products (product_id, slot, listed) values (new.id, pg_backend_pid() % 128, counted)
  on conflict (product_id) do update set slot = excluded.slot, listed = excluded.listed;
  return null;
end $$;

-- Of all that came or went with a statement, in one.
create function note_listed_products() returns trigger language plpgsql as $$
declare
  counted bigint := count_listed();
begin
  insert into changed_products (product_id, slot, listed)
  select id, pg_backend_pid() % 128, counted from touched order by id
  on conflict (product_id) do update set slot = excluded.slot, listed = excluded.listed;
  return null;
end $$;

drop trigger products_come_or_gone on products;
create trigger products_come after insert on products
  referencing new table as touched for each statement execute function note_listed_products();
create trigger products_gone after delete on products
  referencing old table as touched for each statement execute function note_listed_products();

-- The same condition as before.
drop trigger products_listed on products;
create trigger products_listed after update on products
  for each row when (
    (old.name, old.description, old.sku, old.slug, old.price_minor, old.currency, old.category_id, old.is_active, old.deleted_at,
      old.parent_id, old.variant_count, old.updated_at, old.attributes, old.images, old.options, old.offers)
    is distinct from
    (new.name, new.description, new.sku, new.slug, new.price_minor, new.currency, new.category_id, new.is_active, new.deleted_at,
      new.parent_id, new.variant_count, new.updated_at, new.attributes, new.images, new.options, new.offers))
  execute function note_listed_product();
