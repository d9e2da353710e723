-- What goes by age is found at the beginning of its topic.
drop index events_appended_at;

-- In the order of the key, which a reader's own order does not reach through the barrier: without it all behind a place
-- was sorted for each page. The topics are a filter and no bound of the index, which would be read out of order for it.
create or replace view outward_events with (security_barrier) as
select topic, position, message #- '{payload,items}' #- '{payload,cart_id}' as message
from events where (topic in ('order', 'inventory', 'product')) is true
order by topic, position;

-- From the end, which the view is not ordered by: the position after which lie the last so many events of a topic.
create function outward_before(of_topic text, count int) returns bigint
  language sql stable security definer set search_path = public, pg_temp
begin atomic
  select position from events where topic = of_topic and (topic in ('order', 'inventory', 'product')) is true
  order by position desc offset count limit 1;
end;
revoke execute on function outward_before from public;
