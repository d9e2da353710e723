import Button from '@mui/material/Button'
import { listReviews, type ModeratedReview, reviewStatuses } from '@shopfleet/contracts'
import { useState } from 'react'
import { api } from '../api.ts'
import { count, words } from '../formats.ts'
import { type Column, DataTable, NothingFound } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar, TextFilter, useFilters } from '../ui/filters.tsx'
import { Empty, Page, Section } from '../ui/page.tsx'
import { SavedViews } from '../ui/saved-views.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import { ReviewDialog } from './review-dialog.tsx'
import { useModerate } from './use-moderate.ts'

const starsText = (stars: number) => `${'★'.repeat(stars)}${'☆'.repeat(5 - stars)}`

const columns: Column<ModeratedReview>[] = [
  { name: 'text', label: 'Review', value: one => one.title ?? one.text, flex: 2.4, isLink: true },
  {
    name: 'stars',
    label: 'Stars',
    value: one => one.stars,
    cell: one => (
      <span role="img" aria-label={`${one.stars} of 5 stars`}>
        {starsText(one.stars)}
      </span>
    ),
    width: 104,
  },
  { name: 'product', label: 'Product', value: one => one.product_name, flex: 1.4, from: 'md' },
  {
    name: 'author',
    label: 'By',
    value: one => one.author_name,
    cell: one => `${one.author_name ?? 'Somebody'}${one.is_verified ? ', verified' : ''}`,
    flex: 1,
    from: 'lg',
  },
  { name: 'status', label: 'Status', value: one => one.status, cell: one => <Status of={one.status} />, width: 120 },
  { name: 'suspicions', label: 'Because of', value: one => one.suspicions.map(words).join(', '), flex: 1, from: 'md' },
  {
    name: 'created_at',
    label: 'Written',
    value: one => one.created_at,
    cell: one => <Time at={one.created_at} />,
    width: 110,
    from: 'sm',
  },
]
const five = ['5', '4', '3', '2', '1'].map(value => ({ value, label: `${value} stars` }))

/** What customers say: first what waits for somebody to look at it. */
export function Component() {
  const filters = useFilters(['q', 'status', 'stars'])
  const { q, status, stars } = filters.values
  const query = {
    ...(q ? { q } : {}),
    ...(status ? { status: status as ModeratedReview['status'] } : {}),
    ...(stars ? { stars: Number(stars) } : {}),
  }
  const [counts, setCounts] = useState<Record<string, number>>({})
  const [opened, setOpened] = useState<ModeratedReview | undefined>()
  const moderate = useModerate()
  async function load(page: { cursor?: string; limit: number }) {
    const { counts: found, ...answer } = await api.call(listReviews, { query: { ...query, ...page } })
    setCounts(found)
    return answer
  }
  const views = [
    ...reviewStatuses.map(name => ({
      name: `${words(name)}${counts[name] === undefined ? '' : ` (${count(counts[name])})`}`,
      search: `status=${name}`,
    })),
    { name: 'All', search: '' },
  ]
  return (
    <Page title="Reviews">
      <SavedViews table="reviews" given={views} />
      <Section isFlush>
        <FilterBar>
          <TextFilter filters={filters} name="q" label="Words, author or product" width={280} />
          <ChoiceFilter filters={filters} name="stars" label="Stars" choices={five} />
        </FilterBar>
        <DataTable
          name="reviews"
          label="Reviews"
          queryKey={['reviews', query]}
          load={load}
          columns={columns}
          onOpen={setOpened}
          selected={(reviews, clear) => (
            <Button
              variant="outlined"
              disabled={moderate.isPending || reviews.every(one => one.status === 'published')}
              onClick={() => void moderate.publishMany(reviews.filter(one => one.status !== 'published')).then(clear)}
            >
              Publish
            </Button>
          )}
          empty={
            q || stars ? (
              <NothingFound what="review" clear={filters.clear} />
            ) : (
              <Empty
                title={status === 'pending' ? 'Nothing waits for you' : 'No reviews'}
                hint={status === 'pending' ? 'What looks suspicious comes here before anybody reads it.' : undefined}
              />
            )
          }
        />
      </Section>
      {opened ? <ReviewDialog key={opened.id} review={opened} onClose={() => setOpened(undefined)} /> : null}
    </Page>
  )
}
