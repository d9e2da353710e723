-- Staff find an account by how its e-mail begins.
create index users_email_begins on users (lower(email) text_pattern_ops) where erased_at is null;
-- The few who are staff, among however many customers; the words are those of the list.
create index users_staff on users (id desc) where erased_at is null and role <> 'customer';
