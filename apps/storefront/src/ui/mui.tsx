import { ThemeProvider } from '@mui/material/styles'
import type { ReactNode } from 'react'
import { Outlet } from 'react-router'
import { theme } from '../theme.ts'
import { themeKey } from '../theme-keys.ts'

/** MUI's theme for what is inside. What needs no component of MUI does without it, and without its weight. */
export function Mui({ children }: { children: ReactNode }) {
  return (
    <ThemeProvider theme={theme} defaultMode="system" modeStorageKey={themeKey}>
      {children}
    </ThemeProvider>
  )
}

/** The same for the pages of a route. */
export function MuiPages() {
  return (
    <Mui>
      <Outlet />
    </Mui>
  )
}
