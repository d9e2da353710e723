import { createProduct } from '@shopfleet/contracts'
import { useNavigate } from 'react-router'
import { api } from '../api.ts'
import { Form, useForm } from '../ui/form.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Columns, Page } from '../ui/page.tsx'
import { bodyOf, emptyProduct, ProductFields } from './product-form.tsx'
import { ProductPreview } from './product-preview.tsx'
import { useProductsChanged } from './product-queries.ts'

export function Component() {
  const navigate = useNavigate()
  const notice = useNotice()
  const changed = useProductsChanged()
  const form = useForm({
    initial: emptyProduct,
    draft: 'product new',
    send: async values => api.call(createProduct, { body: bodyOf(values, true) }),
    done(product) {
      changed(product)
      notice({ text: `${product.name} is in the catalogue` })
      void navigate(`/products/${product.id}`, { replace: true })
    },
  })
  return (
    <Page title="New product" back={{ to: '/products', label: 'To the products' }}>
      <Columns
        main={
          <Form form={form} label="New product" act="Create product" isLong>
            <ProductFields form={form} isNew />
          </Form>
        }
        side={<ProductPreview values={form.values} imageUrl={null} />}
      />
    </Page>
  )
}
