import { styled } from '@mui/material/styles'
import Typography from '@mui/material/Typography'
import { getErasure, Problem } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { useFormats, useShop, useTexts } from '../shop.tsx'
import { accountTexts } from '../texts/account.ts'
import { ButtonLink } from '../ui/button.tsx'
import { Container } from '../ui/container.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Icon } from '../ui/icon.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { PageHeading } from '../ui/page-heading.tsx'
import { Failed, Loading } from './frame.tsx'

const Frame = styled(Container)(({ theme }) => ({
  maxWidth: 680,
  display: 'grid',
  gap: 28,
  paddingBlock: 'clamp(40px, 7vw, 104px) 104px',
  '& .quiet': { color: theme.vars!.palette.text.secondary },
  '& li': {
    display: 'grid',
    gridTemplateColumns: 'auto 1fr auto',
    alignItems: 'center',
    gap: 14,
    paddingBlock: 14,
    borderTop: `1px solid ${theme.vars!.palette.divider}`,
  },
  '& li[data-done=true] svg': { color: theme.vars!.palette.stock.good },
}))

/** The receipt of an erasure: how far the parts of the shop are. It names nobody, so that whoever has it may look. */
export function Component() {
  const t = useTexts(accountTexts)
  const { api } = useShop()
  const { dateTime } = useFormats()
  const { id } = useParams()
  const { data, error, refetch } = useQuery({
    queryKey: ['erasure', id],
    queryFn: () => api.call(getErasure, { params: { id: id! } }),
    // Its parts are asked again until all have said that they are done.
    refetchInterval: ({ state }) => (state.data?.completed_at === null ? 3000 : false),
  })
  if (error && !data) {
    const isMissing = error instanceof Problem && error.status < 500
    return (
      <>
        <PageHead title={isMissing ? t.erasedMissing : t.failed} />
        {isMissing ? (
          <EmptyState heading="h1" icon="search" title={t.erasedMissing}>
            {t.erasedMissingText}
          </EmptyState>
        ) : (
          <Failed retry={() => void refetch()} />
        )}
      </>
    )
  }
  return (
    <Frame>
      <PageHead title={t.erasedTitle} />
      <header style={{ display: 'grid', gap: 12 }}>
        <PageHeading>{t.erasedTitle}</PageHeading>
        <Typography variant="subtitle1" component="p" className="quiet" role="status">
          {data?.completed_at ? t.erasedAll : t.erasedText}
        </Typography>
      </header>
      {data ? (
        <ul>
          {data.services.map(({ service, erased_at }) => (
            <li key={service} data-done={erased_at !== null}>
              <Icon name={erased_at ? 'check' : 'clock'} size={20} />
              <strong style={{ fontWeight: 550 }}>{(t.parts as Record<string, string>)[service] ?? service}</strong>
              <span className="quiet">{erased_at ? t.erasedAt(dateTime(erased_at)) : t.erasedOpen}</span>
            </li>
          ))}
        </ul>
      ) : (
        <Loading lines={4} />
      )}
      <div>
        <ButtonLink to="/">{t.toShop}</ButtonLink>
      </div>
    </Frame>
  )
}
