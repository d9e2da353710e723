-- Whether what is remembered of the catalogue still holds is one sum: changes of what products are and are found by, and
-- changes of what is only shown of them (stock, ratings), which come with every sale. Counted by whoever changes, in the
-- same transaction, each connection in a row of its own (nearly), so that nobody waits for anybody.
create table catalogue_changes (
  slot int primary key,
  listed bigint not null default 0,
  shown bigint not null default 0
);

create function note_listed() returns trigger language plpgsql as $$
begin
  insert into catalogue_changes as c (slot, listed) values (pg_backend_pid() % 128, 1)
  on conflict (slot) do update set listed = c.listed + 1;
  return null;
end $$;

create function note_shown() returns trigger language plpgsql as $$
begin
  insert into catalogue_changes as c (slot, shown) values (pg_backend_pid() % 128, 1)
  on conflict (slot) do update set shown = c.shown + 1;
  return null;
end $$;

create trigger categories_listed after insert or update or delete on categories
  for each statement execute function note_listed();
create trigger products_come_or_gone after insert or delete on products
  for each statement execute function note_listed();
create trigger products_listed after update on products
  for each row when (
    (old.name, old.description, old.sku, old.slug, old.price_minor, old.currency, old.category_id, old.is_active, old.deleted_at,
      old.parent_id, old.variant_count, old.updated_at, old.attributes, old.images, old.options, old.offers)
    is distinct from
    (new.name, new.description, new.sku, new.slug, new.price_minor, new.currency, new.category_id, new.is_active, new.deleted_at,
      new.parent_id, new.variant_count, new.updated_at, new.attributes, new.images, new.options, new.offers))
  execute function note_listed();
create trigger products_shown after update of stock_available, rating_average, rating_count on products
  for each statement execute function note_shown();
