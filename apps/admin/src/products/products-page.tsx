import Add from '@mui/icons-material/Add'
import Button from '@mui/material/Button'
import Stack from '@mui/material/Stack'
import { listCatalogue, type Product } from '@shopfleet/contracts'
import { Link } from 'react-router'
import { api } from '../api.ts'
import { count, money } from '../formats.ts'
import { type Column, DataTable, NothingFound } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar, TextFilter, useFilters } from '../ui/filters.tsx'
import { Empty, Page, Section } from '../ui/page.tsx'
import { SavedViews } from '../ui/saved-views.tsx'
import { Status } from '../ui/status.tsx'
import { Pictured } from '../ui/thumbnail.tsx'
import { BulkEdit } from './bulk-edit.tsx'
import { productsKey, useCategories } from './product-queries.ts'

const views = [
  { name: 'All', search: '' },
  { name: 'For sale', search: 'is_active=true' },
  { name: 'Not for sale', search: 'is_active=false' },
  { name: 'Sold out', search: 'in_stock=false&is_active=true' },
]
const yesNo = (yes: string, no: string) => [
  { value: 'true', label: yes },
  { value: 'false', label: no },
]
const sorts = [
  { value: 'name', label: 'Name' },
  { value: '-name', label: 'Name, from Z' },
  { value: 'price', label: 'Cheapest first' },
  { value: '-price', label: 'Dearest first' },
]
type Sort = 'newest' | 'name' | '-name' | 'price' | '-price'

const columns: Column<Product>[] = [
  {
    name: 'name',
    label: 'Product',
    value: product => product.name,
    cell: product => (
      <Pictured
        url={product.image_url}
        name={product.name}
        more={product.variant_count > 0 ? `${count(product.variant_count)} variants` : undefined}
      />
    ),
    flex: 2,
    isLink: true,
  },
  { name: 'sku', label: 'SKU', value: product => product.sku, flex: 1, from: 'md' },
  { name: 'category', label: 'Category', value: product => product.category?.name, flex: 1, from: 'lg' },
  {
    name: 'is_active',
    label: 'Status',
    value: product => product.is_active,
    width: 120,
    from: 'sm',
    cell: product => (
      <Status of={product.is_active ? 'active' : 'inactive'} label={product.is_active ? 'For sale' : 'Not for sale'} />
    ),
  },
  {
    name: 'stock_quantity',
    label: 'Available',
    value: product => product.stock_quantity,
    cell: product => count(product.stock_quantity),
    width: 90,
    align: 'right',
    from: 'sm',
  },
  {
    name: 'price',
    label: 'Price',
    value: product => product.price,
    cell: product => `${product.variant_count > 0 ? 'from ' : ''}${money(product.price, product.currency)}`,
    width: 130,
    align: 'right',
  },
  { name: 'currency', label: 'Currency', value: product => product.currency, width: 90, from: 'lg' },
]

export function Component() {
  const filters = useFilters(['q', 'category', 'is_active', 'in_stock', 'sort'])
  const { q, category, is_active, in_stock, sort } = filters.values
  const query = {
    ...(q ? { q } : {}),
    ...(category ? { category } : {}),
    ...(is_active ? { is_active: is_active === 'true' } : {}),
    ...(in_stock ? { in_stock: in_stock === 'true' } : {}),
    ...(sort ? { sort: sort as Sort } : {}),
  }
  const categories = useCategories()
  return (
    <Page
      title="Products"
      actions={
        <>
          <Button component={Link} to="/products/import" variant="outlined" color="secondary">
            Import and export
          </Button>
          <Button component={Link} to="/products/new" variant="contained" startIcon={<Add />}>
            New product
          </Button>
        </>
      }
    >
      <SavedViews table="products" given={views} />
      <Section isFlush>
        <FilterBar>
          <TextFilter filters={filters} name="q" label="Name or SKU" />
          <ChoiceFilter
            filters={filters}
            name="category"
            label="Category"
            choices={categories.map(({ id, path }) => ({ value: id, label: path }))}
          />
          <ChoiceFilter filters={filters} name="is_active" label="Status" choices={yesNo('For sale', 'Not for sale')} />
          <ChoiceFilter filters={filters} name="in_stock" label="Stock" choices={yesNo('Available', 'Sold out')} />
          <ChoiceFilter filters={filters} name="sort" label="Order" none="Newest first" choices={sorts} />
        </FilterBar>
        <DataTable
          name="products"
          label="Products"
          queryKey={[...productsKey, query]}
          load={page => api.call(listCatalogue, { query: { ...query, ...page } })}
          columns={columns}
          href={product => `/products/${product.id}`}
          selected={(products, clear) => <BulkEdit products={products} onDone={clear} />}
          empty={
            filters.isFiltered ? (
              <NothingFound what="product" clear={filters.clear} />
            ) : (
              <Empty
                title="The catalogue is empty"
                hint="A name and a price are enough to begin with."
                action={
                  <Stack direction="row" sx={{ gap: 1 }}>
                    <Button component={Link} to="/products/new" variant="contained">
                      New product
                    </Button>
                    <Button component={Link} to="/products/import" variant="outlined">
                      Take in a file
                    </Button>
                  </Stack>
                }
              />
            )
          }
        />
      </Section>
    </Page>
  )
}
