import type { ReactNode, Ref } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { styled } from './styled.ts'

const Frame = styled('div')(({ theme }) => {
  const { palette } = theme.vars
  const tint = (colour: string) => `color-mix(in srgb, ${colour} 9%, ${palette.background.default})`
  return {
    display: 'grid',
    gridTemplateColumns: 'auto minmax(0, 1fr)',
    gap: 14,
    padding: '14px 18px',
    borderRadius: 14,
    fontSize: '0.9375rem',
    lineHeight: 1.5,
    overflowWrap: 'anywhere',
    outline: 'none',
    background: palette.background.sunken,
    '& > :first-of-type': { marginTop: 1, color: palette.secondary.main },
    '&[data-kind=warning]': { background: tint(palette.warning.main) },
    '&[data-kind=warning] > :first-of-type': { color: palette.warning.main },
    '&[data-kind=error]': { background: tint(palette.error.main) },
    '&[data-kind=error] > :first-of-type': { color: palette.error.main },
    '& .title': { display: 'block', fontWeight: 620, letterSpacing: '-0.01em' },
    '& .actions': { display: 'flex', flexWrap: 'wrap', gap: 10, marginTop: 12 },
    // Beside the text, where there is room for it.
    '&[data-beside=true]': {
      [theme.breakpoints.up('sm')]: { gridTemplateColumns: 'auto minmax(0, 1fr) auto', alignItems: 'center' },
      '& .actions': { marginTop: 0, gridColumn: 2, [theme.breakpoints.up('sm')]: { gridColumn: 3 } },
    },
  }
})

const Spinner = styled('span')({
  width: 20,
  height: 20,
  borderRadius: 999,
  border: '2.5px solid currentColor',
  borderTopColor: 'transparent',
  animation: 'turn .9s linear infinite',
  '@keyframes turn': { to: { transform: 'rotate(1turn)' } },
})

const icons: Record<NonNullable<NoteProps['kind']>, IconName> = {
  info: 'clock',
  success: 'check',
  warning: 'alert',
  error: 'alert',
}

export interface NoteProps {
  kind?: 'info' | 'success' | 'warning' | 'error'
  title?: string
  children?: ReactNode
  /** Something to do about it: under the text, or beside it. */
  actions?: ReactNode
  beside?: boolean
  /** Something is under way. */
  isBusy?: boolean
  /** How it is read aloud, where that is not what its kind says: at once (`alert`), or in turn. */
  role?: 'status' | 'alert'
  ref?: Ref<HTMLDivElement>
}

/** Something to know, in the page. What is urgent is read aloud at once. */
export function Note({ kind = 'info', title, children, actions, beside, isBusy, role, ref }: NoteProps) {
  const buttons = actions ? <div className="actions">{actions}</div> : null
  return (
    <Frame
      ref={ref}
      tabIndex={-1}
      role={role ?? (kind === 'info' || kind === 'success' ? 'status' : 'alert')}
      data-kind={kind}
      data-beside={beside}
    >
      {isBusy ? <Spinner aria-hidden="true" /> : <Icon name={icons[kind]} size={22} />}
      <div>
        {title ? <strong className="title">{title}</strong> : null}
        {children}
        {beside ? null : buttons}
      </div>
      {beside ? buttons : null}
    </Frame>
  )
}
