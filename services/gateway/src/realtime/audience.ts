import type { Notice } from './notices.ts'

/** Somebody who can be told. */
export interface Listener {
  tell(notice: Notice): void
}

/** Who follows what. A notice is told once to each, however many of its keys they follow. */
export function createAudience() {
  const followers = new Map<string, Set<Listener>>()
  return {
    follow(key: string, listener: Listener): void {
      const found = followers.get(key)
      if (found) found.add(listener)
      else followers.set(key, new Set([listener]))
    },
    leave(key: string, listener: Listener): void {
      const found = followers.get(key)
      if (found?.delete(listener) && found.size === 0) followers.delete(key)
    },
    /** Answers how many were told. */
    tell(notice: Notice): number {
      const sets = notice.keys.map(key => followers.get(key)).filter(found => found !== undefined)
      if (sets.length === 0) return 0
      // Copied only where somebody may be in two of them. Who leaves while being told is told no more: sets allow it.
      const listeners = sets.length === 1 ? sets[0]! : new Set(sets.flatMap(set => [...set]))
      let told = 0
      for (const listener of listeners) {
        listener.tell(notice)
        told++
      }
      return told
    },
    /** Things that are followed by somebody. */
    size: () => followers.size,
  }
}
export type Audience = ReturnType<typeof createAudience>
