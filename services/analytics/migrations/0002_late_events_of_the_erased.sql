-- The topics of orders and of people are heard independently of each other: what somebody did before they were erased may be
-- heard a little after it. For so long it still counts as theirs; then nothing leads from the digest to the person.
alter table erasures
  add person_id uuid,
  add applied_at timestamptz not null default now();
create index erasures_linked on erasures (applied_at) where person_id is not null;
