-- Pruning by age needs no index that each event has to be put into: rows are written in the order of their time.
drop index inbox_applied_at;
create index inbox_applied_at on inbox using brin (applied_at);
