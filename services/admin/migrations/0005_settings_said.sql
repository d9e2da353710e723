-- Settings are said from now on. What was set before, and nobody heard of, is said once.
insert into outbox (name, version, aggregate_id, payload, correlation_id)
select 'settings.changed', 1, '00000000-0000-7000-8000-000000000000', jsonb_build_object(
  'shop_name', shop_name, 'support_email', support_email, 'low_stock_threshold', low_stock_threshold,
  'default_language', default_language, 'version', version, 'updated_by', updated_by), gen_random_uuid()::text
from settings where version > 1 order by version desc limit 1;
