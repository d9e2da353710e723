import Alert from '@mui/material/Alert'
import Button from '@mui/material/Button'
import Snackbar from '@mui/material/Snackbar'
import { createContext, type ReactNode, use, useCallback, useState } from 'react'

/** A short word on what was done, with the way back where there is one. */

export interface Notice {
  text: string
  kind?: 'success' | 'error' | 'info'
  undo?: { label?: string; act: () => void }
}

const NoticeContext = createContext<(notice: Notice) => void>(() => {})
export const useNotice = () => use(NoticeContext)

const plain_ms = 5000
/** Long enough to notice a mistake. */
const undo_ms = 12_000

export function NoticeProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<(Notice & { key: number }) | undefined>()
  const [isOpen, setOpen] = useState(false)
  const show = useCallback((notice: Notice) => {
    setShown({ ...notice, key: Date.now() })
    setOpen(true)
  }, [])
  const { text, kind = 'success', undo, key } = shown ?? { text: '', key: 0 }
  return (
    <NoticeContext value={show}>
      {children}
      <Snackbar
        key={key}
        open={isOpen}
        autoHideDuration={kind === 'error' ? null : undo ? undo_ms : plain_ms}
        onClose={(_, reason) => reason !== 'clickaway' && setOpen(false)}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'center' }}
      >
        <Alert
          severity={kind}
          variant="filled"
          role={kind === 'error' ? 'alert' : 'status'}
          onClose={() => setOpen(false)}
          action={
            undo ? (
              <Button
                color="inherit"
                onClick={() => {
                  setOpen(false)
                  undo.act()
                }}
              >
                {undo.label ?? 'Undo'}
              </Button>
            ) : undefined
          }
        >
          {text}
        </Alert>
      </Snackbar>
    </NoticeContext>
  )
}
