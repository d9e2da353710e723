import { createTheme } from '@mui/material/styles'
import type {} from '@mui/x-data-grid/themeAugmentation'
import { colorSchemeAttribute } from './theme-keys.ts'

/** The look of the panel: quiet slate, one green for what can be done, colour otherwise only where it says something. */

declare module '@mui/material/styles' {
  interface TypeBackground {
    /** Behind the navigation and the heads of tables. */
    sunken: string
  }
}

const fontFamily = '"Inter Variable", "Inter Fallback", system-ui, -apple-system, "Segoe UI", sans-serif'
const focusRing = { outline: '2px solid var(--mui-palette-primary-main)', outlineOffset: 2 }

export const theme = createTheme({
  cssVariables: { colorSchemeSelector: colorSchemeAttribute },
  colorSchemes: {
    light: {
      palette: {
        primary: { main: '#0f5f4e', dark: '#0a4639', light: '#2f8a75', contrastText: '#ffffff' },
        secondary: { main: '#3d4759', contrastText: '#ffffff' },
        error: { main: '#b3261e' },
        warning: { main: '#8a5200' },
        info: { main: '#1f5c9e' },
        success: { main: '#1a6b45' },
        text: { primary: '#191d24', secondary: '#566070', disabled: '#8b94a3' },
        background: { default: '#f5f6f8', paper: '#ffffff', sunken: '#eef0f3' },
        divider: '#e1e4ea',
      },
    },
    dark: {
      palette: {
        primary: { main: '#69cbb1', dark: '#8fdcc8', light: '#4aa78f', contrastText: '#06201a' },
        secondary: { main: '#b8c1d1', contrastText: '#14181e' },
        error: { main: '#ff8d84' },
        warning: { main: '#efb95c' },
        info: { main: '#86b7f0' },
        success: { main: '#75cf9d' },
        text: { primary: '#e9ecf1', secondary: '#a2acba', disabled: '#6b7585' },
        background: { default: '#101318', paper: '#171b22', sunken: '#1d222a' },
        divider: '#2a303a',
      },
    },
  },
  breakpoints: { values: { xs: 0, sm: 600, md: 900, lg: 1200, xl: 1600 } },
  shape: { borderRadius: 8 },
  typography: {
    fontFamily,
    fontSize: 14,
    fontWeightMedium: 550,
    fontWeightBold: 650,
    h1: { fontSize: '1.375rem', fontWeight: 640, lineHeight: 1.25, letterSpacing: '-0.018em' },
    h2: { fontSize: '1rem', fontWeight: 620, lineHeight: 1.35, letterSpacing: '-0.008em' },
    h3: { fontSize: '0.875rem', fontWeight: 620, lineHeight: 1.4 },
    body1: { fontSize: '0.9375rem', lineHeight: 1.5 },
    body2: { fontSize: '0.875rem', lineHeight: 1.45 },
    caption: { fontSize: '0.78125rem', lineHeight: 1.4 },
    button: { fontSize: '0.875rem', fontWeight: 560, textTransform: 'none', letterSpacing: 0 },
  },
  components: {
    MuiCssBaseline: {
      styleOverrides: {
        body: { fontFeatureSettings: '"cv11", "ss03"', scrollbarGutter: 'stable' },
        a: { color: 'inherit' },
        code: { fontFamily: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace', fontSize: '0.8125rem' },
        '@media (prefers-reduced-motion: reduce)': {
          '*, *::before, *::after': { animationDuration: '1ms !important', transitionDuration: '1ms !important' },
        },
      },
    },
    MuiButtonBase: {
      defaultProps: { disableRipple: true },
      styleOverrides: { root: { '&.Mui-focusVisible': focusRing } },
    },
    MuiButton: {
      defaultProps: { disableElevation: true, size: 'small' },
      styleOverrides: {
        root: { paddingInline: 12, minHeight: 34, borderRadius: 7 },
        outlined: { borderColor: 'var(--mui-palette-divider)', backgroundColor: 'var(--mui-palette-background-paper)' },
      },
    },
    MuiIconButton: {
      defaultProps: { size: 'small' },
      styleOverrides: { root: { '@media (pointer: coarse)': { minWidth: 40, minHeight: 40 } } },
    },
    MuiTextField: { defaultProps: { size: 'small', fullWidth: true } },
    MuiFormControl: { defaultProps: { size: 'small' } },
    MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' } } },
    MuiChip: { styleOverrides: { root: { fontWeight: 540 } } },
    MuiTooltip: { defaultProps: { enterDelay: 400 } },
    MuiDialog: { defaultProps: { fullWidth: true, maxWidth: 'sm' } },
    MuiDialogTitle: { styleOverrides: { root: { fontSize: '1.0625rem', fontWeight: 620 } } },
    MuiDialogActions: { styleOverrides: { root: { padding: '12px 24px 20px' } } },
    MuiLink: { defaultProps: { underline: 'hover' } },
    MuiTableCell: {
      styleOverrides: {
        root: { borderColor: 'var(--mui-palette-divider)' },
        head: { fontWeight: 560, color: 'var(--mui-palette-text-secondary)' },
      },
    },
  },
})
