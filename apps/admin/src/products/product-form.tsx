import Add from '@mui/icons-material/Add'
import DeleteOutlined from '@mui/icons-material/DeleteOutlined'
import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import IconButton from '@mui/material/IconButton'
import Stack from '@mui/material/Stack'
import TextField from '@mui/material/TextField'
import Typography from '@mui/material/Typography'
import type { BodyOf, createProduct, Product } from '@shopfleet/contracts'
import { FieldErrors } from '../problem.ts'
import { Check, Field, type FormState, Row, Select } from '../ui/form.tsx'
import { Section } from '../ui/page.tsx'
import { useCategoryChoices } from './product-queries.ts'

/** What staff write about a product: the same fields for a new one and for one there is. */

export interface ProductValues extends Record<string, string | boolean> {
  name: string
  description: string
  price: string
  currency: string
  sku: string
  slug: string
  category_id: string
  is_active: boolean
  stock: string
  /** Lines of `name = value`. */
  attributes: string
}

export const emptyProduct: ProductValues = {
  ...{ name: '', description: '', price: '', currency: 'USD', sku: '', slug: '', category_id: '' },
  ...{ is_active: true, stock: '', attributes: '' },
}

export const valuesOf = (product: Product): ProductValues => ({
  name: product.name,
  description: product.description,
  price: String(product.price),
  currency: product.currency,
  sku: product.sku,
  slug: product.slug,
  category_id: product.category_id ?? '',
  is_active: product.is_active,
  stock: '',
  attributes: JSON.stringify(Object.entries(product.attributes).map(([name, value]) => [name, String(value)])),
})

type Body = BodyOf<typeof createProduct>
type Attribute = [name: string, value: string]
export const attributesOf = (text: string): Attribute[] => (text ? JSON.parse(text) : [])

/** “3” is a number, “true” a truth value, anything else a text. */
function attributeValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return text !== '' && String(Number(text)) === text ? Number(text) : text
}

/** As the platform takes it. Throws `FieldErrors` for what it could not even ask. */
export function bodyOf(values: ProductValues, isNew: boolean): Body {
  const errors: Record<string, string> = {}
  const price = Number(values.price.replace(',', '.'))
  if (values.name.trim() === '') errors.name = 'A product needs a name.'
  if (values.price.trim() === '' || !Number.isFinite(price) || price < 0) errors.price = 'A price, zero or more.'
  if (values.stock !== '' && !/^\d+$/.test(values.stock)) errors.stock = 'A whole number, zero or more.'
  const attributes = attributesOf(values.attributes).filter(
    ([name, value]) => name.trim() !== '' || value.trim() !== '',
  )
  const bad = attributes.find(([name]) => !/^[a-z][a-z0-9_]{0,49}$/.test(name.trim()))
  if (bad) errors.attributes = `“${bad[0]}” is no name: small letters, digits and underscores, beginning with a letter.`
  if (Object.keys(errors).length > 0) throw new FieldErrors(errors)
  return {
    name: values.name.trim(),
    description: values.description,
    price,
    currency: values.currency.trim().toUpperCase(),
    category_id: values.category_id || null,
    is_active: values.is_active,
    attributes: Object.fromEntries(attributes.map(([name, value]) => [name.trim(), attributeValue(value.trim())])),
    ...(values.sku.trim() ? { sku: values.sku.trim() } : {}),
    ...(values.slug.trim() ? { slug: values.slug.trim() } : {}),
    ...(isNew && values.stock !== '' ? { stock_quantity: Number(values.stock) } : {}),
  }
}

/** Only what was changed: what somebody else has changed meanwhile stays. */
export function changesOf(product: Product, values: ProductValues): Partial<Body> {
  const [wanted, before] = [bodyOf(values, false), bodyOf(valuesOf(product), false)]
  const names = (Object.keys(wanted) as (keyof Body)[]).filter(
    name => JSON.stringify(wanted[name]) !== JSON.stringify(before[name]),
  )
  // An amount means nothing without its currency.
  const priced = names.includes('currency') ? [...names, 'price' as const] : names
  return Object.fromEntries(priced.map(name => [name, wanted[name]]))
}

interface ProductFieldsProps {
  form: FormState<ProductValues>
  isNew: boolean
  /** Its price is theirs. */
  hasVariants?: boolean
  /** What it is and where it belongs its product says. */
  isVariant?: boolean
}

