import Add from '@mui/icons-material/Add'
import Button from '@mui/material/Button'
import { createVariant, type Product } from '@shopfleet/contracts'
import { useState } from 'react'
import { api } from '../api.ts'
import { money, words } from '../formats.ts'
import { FieldErrors } from '../problem.ts'
import { Field, Row, useForm } from '../ui/form.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { SimpleTable } from '../ui/simple-table.tsx'
import { Pictured } from '../ui/thumbnail.tsx'
import { PriceDialog, useChangeMany } from './bulk-edit.tsx'
import { useProductsChanged } from './product-queries.ts'

export const optionsText = (options: Record<string, string>): string =>
  Object.entries(options)
    .map(([name, value]) => `${words(name)}: ${value}`)
    .join(', ')

/** What a product comes in. Each variant is a product with a page of its own: price, pictures and stock are changed there. */
export function Variants({ product }: { product: Product }) {
  const [dialog, setDialog] = useState<'add' | 'price' | undefined>()
  const { change, isPending } = useChangeMany()
  const close = () => setDialog(undefined)
  const options = Object.keys(product.variants[0]?.options ?? {})
  return (
    <Section
      title="Variants"
      isFlush
      actions={
        <>
          {product.variants.length > 0 ? (
            <Button disabled={isPending} onClick={() => setDialog('price')}>
              Change prices
            </Button>
          ) : null}
          <Button startIcon={<Add />} onClick={() => setDialog('add')}>
            Add variant
          </Button>
        </>
      }
    >
      <SimpleTable
        name={`variants-of-${product.sku}`}
        label={`Variants of ${product.name}`}
        rows={product.variants}
        id={one => one.id}
        href={one => `/products/${one.id}`}
        empty="It comes as it is. With variants, one of them is bought instead, each with its own price and stock."
        columns={[
          {
            label: options.map(words).join(' / ') || 'Variant',
            value: one => optionsText(one.options),
            cell: one => (
              <Pictured
                url={one.image_url}
                name={options.map(name => one.options[name]).join(' / ')}
                more={one.is_active ? undefined : 'Not for sale'}
              />
            ),
            isLink: true,
          },
          { label: 'SKU', value: one => one.sku, isSpare: true },
          { label: 'Available', value: one => one.stock_quantity, align: 'right' },
          { label: 'Price', value: one => one.price, cell: one => money(one.price, one.currency), align: 'right' },
        ]}
      />
      {dialog === 'add' ? <VariantDialog product={product} onClose={close} /> : null}
      {dialog === 'price' ? <PriceDialog products={[product]} change={change} onClose={close} /> : null}
    </Section>
  )
}

function VariantDialog({ product, onClose }: { product: Product; onClose: () => void }) {
  const notice = useNotice()
  const changed = useProductsChanged()
  // All variants have the same options: those of the first say which.
  const names = Object.keys(product.variants[0]?.options ?? {})
  const form = useForm({
    initial: {
      names: names.join(', '),
      values: '',
      price: String(product.price),
      stock: '',
      sku: '',
    },
    async send(typed) {
      const list = (text: string) =>
        text
          .split(',')
          .map(part => part.trim())
          .filter(Boolean)
      const [options, values] = [list(typed.names), list(typed.values)]
      const price = Number(typed.price.replace(',', '.'))
      const errors: Record<string, string> = {}
      if (options.length === 0) errors.names = 'At least one, such as size.'
      if (values.length !== options.length) errors.values = `One value for each option: ${options.length || 1}.`
      if (!Number.isFinite(price) || price < 0 || typed.price.trim() === '') errors.price = 'A price, zero or more.'
      if (typed.stock !== '' && !/^\d+$/.test(typed.stock)) errors.stock = 'A whole number, zero or more.'
      if (Object.keys(errors).length > 0) throw new FieldErrors(errors)
      return api.call(createVariant, {
        params: { id: product.id },
        body: {
          options: Object.fromEntries(options.map((name, i) => [name, values[i]!])),
          price,
          ...(typed.stock === '' ? {} : { stock: Number(typed.stock) }),
          ...(typed.sku.trim() ? { sku: typed.sku.trim() } : {}),
        },
      })
    },
    done(variant) {
      changed()
      notice({ text: `${optionsText(variant.options)} is there` })
      onClose()
    },
  })
  return (
    <FormDialog title="Add a variant" act="Add variant" form={form} onClose={onClose}>
      <Row>
        <Field
          form={form}
          name="names"
          label="Options"
          placeholder="size, colour"
          disabled={names.length > 0}
          helperText="Small letters, with commas between."
        />
        <Field
          form={form}
          name="values"
          label="Values"
          placeholder="M, red"
          autoFocus
          helperText="In the same order."
        />
      </Row>
      <Row>
        <Field id="variant-price" form={form} name="price" label={`Price in ${product.currency}`} />
        <Field form={form} name="stock" label="Opening stock" slotProps={{ htmlInput: { inputMode: 'numeric' } }} />
      </Row>
      <Field id="variant-sku" form={form} name="sku" label="SKU" helperText="Left empty, it is made from the name." />
    </FormDialog>
  )
}
