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
