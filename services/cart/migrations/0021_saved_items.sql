-- Products put aside for later, out of a cart: what and how many, by whom.
create table saved_items (
  id uuid primary key default uuidv7(),
  user_id uuid,
  -- SHA-256 of the token a guest holds, as in carts.
  token_hash bytea,
  product_id uuid not null,
  quantity int not null check (quantity between 1 and 1000),
  created_at timestamptz not null default now(),
  constraint saved_items_one_owner check (num_nonnulls(user_id, token_hash) = 1),
  -- A product put aside again adds to its row. Serves the reading of a list too.
  constraint saved_items_product unique nulls not distinct (user_id, token_hash, product_id)
);
-- The sweep of what a guest left behind whose carts are gone.
create index saved_items_idle on saved_items (created_at) where token_hash is not null;

-- Prices are asked for a hundred products at once. Whoever adds a row has locked the owner's open cart before, and a
-- trigger function sees what was committed until now: the count is exact in every race.
create function check_saved_items() returns trigger language plpgsql as $$
declare
  kept int;
begin
  if new.user_id is not null then
    select count(*) into kept from saved_items where user_id = new.user_id;
  else
    select count(*) into kept from saved_items where user_id is null and token_hash = new.token_hash;
  end if;
  if kept > 100 then
    raise exception 'at most 100 products are saved for later'
      using errcode = 'check_violation', constraint = 'saved_items_bound';
  end if;
  return null;
end $$;
create trigger saved_items_bound after insert on saved_items for each row execute function check_saved_items();
