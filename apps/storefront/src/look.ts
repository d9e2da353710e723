import type { CSSProperties } from 'react'
import { colorSchemeAttribute } from './theme-keys.ts'

/**
 * The look of the shop: paper, ink and one green. Colours are CSS variables with a set each for light and dark, so one
 * HTML serves both and switching repaints nothing but them. Type is Inter with its optical sizes: headlines are set
 * tighter, not only larger. MUI's theme is made of the same (`theme.ts`), for the pages that use its components.
 */

export const lightColours = {
  primary: { main: '#17181b', dark: '#000000', light: '#3b3d43', contrastText: '#ffffff' },
  secondary: { main: '#0d6350', dark: '#084a3b', light: '#2c8a74', contrastText: '#ffffff' },
  error: { main: '#b3261e' },
  warning: { main: '#8a5a00' },
  success: { main: '#0d6350' },
  text: { primary: '#17181b', secondary: '#5a5c63', disabled: '#9a9ca3' },
  background: { default: '#ffffff', paper: '#ffffff', sunken: '#f6f5f1' },
  divider: '#e5e3dc',
  ink: { line: '#cfccc3', faint: '#f0eee8' },
  /** The word on stock, beside a symbol: never by colour alone. */
  stock: { good: '#0d6350', low: '#8a5a00', none: '#6b6d74' },
}
export type Colours = typeof lightColours

export const darkColours: Colours = {
  primary: { main: '#f4f2ec', dark: '#ffffff', light: '#cfcdc7', contrastText: '#17181b' },
  secondary: { main: '#6fd3b8', dark: '#8fe2cb', light: '#4db698', contrastText: '#0b1512' },
  error: { main: '#ff8a80' },
  warning: { main: '#f0bf63' },
  success: { main: '#6fd3b8' },
  text: { primary: '#f4f2ec', secondary: '#a9aab0', disabled: '#6d6f76' },
  background: { default: '#131416', paper: '#1b1c1f', sunken: '#1b1c1f' },
  divider: '#2d2f33',
  ink: { line: '#44464c', faint: '#232428' },
  stock: { good: '#6fd3b8', low: '#f0bf63', none: '#a9aab0' },
}

/** The names MUI gives its variables. */
const variable = (...path: string[]) => ['--mui-palette', ...path].join('-')

const eachColour = (colours: Colours): [path: string[], value: string][] =>
  Object.entries(colours).flatMap(([group, value]) =>
    typeof value === 'string'
      ? [[[group], value] as [string[], string]]
      : Object.entries(value).map(([name, colour]) => [[group, name], colour] as [string[], string]),
  )

/** The variables as CSS, for the head of every page. */
export function coloursCss(): string {
  const block = (colours: Colours) =>
    eachColour(colours)
      .map(([path, value]) => `${variable(...path)}:${value}`)
      .join(';')
  return `:root{${block(lightColours)}}[${colorSchemeAttribute}="dark"]{${block(darkColours)}}`
}

/** Each colour as a reference to its variable. */
const palette = Object.fromEntries(
  Object.entries(lightColours).map(([group, value]) => [
    group,
    typeof value === 'string'
      ? `var(${variable(group)})`
      : Object.fromEntries(Object.keys(value).map(name => [name, `var(${variable(group, name)})`])),
  ]),
) as Colours

export const widths = { xs: 0, sm: 600, md: 900, lg: 1120, xl: 1440 }
export type Width = keyof typeof widths
const below = (width: Width) => widths[width] - 0.05

export const fontFamily = '"Inter Variable", "Inter Fallback", system-ui, -apple-system, "Segoe UI", sans-serif'

const fluid = (least_px: number, most_px: number) => {
  // Grows from a phone's 390 px to a desktop's 1440 px.
  const slope = (most_px - least_px) / (1440 - 390)
  return `clamp(${least_px / 16}rem, ${((least_px - slope * 390) / 16).toFixed(4)}rem + ${(slope * 100).toFixed(4)}vw, ${most_px / 16}rem)`
}

export const type = {
  display: { fontSize: fluid(40, 76), fontWeight: 620, lineHeight: 1.02, letterSpacing: '-0.035em' },
  h1: { fontSize: fluid(30, 46), fontWeight: 620, lineHeight: 1.08, letterSpacing: '-0.028em' },
  h2: { fontSize: fluid(22, 30), fontWeight: 620, lineHeight: 1.15, letterSpacing: '-0.022em' },
  h3: { fontSize: fluid(18, 21), fontWeight: 600, lineHeight: 1.25, letterSpacing: '-0.015em' },
  h4: { fontSize: '1.0625rem', fontWeight: 600, lineHeight: 1.3, letterSpacing: '-0.01em' },
  lead: { fontSize: fluid(17, 20), lineHeight: 1.5, letterSpacing: '-0.01em' },
} satisfies Record<string, CSSProperties>
export type TypeName = keyof typeof type

/** What styles are made with. MUI's theme has the same and more, so components made with this one fit under either. */
export const look = {
  vars: { palette },
  breakpoints: {
    up: (width: Width) => `@media (min-width:${widths[width]}px)`,
    down: (width: Width) => `@media (max-width:${below(width)}px)`,
    between: (from: Width, to: Width) => `@media (min-width:${widths[from]}px) and (max-width:${below(to)}px)`,
  },
  zIndex: { appBar: 1100, drawer: 1200, modal: 1300, snackbar: 1400, tooltip: 1500 },
  applyStyles: (scheme: 'light' | 'dark', styles: object): object => ({
    [`*:where([${colorSchemeAttribute}="${scheme}"]) &`]: styles,
  }),
}
export type Look = typeof look

declare module '@emotion/react' {
  export interface Theme extends Look {}
}
