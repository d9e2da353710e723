-- When somebody looks whether a customer left their open cart behind. Null: it was empty the last time, and is watched again
-- when something is put into it. Infinity: its owner was told of; of one cart that is once.
alter table carts add column watch_at timestamptz;
alter table carts alter column watch_at set default now();
-- The sweep that looks. Filling a cart leaves `watch_at` as it is, so it touches no index for it: how long nobody has touched
-- a cart is seen when its time has come, and if that is not long enough, the time is put off.
create index carts_watched on carts (watch_at) where status = 'open' and user_id is not null;
