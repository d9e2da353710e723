-- How far the movements of a product were added up when they agreed with what is on hand: the reconciler goes on from
-- there, so that a product sold a million times costs what was sold since. A product's movements are written one after
-- the other, under the lock of its stock, so nothing comes before one that is seen.
create table added_up (
  product_id uuid primary key,
  movement_id uuid not null,
  moved int not null
);
