-- What the ledger says is at the provider, added up to a moment at which it agreed with the provider's balance: the
-- reconciler goes on from there. The moment is longer ago than any transaction lasts.
create table added_up (
  currency text primary key,
  until timestamptz(3) not null,
  minor bigint not null
);
-- Payments of which something is being given back; a look at all of them cost as much as there are.
create index payments_refunding on payments (id) where refunding_minor > 0;
