-- What goes by age is found at the beginning of the key, which is made of the time.
drop index inbox_applied_at;
