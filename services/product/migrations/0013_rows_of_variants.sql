-- A line of Shopify's file may stand for two rows: a product, and the first of its variants.
alter table import_rows
  add column part int not null default 0,
  drop constraint import_rows_pkey,
  add primary key (import_id, line, part);
