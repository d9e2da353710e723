-- The trace a message belongs to: that of the purchase it is about, however much later it is sent.
alter table messages add column traceparent text;
