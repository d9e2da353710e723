import { type Journal, type Line, type Message, type NewLine, openJournal, type Place } from './journal.ts'
import { openLine } from './message.ts'

/** What is kept in memory of each message: enough to list and to find it. The rest stays in the file. */
export type Entry = Pick<Message, 'n' | 'at' | 'message_id' | 'from' | 'to' | 'subject' | 'repeats'> & { place: Place }

export type Filter = { to?: string; message_id?: string }
export type Mailbox = Awaited<ReturnType<typeof openMailbox>>

/** Opens the mailbox kept in a journal. */
export async function openMailbox(path: string, { fsync }: { fsync: boolean }) {
  /** In the order of `n`, which counts from 1 without gaps. */
  const entries: Entry[] = []
  /** The first message of each Message-ID. */
  const firsts = new Map<string, number>()

  const journal: Journal = await openJournal(path, {
    fsync,
    onMessage({ n, at, message_id, from, to, subject, repeats }, place) {
      entries[n - 1] = { n, at, message_id, from, to, subject, ...(repeats === undefined ? {} : { repeats }), place }
      noteFirst(message_id, n)
    },
  })

  function noteFirst(message_id: string, n: number) {
    if (message_id && !firsts.has(message_id)) firsts.set(message_id, n)
  }

  const matches =
    ({ to, message_id }: Filter) =>
    (entry: Entry) =>
      (to === undefined || entry.to.some(address => address.toLowerCase() === to.toLowerCase())) &&
      (message_id === undefined || entry.message_id === message_id)

  return {
    /** Takes a message; it is on disk when this returns. */
    take(message: NewLine): Promise<Line> {
      const first = firsts.get(message.message_id)
      // Before it is on disk: the same message may come twice at the same time.
      noteFirst(message.message_id, journal.lastN + 1)
      return journal.append({ ...message, ...(first === undefined ? {} : { repeats: first }) })
    },

    hasTaken: (message_id: string) => firsts.has(message_id),

    async get(n: number): Promise<Message | undefined> {
      const entry = entries[n - 1]
      return entry && openLine(await journal.read(entry.place))
    },

    /** Messages after `after`, oldest first. */
    async page(after: number, limit: number, filter: Filter = {}) {
      const found = entries.slice(after).filter(matches(filter))
      const items: Message[] = []
      for (const { place } of found.slice(0, limit)) items.push(await openLine(await journal.read(place)))
      return { items, next_after: found.length > limit ? items.at(-1)!.n : null }
    },

    /** Entries before `before`, newest first, and whether there are older ones. */
    list(before: number | undefined, limit: number, filter: Filter = {}) {
      const older = entries.slice(0, before === undefined ? undefined : before - 1).toReversed()
      const found = older.filter(matches(filter))
      return { entries: found.slice(0, limit), hasMore: found.length > limit }
    },

    get size() {
      return entries.length
    },
    check: journal.check,
    close: journal.close,
  }
}
