-- A letter of usual size, compressed, is a little larger than what PostgreSQL keeps in the row itself: as it was, its HTML
-- took a row and an entry in an index of another table.
alter table message_tries set (toast_tuple_target = 2400);
