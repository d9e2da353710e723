-- Each row is how the shop was set from then on; the last one counts. Append-only, so that it is known who set what.
create table settings (
  version int primary key,
  shop_name text not null,
  support_email text,
  low_stock_threshold int not null check (low_stock_threshold >= 0),
  default_language text not null,
  updated_at timestamptz not null default now(),
  updated_by uuid
);
create trigger settings_append_only before update or delete or truncate on settings
  for each statement execute function refuse_change();
insert into settings (version, shop_name, low_stock_threshold, default_language) values (1, 'Shopfleet', 5, 'en');

