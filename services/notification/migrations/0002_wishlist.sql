-- News of wishlists is a category of its own, which whoever made a wish may say no to.
alter table messages drop constraint messages_category_check,
  add constraint messages_category_check check (category in ('account', 'order', 'order-updates', 'news', 'wishlist'));
alter table preferences add column email_wishlist boolean not null default true;
