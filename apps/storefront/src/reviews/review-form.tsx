import Button from '@mui/material/Button'
import { styled } from '@mui/material/styles'
import {
  addReviewPhoto,
  createReview,
  deleteReviewPhoto,
  type OwnReview,
  type Product,
  updateReview,
} from '@shopfleet/contracts'
import { useEffect, useId, useRef, useState } from 'react'
import { tellProblem } from '../problem.ts'
import { useShop, useTexts } from '../shop.tsx'
import { FormMessage, FormStack, SubmitButton } from '../sign-in/form-parts.tsx'
import { useForm } from '../sign-in/use-form.ts'
import { reviewTexts } from '../texts/reviews.ts'
import { Field } from '../ui/field.tsx'
import { useToast } from '../ui/toast.tsx'
import { type Chosen, PhotoField, usePhotos } from './photo-field.tsx'
import { StarField } from './star-field.tsx'

const Frame = styled('section')(({ theme }) => ({
  maxWidth: 760,
  padding: '24px 22px',
  marginBottom: 32,
  borderRadius: 20,
  border: `1px solid ${theme.vars!.palette.divider}`,
  [theme.breakpoints.up('sm')]: { padding: 30 },
  '& h3': { fontSize: '1.25rem', fontWeight: 600, letterSpacing: '-0.015em', marginBottom: 18 },
  '& form': { maxWidth: 620 },
  '& .buttons': { display: 'flex', flexWrap: 'wrap', gap: 12 },
}))

export interface ReviewFormProps {
  product: Pick<Product, 'id'>
  /** The one that is rewritten; undefined: a new one. */
  review: OwnReview | undefined
  /** What it is about, where the page does not say so. */
  title?: string
  onClose(): void
  onDone(): Promise<void>
}

/** Writes or rewrites one's review: stars, words, pictures. What was typed stays whatever happens. */
export function ReviewForm({ product, review, title, onClose, onDone }: ReviewFormProps) {
  const t = useTexts(reviewTexts)
  const { api, language } = useShop()
  const toast = useToast()
  const id = useId()
  const photos = usePhotos(review?.photos.map(photo => photo.url) ?? [])
  const heading = useRef<HTMLHeadingElement>(null)
  // Written already, though a picture was refused: sending again only tries the rest.
  const [written, setWritten] = useState(review)
  useEffect(() => heading.current?.focus(), [])

  /** Brings the pictures of a review to what is chosen. Answers how it stands then, and what was refused. */
  async function sendPhotos(own: OwnReview): Promise<{ own: OwnReview; refused: [Chosen, string][] }> {
    let last = own
    const refused: [Chosen, string][] = []
    for (const url of photos.dropped) {
      await api.call(deleteReviewPhoto, { params: { id: own.id }, query: { name: url.split('/').at(-1)! } })
    }
    for (const one of photos.chosen) {
      try {
        // The bytes as they are: the typed client sends a File with its own type.
        last = await api.call(addReviewPhoto, { params: { id: own.id }, body: one.file as never })
        photos.sent(one, last.photos.at(-1)!.url)
      } catch (error) {
        refused.push([one, tellProblem(error, language).message])
      }
    }
    return { own: last, refused }
  }

  const state = useForm({
    fields: ['stars', 'title', 'text'],
    required: ['text'],
    async send({ stars, title, text }) {
      const body = { stars: Number(stars), title: title || null, text }
      const own = written
        ? await api.call(updateReview, { params: { id: written.id }, body })
        : await api.call(createReview, { params: { id: product.id }, body })
      setWritten(own)
      const sent = await sendPhotos(own)
      photos.complain(sent.refused.map(([one, why]) => t.pictureFailed(one.file.name, why)))
      return sent
    },
    async done({ own, refused }) {
      if (refused.length > 0) return
      await onDone()
      toast(own.status === 'published' ? t.thanks : t.thanksPending)
    },
    tell: problem =>
      problem.errors?.some(error => error.pointer === '/stars') ? { fields: { stars: t.chooseStars } } : undefined,
  })
  return (
    <Frame aria-labelledby={id}>
      <h3 id={id} ref={heading} tabIndex={-1}>
        {title ?? t.formTitle}
      </h3>
      <FormStack {...state.form}>
        <StarField initial={review?.stars} error={state.errors.stars} />
        <Field
          name="title"
          label={t.headline}
          helperText={t.headlineHelp}
          defaultValue={review?.title ?? ''}
          errors={state.errors}
          slotProps={{ htmlInput: { maxLength: 120 } }}
        />
        <Field
          name="text"
          label={t.text}
          helperText={t.textHelp}
          defaultValue={review?.text ?? ''}
          errors={state.errors}
          multiline
          minRows={4}
          required
          slotProps={{ htmlInput: { maxLength: 5000 } }}
        />
        <PhotoField photos={photos} />
        <FormMessage>{state.message}</FormMessage>
        <div className="buttons">
          <SubmitButton isPending={state.isPending}>{review ? t.save : t.send}</SubmitButton>
          <Button type="button" size="large" onClick={onClose}>
            {t.cancel}
          </Button>
        </div>
      </FormStack>
    </Frame>
  )
}
