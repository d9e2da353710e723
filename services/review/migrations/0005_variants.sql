-- What is bought of a product that comes in variants is one of these; what is reviewed is the product.
create table variants (
  product_id uuid primary key,
  parent_id uuid not null
);
