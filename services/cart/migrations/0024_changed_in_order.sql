-- The reconciler reads carts that were ordered in the order of that. A changed row does not stay on its page, it goes
-- wherever there is room, so ranges of pages (BRIN) soon held every time, and each page of the walk read the whole table.
drop index carts_changed;
create index carts_changed on carts (updated_at, id) where status = 'ordered';
