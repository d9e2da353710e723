-- What comes into an index of words waits in a list until there are four megabytes of it, and everybody who searches reads that
-- list from end to end: 5 to 15 ms for each word looked up, whatever it finds. A list of 64 kB costs nobody anything, and whoever
-- fills it puts a few rows in order in place of thousands.
alter index products_search set (gin_pending_list_limit = 64);
alter index products_attributes set (gin_pending_list_limit = 64);
alter index products_offers set (gin_pending_list_limit = 64);
alter index product_words_near set (gin_pending_list_limit = 64);
-- A second or so for a hundred thousand products; nobody waits for it but the migration.
select gin_clean_pending_list(name::regclass)
from unnest(array['products_search', 'products_attributes', 'products_offers', 'product_words_near']) as name;
