-- The reconciler reads what changed in its order. A changed row does not stay on its page, it goes wherever there is
-- room, so ranges of pages (BRIN) soon held every time, and each page of the walk read the whole table.
drop index reservations_changed, stock_changed;
create index reservations_changed on reservations (updated_at, order_id);
create index stock_changed on stock (updated_at, product_id);
