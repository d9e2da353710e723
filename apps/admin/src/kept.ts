/** What the browser keeps between visits. Where it may not, the page has it until it is closed. */

/** A hint that there is a session in the cookies. */
export const signedInKey = 'panel-signed-in'
const held = new Map<string, string>()

export function kept(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? held.get(key)
  } catch {
    return held.get(key)
  }
}

export function keep(key: string, value: string | undefined): void {
  if (value === undefined) held.delete(key)
  else held.set(key, value)
  try {
    if (value === undefined) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // Held above.
  }
}

/** Is told when another tab keeps something else under the key. Answers how to stop. */
export function onKept(key: string, changed: (value: string | undefined) => void): () => void {
  const listen = (event: StorageEvent) => {
    if (event.key === key || event.key === null) changed(kept(key))
  }
  window.addEventListener('storage', listen)
  return () => window.removeEventListener('storage', listen)
}
