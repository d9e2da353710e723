import { getStock, listStock, type Stock, searchProducts } from '@shopfleet/contracts'
import { api } from '../api.ts'
import { count, shortId } from '../formats.ts'
import { useProfile } from '../profile.ts'
import { useMay } from '../session/session.ts'
import { type Column, DataTable, NothingFound } from '../ui/data-table.tsx'
import { FilterBar, TextFilter, useFilters } from '../ui/filters.tsx'
import { Empty, Page, Section } from '../ui/page.tsx'
import { SavedViews } from '../ui/saved-views.tsx'
import { Status } from '../ui/status.tsx'
import { Pictured } from '../ui/thumbnail.tsx'
import { Time } from '../ui/time.tsx'
import { productOf } from './stock-names.ts'

interface Row extends Stock {
  name: string
  sku: string
  image_url: string | null
}

const viewsFor = (threshold: number) => [
  { name: 'All', search: '' },
  { name: 'Low', search: `below=${threshold}` },
  { name: 'None left', search: 'below=1' },
]

/** None left, few left as the settings have it, or enough. */
const level = (available: number, threshold: number) =>
  available <= 0 ? 'bad' : available < threshold ? 'warn' : 'good'

const columnsFor = (threshold: number): Column<Row>[] => [
  {
    name: 'name',
    label: 'Product',
    value: row => row.name,
    cell: row => <Pictured url={row.image_url} name={row.name} />,
    flex: 2,
    isLink: true,
  },
  { name: 'sku', label: 'SKU', value: row => row.sku, flex: 1, from: 'md' },
  {
    name: 'available',
    label: 'Available',
    value: row => row.available,
    width: 110,
    align: 'right',
    cell: row => <Status of="available" tone={level(row.available, threshold)} label={count(row.available)} />,
  },
  {
    name: 'reserved',
    label: 'Reserved',
    value: row => row.reserved,
    cell: row => count(row.reserved),
    width: 100,
    align: 'right',
    from: 'sm',
  },
  {
    name: 'on_hand',
    label: 'On hand',
    value: row => row.on_hand,
    cell: row => count(row.on_hand),
    width: 100,
    align: 'right',
    from: 'sm',
  },
  {
    name: 'updated_at',
    label: 'Changed',
    value: row => row.updated_at,
    cell: row => <Time at={row.updated_at} />,
    width: 120,
    from: 'lg',
  },
]

export function Component() {
  const filters = useFilters(['q', 'below'])
  const { q, below } = filters.values
  const mayCatalogue = useMay('catalogue')
  const { low_stock_threshold: threshold } = useProfile()

  const named = (stocks: Stock[]): Promise<Row[]> =>
    Promise.all(
      stocks.map(async stock => {
        const product = await productOf(stock.product_id, mayCatalogue)
        return {
          ...stock,
          name: product?.name ?? `Not in the shop (…${shortId(stock.product_id)})`,
          sku: product?.sku ?? '',
          image_url: product?.image_url ?? null,
        }
      }),
    )
  async function load(page: { cursor?: string; limit: number }) {
    if (!q) {
      const { items, next_cursor } = await api.call(listStock, {
        query: { ...page, ...(below && /^\d{1,9}$/.test(below) ? { below: Number(below) } : {}) },
      })
      return { items: await named(items), next_cursor }
    }
    const { items, next_cursor } = await api.call(searchProducts, { query: { ...page, q } })
    const stocks = await Promise.all(items.map(({ id }) => api.send(getStock, { params: { product_id: id } })))
    return { items: await named(stocks.filter(({ status }) => status === 200).map(({ body }) => body)), next_cursor }
  }
  return (
    <Page title="Stock" lead="What is on hand, what is held for orders that are not paid yet, and what can be ordered.">
      <SavedViews table="stock" given={viewsFor(threshold)} />
      <Section isFlush>
        <FilterBar>
          <TextFilter filters={filters} name="q" label="Product" />
          <TextFilter filters={filters} name="below" label="Fewer than" placeholder="any" width={120} />
        </FilterBar>
        <DataTable
          name="stock"
          label="Stock"
          queryKey={['stock', 'list', { q, below }]}
          load={load}
          columns={columnsFor(threshold)}
          id={row => row.product_id}
          href={row => `/stock/${row.product_id}`}
          empty={
            filters.isFiltered ? (
              <NothingFound what="product" clear={filters.clear} />
            ) : (
              <Empty title="No stock yet" hint="A product has stock from the moment it is created." />
            )
          }
        />
      </Section>
    </Page>
  )
}
