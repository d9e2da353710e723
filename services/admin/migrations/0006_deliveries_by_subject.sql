-- What an event is about: webhooks that were told of an order are shown on its page.
alter table webhook_deliveries add subject uuid;
update webhook_deliveries set subject = (body::jsonb ->> 'aggregate_id')::uuid
  where body::jsonb ->> 'aggregate_id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
create index webhook_deliveries_subject on webhook_deliveries (subject, id desc) where subject is not null;
