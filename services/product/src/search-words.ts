/** Words of a query, taken apart as the index does it (search_text in the migration). Pure. */

const maxWords = 10
const alphabet = [...'abcdefghijklmnopqrstuvwxyz']

/** The words of a text in lower case, without accents, apostrophes and signs; the first ten. */
export function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f'’]/g, '')
    .toLowerCase()
  return plain.match(/[\p{Alphabetic}0-9]+/gu)?.slice(0, maxWords) ?? []
}

/** Every spelling one typing error away: a letter missing, doubled, wrong, or two swapped. */
export function editsOf(word: string): string[] {
  const letters = [...word]
  const edits = new Set<string>()
  for (let i = 0; i <= letters.length; i++) {
    const before = letters.slice(0, i).join('')
    const rest = letters.slice(i)
    const after = rest.slice(1).join('')
    if (rest.length > 0) edits.add(before + after)
    if (rest.length > 1) edits.add(before + rest[1] + rest[0] + rest.slice(2).join(''))
    for (const letter of alphabet) {
      if (rest.length > 0) edits.add(before + letter + after)
      edits.add(before + letter + rest.join(''))
    }
  }
  edits.delete(word)
  return [...edits]
}

/** Words held in memory at most. A shop of a hundred thousand products has some ten thousand. */
export const mostKnownWords = 50_000

/** Words that products have. None ever goes, so what is known here is so; what is not may be new, and is looked up. */
export function createVocabulary(load: () => Promise<string[]>) {
  const known = new Set<string>()
  let loading: Promise<void> | undefined
  return {
    has: (word: string) => known.has(word),
    learn(words: readonly string[]): void {
      for (const word of words) if (known.size < mostKnownWords) known.add(word)
    },
    /** Reads all there are, once; if that fails, the next time. */
    load(): Promise<void> {
      loading ??= load().then(this.learn, error => {
        loading = undefined
        throw error
      })
      return loading
    },
  }
}
export type Vocabulary = ReturnType<typeof createVocabulary>
