-- What of a payment the provider was asked and did not answer, by step and cause: a row each, however often it was asked.
create table provider_silences (
  payment_id uuid not null references payments,
  step text not null,
  cause text not null,
  times int not null default 1,
  first_at timestamptz not null default clock_timestamp(),
  last_at timestamptz not null default clock_timestamp(),
  primary key (payment_id, step, cause)
);
