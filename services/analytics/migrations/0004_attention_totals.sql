-- How much was looked at altogether: the sum over all products, which a report of a year would else make of too many rows.
create table attention_totals (
  grain text not null,
  at timestamptz not null,
  viewed bigint not null default 0,
  carted bigint not null default 0,
  primary key (grain, at)
);
insert into attention_totals (grain, at, viewed, carted)
select grain, at, sum(viewed), sum(carted) from attention group by grain, at;