export function ProductFields({ form, isNew, hasVariants = false, isVariant = false }: ProductFieldsProps) {
  const categories = useCategoryChoices('No category')
  return (
    <>
      <Section title="What it is">
        <Stack sx={{ gap: 2, pt: 1 }}>
          <Field form={form} name="name" label="Name" required slotProps={{ htmlInput: { maxLength: 255 } }} />
          {isVariant ? null : (
            <>
              <Field
                form={form}
                name="description"
                label="Description"
                multiline
                minRows={5}
                slotProps={{ htmlInput: { maxLength: 10_000 } }}
              />
              <Select form={form} name="category_id" label="Category" choices={categories} />
            </>
          )}
        </Stack>
      </Section>
      <Section title={isNew ? 'Price and stock' : 'Price'}>
        <Stack sx={{ gap: 2, pt: 1 }}>
          <Row>
            <Field
              form={form}
              name="price"
              label={hasVariants ? 'Lowest price' : 'Price'}
              required
              disabled={hasVariants}
              helperText={hasVariants ? 'Of its variants: each has its own.' : undefined}
              slotProps={{ htmlInput: { inputMode: 'decimal' } }}
            />
            <Field
              form={form}
              name="currency"
              label="Currency"
              disabled={hasVariants || isVariant}
              slotProps={{ htmlInput: { maxLength: 3 } }}
            />
            {isNew ? (
              <Field
                form={form}
                name="stock"
                label="Opening stock"
                helperText="Later changes are made under Stock."
                slotProps={{ htmlInput: { inputMode: 'numeric' } }}
              />
            ) : null}
          </Row>
          <Check form={form} name="is_active" label="For sale" />
        </Stack>
      </Section>
      {isVariant ? null : (
        <Section title="Attributes">
          <AttributeFields form={form} />
        </Section>
      )}
      <Section title="Names for machines">
        <Stack sx={{ gap: 2, pt: 1 }}>
          <Row>
            <Field
              form={form}
              name="sku"
              label="SKU"
              helperText={isNew ? 'Left empty, it is made from the name.' : ' '}
            />
            <Field
              form={form}
              name="slug"
              label="Address in the shop"
              helperText={isNew ? 'Left empty, it is made from the name.' : `/products/${form.values.slug}`}
            />
          </Row>
        </Stack>
      </Section>
    </>
  )
}

function AttributeFields({ form }: { form: FormState<ProductValues> }) {
  const attributes = attributesOf(form.values.attributes)
  const write = (next: Attribute[]) => form.set('attributes', JSON.stringify(next))
  const change = (at: number, part: 0 | 1, text: string) =>
    write(attributes.map((one, i) => (i === at ? (one.with(part, text) as Attribute) : one)))
  return (
    <Stack sx={{ gap: 1.25 }}>
      <Typography variant="body2" color="textSecondary">
        What it can be filtered by and compared with in the shop: colour, size, material.
      </Typography>
      {attributes.map(([name, value], i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the line is what it is by its place.
        <Stack key={i} direction="row" sx={{ gap: 1, alignItems: 'center' }}>
          <TextField
            value={name}
            onChange={event => change(i, 0, event.target.value)}
            slotProps={{ htmlInput: { 'aria-label': `Name of attribute ${i + 1}`, maxLength: 50 } }}
            placeholder="colour"
          />
          <TextField
            value={value}
            onChange={event => change(i, 1, event.target.value)}
            slotProps={{ htmlInput: { 'aria-label': `Value of attribute ${i + 1}`, maxLength: 500 } }}
            placeholder="red"
          />
          <IconButton
            aria-label={`Remove ${name || `attribute ${i + 1}`}`}
            onClick={() => write(attributes.toSpliced(i, 1))}
          >
            <DeleteOutlined fontSize="small" />
          </IconButton>
        </Stack>
      ))}
      {form.fields.attributes ? (
        <Typography variant="caption" color="error" role="alert">
          {form.fields.attributes}
        </Typography>
      ) : null}
      <Box>
        <Button startIcon={<Add />} onClick={() => write([...attributes, ['', '']])}>
          Add attribute
        </Button>
      </Box>
    </Stack>
  )
}
