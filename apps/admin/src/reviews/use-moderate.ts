import { type ModeratedReview, moderateReview, Problem, type ReviewStatus } from '@shopfleet/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api.ts'
import { count } from '../formats.ts'
import { problemText } from '../problem.ts'
import { useNotice } from '../ui/notice.tsx'

interface Decision {
  status: ReviewStatus
  reason?: string
}

const why = (error: unknown) =>
  error instanceof Problem && error.problem === 'review-edited'
    ? 'Its author has changed it meanwhile: read it again.'
    : problemText(error)

/** Decides on reviews; each decision can be taken back. */
export function useModerate() {
  const queries = useQueryClient()
  const notice = useNotice()
  const [isPending, setPending] = useState(false)
  const send = (review: ModeratedReview, decision: Decision, isAsRead: boolean) =>
    api.call(moderateReview, {
      params: { id: review.id },
      body: { ...decision, ...(isAsRead ? { version: review.version } : {}) },
    })
  const refresh = () => void queries.invalidateQueries({ queryKey: ['reviews'] })

  /** As it was: into the queue, out of it, or rejected with the reason it had. */
  async function takeBack(reviews: ModeratedReview[]) {
    for (const review of reviews) {
      const reason = review.status === 'rejected' ? { reason: review.rejection_reason ?? 'As before' } : {}
      try {
        await send(review, { status: review.status, ...reason }, false)
      } catch (error) {
        notice({ text: why(error), kind: 'error' })
      }
    }
    refresh()
  }
  return {
    isPending,
    /** Whether it was decided. */
    async decide(review: ModeratedReview, decision: Decision): Promise<boolean> {
      setPending(true)
      try {
        await send(review, decision, true)
        notice({
          text: { published: 'It is published', rejected: 'It is rejected', pending: 'It waits again' }[
            decision.status
          ],
          undo: { act: () => void takeBack([review]) },
        })
        return true
      } catch (error) {
        notice({ text: `Nothing was changed. ${why(error)}`, kind: 'error' })
        return false
      } finally {
        setPending(false)
        refresh()
      }
    },
    async publishMany(reviews: ModeratedReview[]): Promise<void> {
      setPending(true)
      const done: ModeratedReview[] = []
      const refused: string[] = []
      for (const review of reviews) {
        try {
          await send(review, { status: 'published' }, true)
          done.push(review)
        } catch (error) {
          refused.push(`${review.title ?? review.product_name}: ${why(error)}`)
        }
      }
      setPending(false)
      refresh()
      const undo = done.length > 0 ? { undo: { act: () => void takeBack(done) } } : {}
      notice({
        text: [`${count(done.length)} published`, ...refused].join('. '),
        kind: refused.length > 0 ? 'error' : 'success',
        ...undo,
      })
    },
  }
}
