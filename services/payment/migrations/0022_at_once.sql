-- The provider is asked to take the money at once, without holding it first: for an order whose stock is sold already.
-- Asking again must say the same.
alter table payments add at_once boolean not null default false;
