import type { Product } from '@shopfleet/contracts'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useTexts } from '../shop.tsx'
import { reviewTexts } from '../texts/reviews-title.ts'
import { Section } from '../ui/section.tsx'
import { LineSkeleton } from '../ui/skeletons.tsx'
import { styled } from '../ui/styled.ts'

const Reviews = lazy(async () => ({ default: (await import('./reviews.tsx')).Reviews }))

export const reviewsId = 'reviews'

/** Room for what comes, so that nothing below moves much when it is there. */
const Room = styled('div')({ minHeight: 320, scrollMarginTop: 140 })

/** The place of the reviews: they and their code are fetched when one comes near. */
export function ReviewsHost({ product }: { product: Product }) {
  const t = useTexts(reviewTexts)
  const place = useRef<HTMLDivElement>(null)
  const [isNear, come] = useState(false)
  useEffect(() => {
    // Whoever comes for them by the address, or back from signing in, is taken there.
    if (location.hash === `#${reviewsId}`) come(true)
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && come(true), {
      rootMargin: '600px 0px',
    })
    if (place.current) observer.observe(place.current)
    return () => observer.disconnect()
  }, [])
  return (
    <Section title={t.title}>
      <Room ref={place} id={reviewsId}>
        {isNear ? (
          <Suspense
            fallback={
              <div role="status" aria-busy="true" aria-label={t.loading}>
                <LineSkeleton lines={4} />
              </div>
            }
          >
            <Reviews product={product} />
          </Suspense>
        ) : null}
      </Room>
    </Section>
  )
}
