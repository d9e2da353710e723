import type { Sql } from '@shopfleet/database'
import { type CatalogueState, matchWord, mostMatches, readState, type Word, type WordMatches } from './search-store.ts'

/**
 * What each word matches and what was meant by those nobody knows, remembered until the catalogue changes: who searches
 * needs to be told where the catalogue stands, and no more. Nothing here can be out of date: each answer is as the
 * catalogue stood when it was asked for, or later.
 */

export interface Match {
  id: string
  /** How well it fits */
  rank: number
}

/** Answers that are held, of a kilobyte or two each. */
const mostAnswers = 5000
/** Matches that are held, of all words together: some twenty megabytes. */
const mostHeld = 200_000
const mostSpellings = 20_000
/** A shop in which prices change all the time is asked anew, after so many tries. */
const tries = 2

const keyOf = ({ word, meaning }: Word) => `${meaning} ${word}`

export function createWordMemory(sql: Sql) {
  let words = new Map<string, WordMatches>()
  let spellings = new Map<string, string | null>()
  let answers = new Map<string, unknown>()
  let listed = ''
  let held = 0

  async function look(): Promise<CatalogueState> {
    const at = await readState(sql)
    if (at.listed !== listed) {
      listed = at.listed
      words = new Map()
      spellings = new Map()
      answers = new Map()
      held = 0
    }
    return at
  }

  async function read(word: Word): Promise<WordMatches> {
    const matches = await matchWord(sql, word)
    if (matches.listed !== listed || words.has(keyOf(word))) return matches
    words.set(keyOf(word), matches)
    held += 1 + (matches.ranks?.size ?? 0)
    for (const [key, one] of words) {
      if (held <= mostHeld) break
      words.delete(key)
      held -= 1 + (one.ranks?.size ?? 0)
    }
    return matches
  }

  return {
    /** What matches all of the words, or any, best first, and how the catalogue stood; undefined where PostgreSQL must say. */
    async find(asked: readonly string[], any: boolean): Promise<{ matches: Match[]; at: CatalogueState } | undefined> {
      const each = asked.map((word, i): Word => {
        const isLast = i === asked.length - 1
        return { word, meaning: any ? 'any' : isLast ? 'begun' : 'whole' }
      })
      for (let n = 0; n < tries; n++) {
        const at = await look()
        const found = await Promise.all(each.map(async word => words.get(keyOf(word)) ?? (await read(word))))
        if (found.some(one => one.listed !== at.listed)) continue
        const matches = together(found, any)
        return matches && { matches, at }
      }
      return undefined
    },

    /** What `ask` answers, remembered under a name that says all it depends on; and how the catalogue stood. */
    async answer<T>(name: string, ask: () => Promise<T>): Promise<{ at: CatalogueState; answer: T }> {
      const at = await look()
      if (answers.has(name)) return { at, answer: answers.get(name) as T }
      const answer = await ask()
      if (at.listed === listed) {
        if (answers.size >= mostAnswers) answers.delete(answers.keys().next().value!)
        answers.set(name, answer)
      }
      return { at, answer }
    },

    /**
     * What each of the words was meant to be, null for those that are right or cannot be put right: remembered, or asked of
     * `ask` and remembered until the catalogue has other words.
     */
    async meant(
      asked: readonly string[],
      ask: (unheard: string[]) => Promise<Map<string, string | null>>,
    ): Promise<Map<string, string | null>> {
      const at = await look()
      const remembered = new Map(asked.flatMap(word => (spellings.has(word) ? [[word, spellings.get(word)!]] : [])))
      const unheard = asked.filter(word => !remembered.has(word))
      if (unheard.length === 0) return remembered
      const answered = await ask(unheard)
      if (at.listed === listed)
        for (const [word, meant] of answered) if (spellings.size < mostSpellings) spellings.set(word, meant)
      return new Map([...remembered, ...answered])
    },
  }
}
export type WordMemory = ReturnType<typeof createWordMemory>

/** What all of the words that count match, or any of them, in the order a statement has it in; undefined if it must say. */
function together(found: readonly WordMatches[], any: boolean): Match[] | undefined {
  const lists: Map<string, number>[] = []
  for (const { is_ignored, ranks } of found) {
    if (is_ignored) continue
    if (!ranks) return undefined
    lists.push(ranks)
  }
  // Nothing but stop words: then they count.
  if (lists.length === 0) return undefined
  const sums = new Map<string, number>()
  const within = any ? lists : [lists.reduce((a, b) => (b.size < a.size ? b : a))]
  for (const list of within) {
    for (const id of list.keys()) {
      if (sums.has(id)) continue
      // In the order of the words, as the statement adds.
      let rank = 0
      for (const ranks of lists) rank += ranks.get(id) ?? (any ? 0 : Number.NaN)
      if (!Number.isNaN(rank)) sums.set(id, rank)
    }
  }
  const matches = [...sums].map(([id, rank]) => ({ id, rank }))
  if (matches.length > mostMatches) return undefined
  return matches.sort((a, b) => b.rank - a.rank || (a.id < b.id ? 1 : -1))
}
