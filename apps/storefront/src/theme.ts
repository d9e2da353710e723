import { createTheme } from '@mui/material/styles'
import { darkColours, fontFamily, lightColours, type, widths } from './look.ts'
import { colorSchemeAttribute } from './theme-keys.ts'

/** MUI's theme, of the look that is the same everywhere (`look.ts`): for pages and dialogs that use its components. */

declare module '@mui/material/styles' {
  interface TypeBackground {
    /** A quiet surface on the page: panels, the footer, hovered rows. */
    sunken: string
  }
  interface Palette {
    ink: { line: string; faint: string }
    stock: { good: string; low: string; none: string }
  }
  interface PaletteOptions {
    ink?: Palette['ink']
    stock?: Palette['stock']
  }
  interface TypographyVariants {
    display: React.CSSProperties
  }
  interface TypographyVariantsOptions {
    display?: React.CSSProperties
  }
}
declare module '@mui/material/Typography' {
  interface TypographyPropsVariantOverrides {
    display: true
  }
}

export const focusRing = { outline: '2px solid', outlineColor: 'var(--mui-palette-secondary-main)', outlineOffset: 3 }

export const theme = createTheme({
  cssVariables: { colorSchemeSelector: colorSchemeAttribute },
  colorSchemes: { light: { palette: lightColours }, dark: { palette: darkColours } },
  breakpoints: { values: widths },
  shape: { borderRadius: 12 },
  typography: {
    fontFamily,
    fontWeightMedium: 550,
    fontWeightBold: 650,
    display: { fontFamily, ...type.display },
    h1: type.h1,
    h2: type.h2,
    h3: type.h3,
    h4: type.h4,
    h5: { fontSize: '1rem', fontWeight: 600, lineHeight: 1.35 },
    h6: { fontSize: '0.9375rem', fontWeight: 600, lineHeight: 1.4 },
    subtitle1: type.lead,
    body1: { fontSize: '1rem', lineHeight: 1.6 },
    body2: { fontSize: '0.9375rem', lineHeight: 1.5 },
    caption: { fontSize: '0.8125rem', lineHeight: 1.45 },
    overline: { fontSize: '0.75rem', fontWeight: 600, letterSpacing: '0.08em', lineHeight: 1.5 },
    button: { fontSize: '0.9375rem', fontWeight: 560, letterSpacing: '-0.005em', textTransform: 'none' },
  },
  transitions: { easing: { easeOut: 'cubic-bezier(.2,.7,.2,1)' }, duration: { standard: 220, short: 160 } },
  components: {
    MuiButtonBase: { defaultProps: { disableRipple: true } },
    MuiButton: {
      defaultProps: { disableElevation: true },
      styleOverrides: {
        root: { borderRadius: 999, minHeight: 44, paddingInline: 22, '&.Mui-focusVisible': focusRing },
        sizeLarge: { minHeight: 54, paddingInline: 30, fontSize: '1rem' },
        sizeSmall: { minHeight: 36, paddingInline: 14, fontSize: '0.875rem' },
        outlined: ({ theme }) => ({
          borderColor: theme.vars!.palette.ink.line,
          '&:hover': { borderColor: theme.vars!.palette.text.primary, background: 'transparent' },
        }),
      },
    },
    MuiIconButton: { styleOverrides: { root: { color: 'inherit', '&.Mui-focusVisible': focusRing } } },
    MuiTextField: { defaultProps: { fullWidth: true } },
    MuiOutlinedInput: {
      styleOverrides: {
        root: ({ theme }) => ({
          borderRadius: 10,
          '& .MuiOutlinedInput-notchedOutline': { borderColor: theme.vars!.palette.ink.line },
          '&.Mui-focused .MuiOutlinedInput-notchedOutline': { borderColor: theme.vars!.palette.secondary.main },
          '&.Mui-focused.Mui-error .MuiOutlinedInput-notchedOutline': { borderColor: theme.vars!.palette.error.main },
        }),
      },
    },
    MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' } } },
    MuiLink: { defaultProps: { color: 'inherit', underline: 'hover' } },
    MuiDrawer: { styleOverrides: { paper: { borderRadius: 0 } } },
  },
})
