-- What a product cost when it was wished for: shown beside what it costs now. What its owner was told moves on from there.
alter table wishlist_items add column added_price_minor bigint;
update wishlist_items set added_price_minor = price_minor;
alter table wishlist_items alter column added_price_minor set not null;
