import OpenInNew from '@mui/icons-material/OpenInNew'
import Button from '@mui/material/Button'
import MuiLink from '@mui/material/Link'
import { deleteProduct, type Product, restoreProduct, updateProduct } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from 'react-router'
import { api, shopUrl } from '../api.ts'
import { count, moment } from '../formats.ts'
import { problemText } from '../problem.ts'
import { useMay } from '../session/session.ts'
import { useConfirm } from '../ui/confirm.tsx'
import { Form, useForm } from '../ui/form.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Columns, Facts, Failed, Loading, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { Pictures } from './pictures.tsx'
import { changesOf, ProductFields, valuesOf } from './product-form.tsx'
import { ProductPreview } from './product-preview.tsx'
import { productQuery, useProductsChanged } from './product-queries.ts'
import { optionsText, Variants } from './variants.tsx'

const back = { to: '/products', label: 'To the products' }

export function Component() {
  const { id } = useParams() as { id: string }
  const { data: product, error, refetch } = useQuery({ ...productQuery(id), refetchOnWindowFocus: false })
  if (!product)
    return (
      <Page title="Product" back={back}>
        {error ? <Failed error={error} retry={refetch} /> : <Loading />}
      </Page>
    )
  // Another product is another form.
  return <Editor key={product.id} product={product} />
}

function Editor({ product }: { product: Product }) {
  const notice = useNotice()
  const changed = useProductsChanged()
  const form = useForm({
    initial: valuesOf(product),
    draft: `product ${product.id}`,
    async send(values) {
      const body = changesOf(product, values)
      // 18.40 instead of 18.4 is no change.
      return Object.keys(body).length === 0 ? product : api.call(updateProduct, { params: { id: product.id }, body })
    },
    done(answer) {
      changed(answer)
      form.reset(valuesOf(answer))
      notice({ text: `${answer.name} is saved` })
    },
  })
  return (
    <Page
      title={product.name}
      back={product.parent_id ? { to: `/products/${product.parent_id}`, label: 'To the product' } : back}
      badge={
        <Status
          of={product.is_active ? 'active' : 'inactive'}
          label={product.is_active ? 'For sale' : 'Not for sale'}
        />
      }
      lead={<Lead product={product} />}
      actions={<Actions product={product} />}
    >
      <Columns
        main={
          <>
            <Form
              form={form}
              label={`Edit ${product.name}`}
              act="Save"
              isLong
              onlyChanged
              more={
                form.isChanged ? <Button onClick={() => form.reset(valuesOf(product))}>Discard changes</Button> : null
              }
            >
              <ProductFields
                form={form}
                isNew={false}
                hasVariants={product.variant_count > 0}
                isVariant={product.parent_id !== null}
              />
            </Form>
            {product.parent_id === null ? <Variants product={product} /> : null}
          </>
        }
        side={
          <>
            {product.parent_id === null ? <ProductPreview values={form.values} imageUrl={product.image_url} /> : null}
            <Pictures product={product} />
            <StockCard product={product} />
          </>
        }
      />
    </Page>
  )
}

function Lead({ product }: { product: Product }) {
  const changed = `Changed ${moment(product.updated_at)}`
  if (product.parent_id === null) return changed
  return (
    <>
      {optionsText(product.options)} ·{' '}
      <MuiLink component={Link} to={`/products/${product.parent_id}`}>
        All variants
      </MuiLink>{' '}
      · {changed}
    </>
  )
}

function Actions({ product }: { product: Product }) {
  const ask = useConfirm()
  const notice = useNotice()
  const navigate = useNavigate()
  const changed = useProductsChanged()

  async function bringBack() {
    try {
      const again = await api.call(restoreProduct, { params: { id: product.id } })
      changed(again)
      notice({ text: `${again.name} is back as it was` })
      void navigate(`/products/${again.id}`)
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
  }
  async function remove() {
    const said = await ask({
      title: `Delete ${product.name}?`,
      text: `${product.variant_count > 0 ? 'It leaves the shop and the catalogue with all its variants' : 'It leaves the shop and the catalogue'}. Past orders keep its name and price. To hide it for a while, take it off sale instead.`,
      act: 'Delete product',
      isDangerous: true,
    })
    if (said === undefined) return
    try {
      await api.call(deleteProduct, { params: { id: product.id } })
      await navigate(product.parent_id ? `/products/${product.parent_id}` : '/products')
      changed()
      notice({ text: `${product.name} is deleted`, undo: { act: () => void bringBack() } })
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
  }
  return (
    <>
      {product.is_active ? (
        <Button
          variant="outlined"
          color="secondary"
          href={`${shopUrl}/products/${product.slug}`}
          target="_blank"
          rel="noreferrer"
          endIcon={<OpenInNew />}
        >
          In the shop
        </Button>
      ) : null}
      <Button variant="outlined" color="error" onClick={() => void remove()}>
        Delete
      </Button>
    </>
  )
}

function StockCard({ product }: { product: Product }) {
  const mayStock = useMay('stock')
  return (
    <Section
      title="Stock"
      actions={
        mayStock && product.variant_count === 0 ? (
          <Button component={Link} to={`/stock/${product.id}`}>
            Adjust
          </Button>
        ) : null
      }
    >
      <Facts
        facts={[
          [
            'Can be ordered',
            product.variant_count > 0
              ? `${count(product.stock_quantity)}, of all variants`
              : count(product.stock_quantity),
          ],
          [
            'Rating',
            product.rating_count > 0
              ? `${product.rating_average?.toFixed(1)} of ${count(product.rating_count)}`
              : 'Not rated yet',
          ],
        ]}
      />
    </Section>
  )
}
