import type { ReviewStatus, Suspicion } from '@shopfleet/contracts'

/** What is said of a product: the words, without who says them. */
export interface Words {
  stars: number
  title: string | null
  text: string
}

/** What was sent, as it is kept: without space around it, and without a title rather than with an empty one. */
export const wordsOf = ({ stars, title, text }: { stars: number; title?: string | null; text: string }): Words => ({
  stars,
  title: title?.trim() || null,
  text: text.trim(),
})

/** The name beside a review: enough to be somebody, too little to be found. */
export function authorName(first_name: string | null, last_name: string | null): string | null {
  const first = first_name?.trim()
  const initial = [...(last_name?.trim() ?? '')][0]?.toLocaleUpperCase('en')
  if (!first) return null
  return initial ? `${first} ${initial}.` : first
}

export interface Standing {
  status: ReviewStatus
  suspicions: Suspicion[]
}

/** Where a new review stands: it is published unless something in it is to be looked at. */
export const standingOf = (found: Suspicion[]): Standing => ({
  status: found.length === 0 ? 'published' : 'pending',
  suspicions: found,
})

/** What is still to be looked at, whatever the words are now. Once it was published, everything was seen. */
const openSuspicions = ({ status, suspicions }: Standing): Suspicion[] => {
  if (status === 'published') return []
  const kept = suspicions.filter(one => one === 'photo' || one === 'rejected-before')
  return status === 'rejected' && !kept.includes('rejected-before') ? [...kept, 'rejected-before'] : kept
}

/**
 * Where a review stands after an edit. Other stars alone are nothing to look at. What staff have rejected does not come
 * back by itself, however it reads now.
 */
export function standingAfterEdit(before: Words & Standing, after: Words, found: Suspicion[]): Standing {
  if (before.title === after.title && before.text === after.text)
    return { status: before.status, suspicions: before.suspicions }
  return standingOf([...found, ...openSuspicions(before)])
}

/** Where a review stands once it has one more picture. */
export function standingWithPhoto(before: Standing, isLookedAt: boolean): Standing {
  const open = before.status === 'pending' ? before.suspicions : openSuspicions(before)
  return standingOf(isLookedAt ? [...new Set<Suspicion>([...open, 'photo'])] : open)
}
