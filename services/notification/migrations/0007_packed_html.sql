-- HTML is compressed before it comes here (src/kept-html.ts): PostgreSQL does not read 5 kB of it, and does not compress it itself.
-- Of letters that were kept before, it stays in `html`.
alter table message_tries
  add column packed_html bytea storage external,
  -- What it is compressed with.
  add column dictionary smallint;
