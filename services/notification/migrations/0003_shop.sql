-- How the shop is set, as the admin service said last; until it does, as every shop begins. One row.
create table shop (
  id boolean primary key default true check (id),
  shop_name text not null default 'Shopfleet',
  support_email text,
  default_language text not null default 'en'
);
insert into shop default values;
