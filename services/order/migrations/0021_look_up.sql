-- Staff look up the orders of somebody who writes or calls, newest first.
create index orders_email on orders (lower(email), id desc) where email is not null;
