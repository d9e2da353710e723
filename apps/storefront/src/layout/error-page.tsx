import { Problem } from '@shopfleet/contracts'
import { isRouteErrorResponse, useRouteError } from 'react-router'
import { useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { Button, ButtonLink } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHead } from '../ui/page-head.tsx'

function kindOf(error: unknown): 'missing' | 'unavailable' | 'broken' {
  if (isRouteErrorResponse(error))
    return error.status === 404 ? 'missing' : error.status === 503 ? 'unavailable' : 'broken'
  if (error instanceof Problem) return error.problem === 'not-found' ? 'missing' : 'unavailable'
  // No answer, or a part of the page that could not be fetched.
  return error instanceof TypeError ? 'unavailable' : 'broken'
}

/** There is no page here. */
export function NotFound() {
  const t = useTexts(shopTexts)
  return (
    <>
      <PageHead title={t.notFound} />
      <EmptyState heading="h1" icon="search" title={t.notFound} action={<ButtonLink to="/">{t.toHome}</ButtonLink>}>
        {t.notFoundText}
      </EmptyState>
    </>
  )
}

/** What failed, honestly, inside the frame of the shop. */
export function ErrorPage() {
  const t = useTexts(shopTexts)
  const kind = kindOf(useRouteError())
  if (kind === 'missing') return <NotFound />
  const [title, text] = kind === 'unavailable' ? [t.unavailable, t.unavailableText] : [t.broken, t.brokenText]
  return (
    <>
      <PageHead title={title} />
      <EmptyState
        heading="h1"
        icon="alert"
        title={title}
        action={
          <Button type="button" onClick={() => location.reload()}>
            {t.tryAgain}
          </Button>
        }
      >
        {text}
      </EmptyState>
    </>
  )
}
