-- Whether there is any of a product is what searches count, and does not come with every sale: a change like that of a price.
create trigger products_sold_out after update of stock_available on products
  for each row when ((old.stock_available > 0) is distinct from (new.stock_available > 0))
  execute function note_listed_product();
