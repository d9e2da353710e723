import Alert from '@mui/material/Alert'
import Button from '@mui/material/Button'
import Dialog from '@mui/material/Dialog'
import DialogActions from '@mui/material/DialogActions'
import DialogContent from '@mui/material/DialogContent'
import DialogTitle from '@mui/material/DialogTitle'
import Rating from '@mui/material/Rating'
import Stack from '@mui/material/Stack'
import Typography from '@mui/material/Typography'
import type { ModeratedReview } from '@shopfleet/contracts'
import { moment, words } from '../formats.ts'
import { useConfirm } from '../ui/confirm.tsx'
import { Facts } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { useModerate } from './use-moderate.ts'

/** One review, to be read and decided on. */
export function ReviewDialog({ review, onClose }: { review: ModeratedReview; onClose: () => void }) {
  const ask = useConfirm()
  const moderate = useModerate()
  async function decide(status: ModeratedReview['status'], reason?: string) {
    if (await moderate.decide(review, { status, ...(reason ? { reason } : {}) })) onClose()
  }
  async function reject() {
    const reason = await ask({
      title: 'Reject this review?',
      text: 'Nobody but its author sees it then, with your reason.',
      act: 'Reject',
      isDangerous: true,
      reason: { label: 'Reason, for the author', isRequired: true, maxLength: 500 },
    })
    if (reason) await decide('rejected', reason)
  }
  return (
    <Dialog open onClose={onClose} aria-labelledby="review-title">
      <DialogTitle id="review-title">{review.title ?? `Review of ${review.product_name}`}</DialogTitle>
      <DialogContent>
        <Stack sx={{ gap: 2 }}>
          {review.suspicions.length > 0 ? (
            <Alert severity="warning">
              Looks suspicious: {review.suspicions.map(one => words(one).toLowerCase()).join(', ')}.
            </Alert>
          ) : null}
          <Rating value={review.stars} readOnly size="small" />
          <Typography sx={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>{review.text}</Typography>
          {review.photos.length > 0 ? (
            <Stack direction="row" sx={{ gap: 1, flexWrap: 'wrap' }}>
              {review.photos.map(({ url }, i) => (
                <a key={url} href={url} target="_blank" rel="noreferrer">
                  <img
                    src={url}
                    alt={`${review.product_name}, ${i + 1}, as its owner shows it`}
                    width={120}
                    height={120}
                    style={{ objectFit: 'cover', borderRadius: 8 }}
                  />
                </a>
              ))}
            </Stack>
          ) : null}
          <Facts
            facts={[
              ['Status', <Status key="s" of={review.status} />],
              ['Product', review.product_name],
              ['By', `${review.author_name ?? 'Somebody'}${review.is_verified ? ', who was delivered it' : ''}`],
              ['Written', moment(review.created_at)],
              review.edited_at ? ['Changed', moment(review.edited_at)] : undefined,
              ['Found helpful', String(review.helpful_count)],
              review.rejection_reason ? ['Rejected because', review.rejection_reason] : undefined,
            ]}
          />
        </Stack>
      </DialogContent>
      <DialogActions>
        <Button color="secondary" onClick={onClose}>
          Close
        </Button>
        {review.status === 'rejected' ? null : (
          <Button color="error" variant="outlined" disabled={moderate.isPending} onClick={() => void reject()}>
            Reject
          </Button>
        )}
        {review.status === 'published' ? (
          <Button variant="outlined" disabled={moderate.isPending} onClick={() => void decide('pending')}>
            Back into the queue
          </Button>
        ) : (
          <Button variant="contained" disabled={moderate.isPending} onClick={() => void decide('published')}>
            Publish
          </Button>
        )}
      </DialogActions>
    </Dialog>
  )
}
