import Button from '@mui/material/Button'
import Dialog from '@mui/material/Dialog'
import DialogActions from '@mui/material/DialogActions'
import DialogContent from '@mui/material/DialogContent'
import DialogTitle from '@mui/material/DialogTitle'
import type { ReactNode } from 'react'
import { Form, type FormState } from './form.tsx'

export interface FormDialogProps {
  title: string
  act: string
  form: FormState
  isDangerous?: boolean
  onClose: () => void
  children: ReactNode
}

/** A form over the page. Mounted while it is open. */
export function FormDialog({ title, act, form, isDangerous, onClose, children }: FormDialogProps) {
  return (
    <Dialog open onClose={onClose} aria-labelledby="form-dialog-title">
      <DialogTitle id="form-dialog-title">{title}</DialogTitle>
      <DialogContent sx={{ pt: '8px !important' }}>
        <Form form={form} label={title}>
          {children}
          <DialogActions sx={{ p: '8px 0 0 !important' }}>
            <Button onClick={onClose} color="secondary">
              Back
            </Button>
            <Button
              type="submit"
              variant="contained"
              loading={form.isPending}
              color={isDangerous ? 'error' : 'primary'}
            >
              {act}
            </Button>
          </DialogActions>
        </Form>
      </DialogContent>
    </Dialog>
  )
}
