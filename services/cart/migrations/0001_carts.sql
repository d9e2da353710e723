create table carts (
  id uuid primary key default uuidv7(),
  user_id uuid,
  -- SHA-256 of the token a guest holds: the table alone opens nobody's cart.
  token_hash bytea,
  -- open: can be changed · ordered: an order was made of it · merged: its lines went into a user's cart
  status text not null default 'open' check (status in ('open', 'ordered', 'merged')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint carts_one_owner check (num_nonnulls(user_id, token_hash) = 1)
);
-- One open cart each: two first adds at once meet in the same one.
create unique index carts_open_of_user on carts (user_id) where status = 'open';
create unique index carts_open_of_token on carts (token_hash) where status = 'open';
-- Whether a token is one we gave out, and everything of a user who is erased.
create index carts_token on carts (token_hash) where token_hash is not null;
create index carts_user on carts (user_id) where user_id is not null;
-- The sweep of what nobody comes back to: all but the open carts of users.
create index carts_idle on carts (updated_at) where token_hash is not null or status <> 'open';

create table cart_items (
  id uuid primary key default uuidv7(),
  cart_id uuid not null references carts on delete cascade,
  product_id uuid not null,
  quantity int not null constraint cart_items_quantity check (quantity between 1 and 1000),
  created_at timestamptz not null default now(),
  -- A product added again adds to its line. Serves the reading of a cart too.
  constraint cart_items_product unique (cart_id, product_id)
);

-- Prices are asked for a hundred products at once, so no cart may have more lines. Whoever adds a line has locked the
-- cart before, and a trigger function sees what was committed until now: the count is exact in every race.
create function check_cart_lines() returns trigger language plpgsql as $$
begin
  if (select count(*) from cart_items where cart_id = new.cart_id) > 100 then
    raise exception 'a cart has at most 100 lines' using errcode = 'check_violation', constraint = 'cart_items_lines';
  end if;
  return null;
end $$;
create trigger cart_items_lines after insert on cart_items for each row execute function check_cart_lines();
