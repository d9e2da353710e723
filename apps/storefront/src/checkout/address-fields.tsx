import { useShop, useTexts } from '../shop.tsx'
import { checkoutTexts } from '../texts/checkout.ts'
import { Field, type Values } from '../ui/field.tsx'
import { styled } from '../ui/styled.ts'
import { countriesIn } from './countries.ts'
import type { AddressField } from './draft.ts'

const Grid = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 16,
  [theme.breakpoints.up('sm')]: {
    gridTemplateColumns: 'repeat(6, minmax(0, 1fr))',
    '& > *': { gridColumn: 'span 6' },
    '& > .third': { gridColumn: 'span 2' },
    '& > .rest': { gridColumn: 'span 4' },
    '& > .half': { gridColumn: 'span 3' },
  },
}))

export interface AddressFieldsProps {
  values: Values<AddressField>
  onChange(values: Values<AddressField>): void
  errors: Record<string, string>
  /** Where the address stands in the body of the request. */
  prefix?: string
}

/** An address, in the words browsers know how to fill in. */
export function AddressFields({ values, onChange, errors, prefix = 'shipping_address' }: AddressFieldsProps) {
  const t = useTexts(checkoutTexts)
  const { language } = useShop()
  const field = (name: AddressField, label: string, autoComplete: string, longest: number, more: object = {}) => (
    <Field
      name={`${prefix}.${name}`}
      label={label}
      autoComplete={`shipping ${autoComplete}`}
      errors={errors}
      value={values[name]}
      onChange={event => onChange({ ...values, [name]: event.target.value })}
      slotProps={{ htmlInput: { maxLength: longest } }}
      {...more}
    />
  )
  return (
    <Grid>
      <Field
        name={`${prefix}.country`}
        label={t.country}
        autoComplete="shipping country"
        errors={errors}
        select
        required
        value={values.country}
        onChange={event => onChange({ ...values, country: event.target.value })}
        slotProps={{ select: { native: true }, inputLabel: { shrink: true } }}
      >
        <option value="">{t.chooseCountry}</option>
        {countriesIn(language).map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </Field>
      {field('name', t.name, 'name', 200, { required: true })}
      {field('line1', t.line1, 'address-line1', 200, { required: true })}
      {field('line2', t.line2, 'address-line2', 200)}
      {field('postal_code', t.postalCode, 'postal-code', 20, { required: true, className: 'third' })}
      {field('city', t.city, 'address-level2', 100, { required: true, className: 'rest' })}
      {field('region', t.region, 'address-level1', 100, { className: 'half' })}
      {field('phone', t.phone, 'tel', 40, { type: 'tel', className: 'half', helperText: t.phoneHelp })}
    </Grid>
  )
}
