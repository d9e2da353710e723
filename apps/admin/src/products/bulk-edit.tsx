import Button from '@mui/material/Button'
import Typography from '@mui/material/Typography'
import { getCatalogueProduct, type Product, updateProduct } from '@shopfleet/contracts'
import { useState } from 'react'
import { api } from '../api.ts'
import { count } from '../formats.ts'
import { FieldErrors, problemText } from '../problem.ts'
import { Field, Select, useForm } from '../ui/form.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { useNotice } from '../ui/notice.tsx'
import { newPrice, type PriceChange } from './price-change.ts'
import { useCategoryChoices, useProductsChanged } from './product-queries.ts'

type Change = Partial<Pick<Product, 'price' | 'is_active' | 'category_id'>>
type Changed = Pick<Product, 'id' | 'name'> & Change
type Priced = Pick<Product, 'id' | 'name' | 'price' | 'currency'>

/** What has a price of its own: of a product with variants these. */
async function pricedOf(products: Product[]): Promise<Priced[]> {
  const priced: Priced[] = []
  for (const product of products) {
    if (product.variant_count === 0) priced.push(product)
    else priced.push(...(await api.call(getCatalogueProduct, { params: { id: product.id } })).variants)
  }
  return priced
}

/** What is changed of many products at once, one after the other; and the way back. */
export function useChangeMany(onDone: () => void = () => {}) {
  const notice = useNotice()
  const changed = useProductsChanged()
  const [isPending, setPending] = useState(false)

  async function run<One extends Changed>(products: One[], changeOf: (product: One) => Change) {
    const done: One[] = []
    const refused: string[] = []
    setPending(true)
    for (const product of products) {
      try {
        await api.call(updateProduct, { params: { id: product.id }, body: changeOf(product) })
        done.push(product)
      } catch (error) {
        refused.push(`${product.name}: ${problemText(error)}`)
      }
    }
    setPending(false)
    changed()
    return { done, refused }
  }

  return {
    isPending,
    async change<One extends Changed>(products: One[], changeOf: (product: One) => Change): Promise<void> {
      const { done, refused } = await run(products, changeOf)
      const names = Object.keys(changeOf(products[0]!)) as (keyof Change)[]
      const before = (product: One) => Object.fromEntries(names.map(name => [name, product[name]])) as Change
      const undo = {
        async act() {
          const back = await run(done, before)
          notice({
            text: back.refused.length === 0 ? 'As it was before' : back.refused.join(' '),
            kind: back.refused.length === 0 ? 'success' : 'error',
          })
        },
      }
      const text = `${count(done.length)} ${done.length === 1 ? 'product' : 'products'} changed`
      if (refused.length === 0) notice({ text, undo })
      else
        notice({
          text: `${text}. ${refused.slice(0, 3).join(' ')}`,
          kind: 'error',
          ...(done.length > 0 ? { undo } : {}),
        })
      onDone()
    },
  }
}

export function BulkEdit({ products, onDone }: { products: Product[]; onDone: () => void }) {
  const [dialog, setDialog] = useState<'price' | 'category' | undefined>()
  const { change, isPending } = useChangeMany(onDone)
  const close = () => setDialog(undefined)
  const setActive = (is_active: boolean) => void change(products, () => ({ is_active }))
  return (
    <>
      <Button variant="outlined" disabled={isPending} onClick={() => setDialog('price')}>
        Price
      </Button>
      <Button variant="outlined" disabled={isPending} onClick={() => setDialog('category')}>
        Category
      </Button>
      <Button variant="outlined" disabled={isPending} onClick={() => setActive(true)}>
        Put on sale
      </Button>
      <Button variant="outlined" disabled={isPending} onClick={() => setActive(false)}>
        Take off sale
      </Button>
      {dialog === 'price' ? <PriceDialog products={products} change={change} onClose={close} /> : null}
      {dialog === 'category' ? <CategoryDialog products={products} change={change} onClose={close} /> : null}
    </>
  )
}

interface DialogProps {
  products: Product[]
  change: ReturnType<typeof useChangeMany>['change']
  onClose: () => void
}

export function PriceDialog({ products, change, onClose }: DialogProps) {
  const form = useForm({
    initial: { how: 'percent' as string, value: '' },
    async send({ how, value }) {
      const by = Number(value.replace(',', '.').replace('%', ''))
      if (value.trim() === '' || !Number.isFinite(by)) throw new FieldErrors({ value: 'A number.' })
      const priced = await pricedOf(products)
      const prices = new Map(priced.map(product => [product.id, newPrice(product, how as PriceChange, by)]))
      if ([...prices.values()].some(price => price < 0))
        throw new FieldErrors({ value: 'A price would be below zero.' })
      onClose()
      await change(priced, product => ({ price: prices.get(product.id)! }))
    },
  })
  return (
    <FormDialog
      title={products.length === 1 ? `Price of ${products[0]!.name}` : `Price of ${count(products.length)} products`}
      act="Change prices"
      form={form}
      onClose={onClose}
    >
      <Select
        form={form}
        name="how"
        label="How"
        choices={[
          { value: 'percent', label: 'By percent' },
          { value: 'add', label: 'By an amount' },
          { value: 'set', label: 'To one price' },
        ]}
      />
      <Field
        form={form}
        name="value"
        label={form.values.how === 'percent' ? 'Percent' : 'Amount'}
        helperText={form.values.how === 'set' ? 'The new price of all of them.' : 'With a minus they become cheaper.'}
        autoFocus
        slotProps={{ htmlInput: { inputMode: 'decimal' } }}
      />
      <Typography variant="caption" color="textSecondary">
        {products.some(product => product.variant_count > 0) ? 'Variants change each by themselves. ' : null}
        Orders that were placed keep their prices. You can undo it right afterwards.
      </Typography>
    </FormDialog>
  )
}

function CategoryDialog({ products, change, onClose }: DialogProps) {
  const form = useForm({
    initial: { category_id: '' },
    async send({ category_id }) {
      onClose()
      await change(products, () => ({ category_id: category_id || null }))
    },
  })
  return (
    <FormDialog
      title={
        products.length === 1 ? `Category of ${products[0]!.name}` : `Category of ${count(products.length)} products`
      }
      act="Move"
      form={form}
      onClose={onClose}
    >
      <Select form={form} name="category_id" label="Category" choices={useCategoryChoices('No category')} />
    </FormDialog>
  )
}
