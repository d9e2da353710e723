import { useSyncExternalStore } from 'react'
import { type Width, widths } from '../look.ts'

/** Whether the window is at least so wide. For parts that are only there in a browser: the server does not know. */
export function useIsWide(width: Width): boolean {
  const query = `(min-width:${widths[width]}px)`
  return useSyncExternalStore(
    changed => {
      const media = matchMedia(query)
      media.addEventListener('change', changed)
      return () => media.removeEventListener('change', changed)
    },
    () => matchMedia(query).matches,
    () => false,
  )
}
