-- Names of a review's pictures, in the order they were added.
alter table reviews add column photos text[] not null default '{}',
  add constraint reviews_photos check (cardinality(photos) <= 4);

-- Pictures of reviews that are gone: their files are still to be deleted.
create table dropped_photos (
  name text primary key
);
