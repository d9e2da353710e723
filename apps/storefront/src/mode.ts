import { useSyncExternalStore } from 'react'
import { keep, kept } from './kept.ts'
import { colorSchemeAttribute, themeKey } from './theme-keys.ts'

/** Light, dark, or as the system has it: kept in this browser, where MUI looks for it too. */

export const modes = ['system', 'light', 'dark'] as const
export type Mode = (typeof modes)[number]

const listeners = new Set<() => void>()
const modeOf = (text: string | undefined): Mode => modes.find(mode => mode === text) ?? 'system'

function show(): void {
  const mode = modeOf(kept(themeKey))
  const isDark = mode === 'system' ? matchMedia('(prefers-color-scheme: dark)').matches : mode === 'dark'
  document.documentElement.setAttribute(colorSchemeAttribute, isDark ? 'dark' : 'light')
  for (const changed of listeners) changed()
}

/** Follows the system and the other tabs, for as long as the page is open. */
export function followMode(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show)
  window.addEventListener('storage', ({ key }) => key === themeKey && show())
}

const subscribe = (changed: () => void) => {
  listeners.add(changed)
  return () => void listeners.delete(changed)
}

/** The mode, and how to choose another. The server does not know it: the choice shows once the browser has said. */
export function useMode(): [Mode, (mode: Mode) => void] {
  const mode = useSyncExternalStore<Mode>(
    subscribe,
    () => modeOf(kept(themeKey)),
    () => 'system',
  )
  return [
    mode,
    next => {
      keep(themeKey, next)
      show()
    },
  ]
}
