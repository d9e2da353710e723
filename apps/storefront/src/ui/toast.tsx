import { createContext, type ReactNode, use, useCallback, useMemo, useRef, useState } from 'react'
import { useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { Icon } from './icon.tsx'
import { styled } from './styled.ts'

export interface ToastOptions {
  kind?: 'good' | 'bad'
  /** Something to press in it. */
  action?: { label: string; onPress: () => void }
}
type ShowToast = (message: string, options?: ToastOptions) => void

interface Shown extends ToastOptions {
  id: number
  message: string
}

const ToastContext = createContext<ShowToast>(() => {})

/** Says something in passing. It is read aloud, stays longer when there is something to press, and can be sent away. */
export const useToast = (): ShowToast => use(ToastContext)

const Stack = styled('div')(({ theme }) => ({
  position: 'fixed',
  zIndex: theme.zIndex.snackbar,
  left: 16,
  right: 16,
  bottom: 'max(20px, env(safe-area-inset-bottom))',
  display: 'grid',
  justifyItems: 'center',
  gap: 10,
  pointerEvents: 'none',
}))

const Note = styled('div')(({ theme }) => ({
  pointerEvents: 'auto',
  display: 'flex',
  alignItems: 'center',
  gap: 12,
  maxWidth: 520,
  padding: '10px 10px 10px 18px',
  borderRadius: 14,
  background: theme.vars.palette.primary.main,
  color: theme.vars.palette.primary.contrastText,
  boxShadow: '0 10px 40px -10px rgb(0 0 0 / .4)',
  animation: 'toast .28s cubic-bezier(.2,.7,.2,1)',
  '@keyframes toast': { from: { opacity: 0, transform: 'translateY(12px)' } },
  '& button': {
    font: 'inherit',
    fontWeight: 600,
    color: 'inherit',
    background: 'none',
    border: 0,
    borderRadius: 999,
    minHeight: 36,
    padding: '0 12px',
    cursor: 'pointer',
    '&:hover': { background: 'rgb(128 128 128 / .25)' },
  },
}))

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown[]>([])
  const next = useRef(1)
  const t = useTexts(shopTexts)
  const remove = useCallback((id: number) => setShown(list => list.filter(one => one.id !== id)), [])
  const show = useCallback<ShowToast>(
    (message, options = {}) => {
      const id = next.current++
      setShown(list => [...list.filter(one => one.message !== message).slice(-2), { id, message, ...options }])
      setTimeout(() => remove(id), options.action || options.kind === 'bad' ? 9000 : 4500)
    },
    [remove],
  )
  const notes = useMemo(
    () =>
      shown.map(({ id, message, kind, action }) => (
        <Note key={id}>
          <Icon name={kind === 'bad' ? 'alert' : 'check'} size={20} />
          <span style={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>{message}</span>
          {action ? (
            <button
              type="button"
              onClick={() => {
                remove(id)
                action.onPress()
              }}
            >
              {action.label}
            </button>
          ) : null}
          <button
            type="button"
            aria-label={t.dismiss}
            onClick={() => remove(id)}
            style={{ padding: 8, display: 'flex' }}
          >
            <Icon name="close" size={18} />
          </button>
        </Note>
      )),
    [shown, remove, t],
  )
  return (
    <ToastContext value={show}>
      {children}
      <Stack role="status" aria-live="polite">
        {notes}
      </Stack>
    </ToastContext>
  )
}
