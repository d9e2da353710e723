-- Truncating in a named zone counts as stable, and what a function promises more than its body keeps it from being inlined:
-- it would be called for each row.
create or replace function grain_of(grain text, at timestamptz) returns timestamptz
  language sql stable parallel safe
  return case grain when 'quarter_hour' then date_bin('15 minutes', at, '2000-01-01 00:00:00+00')
    else date_trunc(grain, at, 'UTC') end;
