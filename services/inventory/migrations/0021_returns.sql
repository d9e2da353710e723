-- Units of a sold line that came back by a refund, the order staying as it is.
alter table reservation_lines
  add returned int not null default 0,
  -- The promise itself: no more comes back than was sold.
  add constraint reservation_lines_returns_fit check (returned between 0 and quantity);
