-- What the shop is called, as the admin service said last. One row.
create table shop (
  id boolean primary key default true check (id),
  shop_name text not null default 'Shopfleet'
);
insert into shop default values;
