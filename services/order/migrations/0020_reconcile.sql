-- The reconciler asks for what changed lately. BRIN, because an update of an order must not touch one index more for
-- it: a changed row stays on its page, and only the pages that changed are looked at.
create index orders_changed on orders using brin (updated_at) with (pages_per_range = 16, autosummarize = on);
