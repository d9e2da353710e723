-- Who remembers what products cost is told when any product is another one. What was sold is told with its numbers, by who
-- takes them over (projectStock). Several in one transaction are told once.
create or replace function count_listed() returns bigint language plpgsql as $$
declare
  counted bigint;
begin
  insert into catalogue_changes as c (slot, listed) values (pg_backend_pid() % 128, 1)
  on conflict (slot) do update set listed = c.listed + 1
  returning c.listed into counted;
  perform pg_notify('catalogue', '');
  return counted;
end $$;
