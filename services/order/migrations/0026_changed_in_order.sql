-- The reconciler reads what changed in its order. A changed row does not stay on its page, it goes wherever there is
-- room, so ranges of pages (BRIN) soon held every time, and each page of the walk read the whole table.
drop index orders_changed;
create index orders_changed on orders (updated_at, id);
