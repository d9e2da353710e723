import { type ReactNode, useId, useState } from 'react'
import { tellProblem } from '../problem.ts'
import { useShop, useTexts } from '../shop.tsx'
import { reviewTexts } from '../texts/reviews.ts'
import { Button } from '../ui/button.tsx'
import { ConfirmDialog } from '../ui/confirm-dialog.tsx'
import { styled } from '../ui/styled.ts'
import { useToast } from '../ui/toast.tsx'
import type { OwnReview } from './queries.ts'
import { ReviewItem } from './review-item.tsx'

const Card = styled('section')(({ theme }) => ({
  padding: '20px 22px',
  marginBottom: 28,
  borderRadius: 18,
  background: theme.vars.palette.background.sunken,
  '& > header': { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '6px 14px' },
  '& > header h3': { display: 'flex', fontSize: '1rem', fontWeight: 600 },
  '& .status': { fontSize: '0.8125rem', fontWeight: 600, color: theme.vars.palette.text.secondary },
  '& .status[data-status=published]': { color: theme.vars.palette.stock.good },
  '& .status[data-status=rejected]': { color: theme.vars.palette.error.main },
  '& > p': { marginTop: 8, color: theme.vars.palette.text.secondary },
  '& article': { border: 0, paddingBlock: '16px 18px' },
  '& .buttons': { display: 'flex', flexWrap: 'wrap', gap: 10 },
}))

export interface OwnCardProps {
  review: OwnReview
  /** What it is about, where the page does not say so. */
  title?: ReactNode
  onEdit(): void
  remove(): Promise<void>
}

/** One's own review: how it stands, and what one can do with it. */
export function OwnCard({ review, title, onEdit, remove }: OwnCardProps) {
  const t = useTexts(reviewTexts)
  const { language } = useShop()
  const toast = useToast()
  const id = useId()
  const [isAsking, ask] = useState(false)
  const [isBusy, setBusy] = useState(false)

  async function onRemove() {
    setBusy(true)
    try {
      await remove()
      toast(t.removed)
    } catch (error) {
      toast(tellProblem(error, language).message, { kind: 'bad' })
    } finally {
      setBusy(false)
      ask(false)
    }
  }

  return (
    <Card aria-labelledby={id}>
      <header>
        <h3 id={id}>{title ?? t.yours}</h3>
        <span className="status" data-status={review.status}>
          {t.status[review.status]}
        </span>
      </header>
      {review.status === 'pending' ? <p>{t.pendingText}</p> : null}
      {review.status === 'rejected' ? <p>{t.rejectedText(review.rejection_reason ?? '')}</p> : null}
      <ReviewItem review={review} />
      <div className="buttons">
        <Button type="button" kind="outlined" onClick={onEdit}>
          {t.edit}
        </Button>
        <Button type="button" kind="quiet" onClick={() => ask(true)}>
          {t.remove}
        </Button>
      </div>
      <ConfirmDialog
        open={isAsking}
        title={t.removeTitle}
        keepLabel={t.keep}
        goLabel={t.remove}
        isBusy={isBusy}
        onClose={() => ask(false)}
        onGo={() => void onRemove()}
      >
        {t.removeText}
      </ConfirmDialog>
    </Card>
  )
}
