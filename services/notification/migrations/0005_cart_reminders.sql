-- A word about a cart that was left behind is a category of its own, for those who asked for it.
alter table messages drop constraint messages_category_check,
  add constraint messages_category_check
    check (category in ('account', 'order', 'order-updates', 'news', 'wishlist', 'cart'));
alter table preferences add column cart_reminders boolean not null default false;
