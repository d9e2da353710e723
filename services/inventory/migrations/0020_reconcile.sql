-- The reconciler asks for what changed lately. BRIN: an update touches no further index for it.
create index reservations_changed on reservations using brin (updated_at) with (pages_per_range = 16, autosummarize = on);
create index stock_changed on stock using brin (updated_at) with (pages_per_range = 16, autosummarize = on);
-- Σ of what is held of a product.
create index reservation_lines_product on reservation_lines (product_id);
