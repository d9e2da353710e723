-- The reconciler reads what changed in its order. A changed row does not stay on its page, it goes wherever there is
-- room, so ranges of pages (BRIN) soon held every time, and each page of the walk read the whole table.
drop index payments_changed;
create index payments_changed on payments (updated_at, order_id);
