import Button from '@mui/material/Button'
import Dialog from '@mui/material/Dialog'
import DialogActions from '@mui/material/DialogActions'
import DialogContent from '@mui/material/DialogContent'
import DialogTitle from '@mui/material/DialogTitle'
import TextField from '@mui/material/TextField'
import Typography from '@mui/material/Typography'
import { createContext, type FormEvent, type ReactNode, use, useCallback, useRef, useState } from 'react'

/** Asks before what cannot be taken back. */

export interface Question {
  title: string
  text: ReactNode
  /** On the button that does it: a verb, not “OK”. */
  act: string
  isDangerous?: boolean
  /** Asks for words as well; the answer is these. */
  reason?: { label: string; isRequired?: boolean; maxLength?: number }
}

/** What was said to it: undefined for no, else the words asked for, or an empty text. */
type Ask = (question: Question) => Promise<string | undefined>

const ConfirmContext = createContext<Ask>(async () => undefined)
export const useConfirm = () => use(ConfirmContext)

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [question, setQuestion] = useState<Question | undefined>()
  const [isOpen, setOpen] = useState(false)
  const [reason, setReason] = useState('')
  const answer = useRef<(said: string | undefined) => void>(() => {})
  const ask = useCallback<Ask>(next => {
    answer.current(undefined)
    setReason('')
    setQuestion(next)
    setOpen(true)
    return new Promise(resolve => {
      answer.current = resolve
    })
  }, [])
  const say = (said: string | undefined) => {
    setOpen(false)
    answer.current(said)
  }
  function submit(event: FormEvent) {
    event.preventDefault()
    say(reason.trim())
  }
  const asks = question?.reason
  return (
    <ConfirmContext value={ask}>
      {children}
      <Dialog open={isOpen} onClose={() => say(undefined)} maxWidth="xs" aria-labelledby="confirm-title">
        <form onSubmit={submit}>
          <DialogTitle id="confirm-title">{question?.title}</DialogTitle>
          <DialogContent>
            <Typography variant="body2" component="div" color="textSecondary">
              {question?.text}
            </Typography>
            {asks ? (
              <TextField
                label={asks.label}
                value={reason}
                onChange={event => setReason(event.target.value)}
                required={asks.isRequired}
                autoFocus
                sx={{ mt: 2 }}
                slotProps={{ htmlInput: { maxLength: asks.maxLength ?? 200 } }}
              />
            ) : null}
          </DialogContent>
          <DialogActions>
            <Button onClick={() => say(undefined)} color="secondary">
              Back
            </Button>
            <Button
              type="submit"
              variant="contained"
              color={question?.isDangerous ? 'error' : 'primary'}
              autoFocus={!asks}
            >
              {question?.act}
            </Button>
          </DialogActions>
        </form>
      </Dialog>
    </ConfirmContext>
  )
}
