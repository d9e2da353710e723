import { type ReactNode, useEffect, useId, useRef } from 'react'
import { Button } from './button.tsx'
import { Heading } from './heading.tsx'
import { styled } from './styled.ts'

const Dialog = styled('dialog')(({ theme }) => ({
  width: 'min(92vw, 460px)',
  margin: 'auto',
  padding: 28,
  border: 0,
  borderRadius: 20,
  background: theme.vars.palette.background.paper,
  color: theme.vars.palette.text.primary,
  '&[open]': { display: 'grid', gap: 14, animation: 'rise .2s cubic-bezier(.2,.7,.2,1)' },
  '@keyframes rise': { from: { opacity: 0, transform: 'translateY(10px)' } },
  '&::backdrop': { background: 'rgb(10 11 12 / .5)' },
  '& p': { color: theme.vars.palette.text.secondary },
  '& .buttons': { display: 'flex', flexWrap: 'wrap', justifyContent: 'flex-end', gap: 10, marginTop: 10 },
}))

export interface ConfirmDialogProps {
  open: boolean
  title: string
  children: ReactNode
  /** What leaves everything as it is; it has the focus. */
  keepLabel: string
  goLabel: string
  isBusy?: boolean
  onClose(): void
  onGo(): void
}

/** A second look before something that cannot be undone. */
export function ConfirmDialog({
  open,
  title,
  children,
  keepLabel,
  goLabel,
  isBusy,
  onClose,
  onGo,
}: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal()
    if (!open) dialog.current?.close()
  }, [open])
  return (
    <Dialog ref={dialog} aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`} onClose={onClose}>
      <Heading level="h2" look="h3" id={`${id}-title`}>
        {title}
      </Heading>
      <p id={`${id}-text`}>{children}</p>
      <div className="buttons">
        <Button type="button" kind="outlined" onClick={onClose}>
          {keepLabel}
        </Button>
        <Button type="button" disabled={isBusy} onClick={onGo}>
          {goLabel}
        </Button>
      </div>
    </Dialog>
  )
}
