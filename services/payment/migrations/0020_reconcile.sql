-- The reconciler asks for what changed lately. BRIN: an update of a payment touches no further index for it.
create index payments_changed on payments using brin (updated_at) with (pages_per_range = 16, autosummarize = on);
-- What the ledger says of a payment.
create index ledger_entries_payment on ledger_entries (payment_id);

-- How far the provider's journal was read: set back together with what was learnt from it.
create table provider_journal (
  provider text primary key,
  position bigint not null default 0
);

-- What the provider has that could not be taken into the books: for the reconciler, and for people.
create table provider_strangers (
  provider_reference text primary key,
  provider_key text not null,
  why text not null,
  seen_at timestamptz not null default now(),
  settled_at timestamptz
);
