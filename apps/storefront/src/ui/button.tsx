import type { CSSObject } from '@emotion/react'
import { Link } from 'react-router'
import type { Look } from '../look.ts'
import { styled } from './styled.ts'

/**
 * Buttons of the pages that must be there first: they look as MUI's do by our theme, and weigh next to nothing. `kind` is
 * how much it wants to be pressed.
 */

export interface ButtonLook {
  kind?: 'primary' | 'outlined' | 'quiet'
  large?: boolean
  /** As wide as there is room. */
  wide?: boolean
}

function looks({ palette }: Look['vars'], { kind = 'primary', large, wide }: ButtonLook): CSSObject {
  const colours: Record<NonNullable<ButtonLook['kind']>, CSSObject> = {
    primary: {
      background: palette.primary.main,
      color: palette.primary.contrastText,
      '&:hover': { background: palette.primary.dark },
    },
    outlined: {
      boxShadow: `inset 0 0 0 1px ${palette.ink.line}`,
      '&:hover': { boxShadow: `inset 0 0 0 1px ${palette.text.primary}` },
    },
    quiet: { '&:hover': { background: palette.ink.faint } },
  }
  return {
    appearance: 'none',
    display: wide ? 'flex' : 'inline-flex',
    width: wide ? '100%' : undefined,
    alignItems: 'center',
    justifyContent: 'center',
    gap: 10,
    minHeight: large ? 54 : 44,
    padding: large ? '0 30px' : '0 22px',
    border: 0,
    borderRadius: 999,
    background: 'none',
    color: palette.text.primary,
    font: 'inherit',
    fontSize: large ? '1rem' : '0.9375rem',
    fontWeight: 560,
    letterSpacing: '-0.005em',
    lineHeight: 1.2,
    textDecoration: 'none',
    whiteSpace: 'nowrap',
    cursor: 'pointer',
    transition: 'background .16s, box-shadow .16s, color .16s, transform .16s',
    '&:active': { transform: 'scale(.985)' },
    '&:disabled': {
      background: palette.ink.faint,
      color: palette.text.secondary,
      cursor: 'default',
      transform: 'none',
    },
    '&:focus-visible': { borderRadius: 999 },
    ...colours[kind],
  }
}

const ownProps = ['kind', 'large', 'wide']
const shouldForwardProp = (name: string) => !ownProps.includes(name)

export const Button = styled('button', { shouldForwardProp })<ButtonLook>(({ theme, kind, large, wide }) =>
  looks(theme.vars, { kind, large, wide }),
)

export const ButtonLink = styled(Link, { shouldForwardProp })<ButtonLook>(({ theme, kind, large, wide }) =>
  looks(theme.vars, { kind, large, wide }),
)
