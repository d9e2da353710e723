import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import Dialog from '@mui/material/Dialog'
import DialogActions from '@mui/material/DialogActions'
import DialogContent from '@mui/material/DialogContent'
import DialogTitle from '@mui/material/DialogTitle'
import Typography from '@mui/material/Typography'
import { useNotice } from '../ui/notice.tsx'

/** The secret signatures are made with: seen once. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const notice = useNotice()
  async function copy() {
    try {
      await navigator.clipboard.writeText(secret)
      notice({ text: 'Copied' })
    } catch {
      notice({ text: 'The browser does not let it be copied: select it by hand.', kind: 'info' })
    }
  }
  return (
    <Dialog open aria-labelledby="secret-title">
      <DialogTitle id="secret-title">The secret of this webhook</DialogTitle>
      <DialogContent>
        <Typography variant="body2" color="textSecondary" sx={{ mb: 1.5 }}>
          The receiver checks with it that what comes is from you. It is not shown again.
        </Typography>
        <Box
          component="code"
          sx={{ display: 'block', p: 1.5, borderRadius: 1, bgcolor: 'background.sunken', overflowWrap: 'anywhere' }}
        >
          {secret}
        </Box>
      </DialogContent>
      <DialogActions>
        <Button variant="outlined" onClick={() => void copy()}>
          Copy
        </Button>
        <Button variant="contained" onClick={onClose}>
          I have kept it
        </Button>
      </DialogActions>
    </Dialog>
  )
}
