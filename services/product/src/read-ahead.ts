import type { WordMemory } from './word-memory.ts'

/** Whoever starts a shop wants it to be there; this can wait. */
const startAfter_ms = 5000
/** How much longer than a step takes nothing is done of it: it never has more than a fifth of a core. */
const restFor = 4

/** Reads what searches will need, step by step beside all else, until all of it is known. To be called again and again. */
export function createReadAhead(words: WordMemory): () => Promise<number> {
  let next_ms = performance.now() + startAfter_ms
  return async () => {
    const began_ms = performance.now()
    if (began_ms < next_ms) return 0
    await words.readAhead()
    const ended_ms = performance.now()
    next_ms = ended_ms + restFor * (ended_ms - began_ms)
    // Nobody has to wait for it, no drain either.
    return 0
  }
}
