import type { Sql } from '@shopfleet/database'
import { type CatalogueState, matchWord, mostMatches, readState, type Word, type WordMatches } from './search-store.ts'

/**
 * What each word matches, remembered until the catalogue changes: who searches for several words needs only where the
 * catalogue stands, and to know what all of them match. Nothing here can be out of date: each answer is as the catalogue
 * stood when it was asked for, or later.
 */

/** A match, best first. */
export interface Match {
  id: string
  rank: number
}

/** Matches that are held, of all words together: some twenty megabytes. */
const mostHeld = 200_000
/** A shop in which prices change all the time is asked anew, after so many tries. */
const tries = 2

const keyOf = ({ word, is_last }: Word) => (is_last ? `${word}*` : word)

export function createWordMemory(sql: Sql) {
  let words = new Map<string, WordMatches>()
  let listed = ''
  let held = 0

  function see(now: string): void {
    if (now === listed) return
    listed = now
    words = new Map()
    held = 0
  }

  function keep(word: Word, matches: WordMatches): void {
    if (matches.listed !== listed || words.has(keyOf(word))) return
    words.set(keyOf(word), matches)
    held += 1 + (matches.ranks?.size ?? 0)
    for (const [key, one] of words) {
      if (held <= mostHeld) break
      words.delete(key)
      held -= 1 + (one.ranks?.size ?? 0)
    }
  }

  /** What matches all the words, and how the catalogue stands; undefined where PostgreSQL knows better. */
  async function find(asked: readonly string[]): Promise<{ matches: Match[]; at: CatalogueState } | undefined> {
    const each = asked.map((word, i) => ({ word, is_last: i === asked.length - 1 }))
    for (let n = 0; n < tries; n++) {
      const at = await readState(sql)
      see(at.listed)
      const found = await Promise.all(each.map(async word => words.get(keyOf(word)) ?? (await read(word))))
      if (found.every(one => one.listed === at.listed)) {
        const matches = intersect(found)
        return matches && { matches, at }
      }
    }
    return undefined
  }

  async function read(word: Word): Promise<WordMatches> {
    const matches = await matchWord(sql, word)
    keep(word, matches)
    return matches
  }

  return { find }
}
export type WordMemory = ReturnType<typeof createWordMemory>

/** What all the words match that count, best first, as a statement orders it. */
function intersect(found: readonly WordMatches[]): Match[] | undefined {
  const lists: Map<string, number>[] = []
  for (const { is_ignored, ranks } of found) {
    if (is_ignored) continue
    if (!ranks) return undefined
    lists.push(ranks)
  }
  // Nothing but stop words: then they count.
  if (lists.length === 0) return undefined
  const shortest = lists.reduce((a, b) => (b.size < a.size ? b : a))
  const matches: Match[] = []
  for (const id of shortest.keys()) {
    let rank = 0
    for (const ranks of lists) rank += ranks.get(id) ?? Number.NaN
    if (!Number.isNaN(rank)) matches.push({ id, rank })
  }
  return matches.sort((a, b) => b.rank - a.rank || (a.id < b.id ? 1 : -1)).slice(0, mostMatches)
}
