-- The reconciler asks for carts that were ordered lately. BRIN: an update touches no further index for it.
create index carts_changed on carts using brin (updated_at) with (pages_per_range = 16, autosummarize = on);
