import type { Sql } from '@shopfleet/database'

/** Rows one statement deletes: short locks, and well within the time limit of a statement. */
export const pruneStep = 5000

/** Repeats a delete of `pruneStep` rows until it finds fewer. Answers how many in all. */
export async function deleteInSteps(step: () => PromiseLike<{ count: number }>): Promise<number> {
  let deleted = 0
  for (;;) {
    const { count } = await step()
    deleted += count
    if (count < pruneStep) return deleted
  }
}

/**
 * Deletes what a listener no longer needs: inbox rows of events older than so many days, and a day more, so that every
 * event that is still on the bus is known here, and dead letters that were replayed as long ago. Dead letters that are
 * open stay. Answers how many rows.
 */
export async function pruneInbox(sql: Sql, older_than_days: number): Promise<number> {
  const days = older_than_days + 1
  const inbox = await deleteInSteps(
    () => sql`
      -- The oldest come first: their ids are made of the time.
      with oldest as materialized (select event_id, applied_at from inbox order by event_id limit ${pruneStep})
      delete from inbox where event_id = any(array(
        select event_id from oldest where applied_at < now() - make_interval(days => ${days})))`,
  )
  const letters = await deleteInSteps(
    () => sql`
      delete from dead_letters where id = any(array(
        select id from dead_letters where replayed_at < now() - make_interval(days => ${days})
        limit ${pruneStep} for update skip locked))`,
  )
  return inbox + letters
}
