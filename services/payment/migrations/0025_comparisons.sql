-- What is to be compared with the provider's book, and when: a queue of its own, so that a payment that was compared is not
-- written again. Each version of a payment takes an entry in each of its indexes.
create table comparisons (
  -- Of a row that is there for good: nothing is looked up for it.
  payment_id uuid primary key,
  compare_at timestamptz not null,
  -- As the payment stood when this was noted. Whoever compared it before that has not compared this.
  status text not null,
  refunded_minor bigint not null
);
create index comparisons_due on comparisons (compare_at);
insert into comparisons (payment_id, compare_at, status, refunded_minor)
  select id, compare_at, status, refunded_minor from payments where compare_at is not null and provider_reference is not null;
-- Nothing reads the column any more. It is dropped in a later release: until all are replaced, older processes write it.
drop index payments_to_compare;

-- An order and an attempt make the key, so what keeps them unique keeps it unique, and finds a payment by it. It is made
-- when it is read.
alter table payments drop column provider_key;
alter table payments add column provider_key text not null
  generated always as (order_id::text || ':authorise:' || attempt::text) virtual;
-- None is known when a payment is inserted.
alter table payments drop constraint payments_provider_reference_key;
create unique index payments_provider_reference on payments (provider_reference) where provider_reference is not null;

-- No statement looks an entry up by its id: the transaction and the account are its key.
alter table ledger_entries
  drop constraint ledger_entries_pkey,
  drop constraint ledger_entries_once,
  add constraint ledger_entries_once primary key (transaction_id, account);
-- What listLedger, sumLedger, sumClearing and addUp read of sales and of the provider's account, a half of all entries
-- each, they find by ledger_entries_newest. Only refunds are few among the others.
drop index ledger_entries_account;
create index ledger_entries_refunds on ledger_entries (created_at desc, id desc) where account = 'refunds';
