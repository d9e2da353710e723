-- The newest delivery is asked about first. Of those from before nobody noted when they were.
alter table deliveries add column delivered_at timestamptz;
