import type { Queryable } from './sql.ts'

/**
 * A condition that always holds. The commit of its statement does not wait for the disk: what it did may be lost if
 * the database (not the process that asked) ends in the next fraction of a second, as if it had not been done yet. So it is
 * for what is done again then, with the same end. What is committed later, and waits, brings it to the disk with it.
 * Source: PostgreSQL, Asynchronous Commit.
 */
export const unhurried = (sql: Queryable) => sql`(select set_config('synchronous_commit', 'off', true)) = 'off'`
