-- The reconciler asks which orders were made of a cart: those that live are found by orders_cart_once, the others by this.
create index orders_cart_undone on orders (cart_id)
  where cart_id is not null and (status = 'cancelled' or goal = 'cancel');
