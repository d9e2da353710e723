import { type MouseEvent, type ReactNode, useEffect, useRef } from 'react'
import { Icon } from './icon.tsx'
import { styled } from './styled.ts'

const Dialog = styled('dialog')(({ theme }) => ({
  position: 'fixed',
  inset: 0,
  width: 'min(88vw, 400px)',
  maxWidth: 'none',
  height: '100dvh',
  maxHeight: 'none',
  margin: 0,
  padding: 0,
  border: 0,
  background: theme.vars.palette.background.paper,
  color: theme.vars.palette.text.primary,
  overscrollBehavior: 'contain',
  '&[data-side=right]': { marginLeft: 'auto' },
  '&[open]': { display: 'grid', gridTemplateRows: 'auto 1fr auto', animation: 'sheet .24s cubic-bezier(.2,.7,.2,1)' },
  '&[data-side=left]': { '--from': '-40px' },
  '&[data-side=right][open]': { '--from': '40px' },
  '@keyframes sheet': { from: { opacity: 0, transform: 'translateX(var(--from))' } },
  '&::backdrop': { background: 'rgb(10 11 12 / .5)', animation: 'veil .24s' },
  '@keyframes veil': { from: { opacity: 0 } },
  '& > .top': {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    padding: '10px 10px 10px 20px',
    fontWeight: 620,
    letterSpacing: '-0.01em',
    '& button': {
      display: 'grid',
      placeItems: 'center',
      width: 44,
      height: 44,
      border: 0,
      borderRadius: 999,
      background: 'none',
      color: 'inherit',
      cursor: 'pointer',
      '&:hover': { background: theme.vars.palette.ink.faint },
    },
  },
  '& > .body': { overflowY: 'auto', padding: '0 20px 28px' },
  '& > .end': {
    padding: '14px 20px max(14px, env(safe-area-inset-bottom))',
    borderTop: `1px solid ${theme.vars.palette.divider}`,
  },
}))

export interface SideSheetProps {
  open: boolean
  onClose: () => void
  side: 'left' | 'right'
  title: string
  closeLabel: string
  footer?: ReactNode
  children: ReactNode
}

/** A dialog at the side of the page. The browser itself keeps the focus in it, closes it by Escape and gives the focus back. */
export function SideSheet({ open, onClose, side, title, closeLabel, footer, children }: SideSheetProps) {
  const dialog = useRef<HTMLDialogElement>(null)

  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal()
    if (!open) dialog.current?.close()
  }, [open])

  // What is pressed beside it hits the dialog itself; what is in it hits its parts.
  const onClick = ({ target }: MouseEvent) => target === dialog.current && onClose()

  return (
    <Dialog ref={dialog} data-side={side} aria-label={title} onClose={onClose} onClick={onClick}>
      {open ? (
        <>
          <div className="top">
            <span>{title}</span>
            <button type="button" aria-label={closeLabel} onClick={onClose}>
              <Icon name="close" />
            </button>
          </div>
          <div className="body">{children}</div>
          {footer ? <div className="end">{footer}</div> : null}
        </>
      ) : null}
    </Dialog>
  )
}
