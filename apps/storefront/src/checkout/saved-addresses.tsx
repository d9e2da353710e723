import type { SavedAddress } from '@shopfleet/contracts'
import { useShop, useTexts } from '../shop.tsx'
import { checkoutTexts } from '../texts/checkout.ts'
import { styled } from '../ui/styled.ts'
import { countryName } from './countries.ts'

const Choices = styled('div')(({ theme }) => ({
  display: 'grid',
  border: `1px solid ${theme.vars.palette.ink.line}`,
  borderRadius: 14,
  overflow: 'hidden',
  '& label': {
    display: 'grid',
    gridTemplateColumns: 'auto 1fr',
    gap: 14,
    padding: '16px 18px',
    cursor: 'pointer',
    borderTop: `1px solid ${theme.vars.palette.divider}`,
    '&:first-of-type': { borderTop: 0 },
    '&:has(input:checked)': { background: theme.vars.palette.background.sunken },
    '&:has(input:focus-visible)': { outline: `2px solid ${theme.vars.palette.secondary.main}`, outlineOffset: -2 },
  },
  '& input': { width: 20, height: 20, margin: '2px 0 0', accentColor: theme.vars.palette.secondary.main },
  '& strong': { fontWeight: 550, display: 'block' },
  '& small': { fontSize: '0.9375rem', color: theme.vars.palette.text.secondary },
}))

export interface SavedAddressesProps {
  addresses: readonly SavedAddress[]
  value: string
  onChange(id: string): void
}

/** Choosing one of the customer's addresses, or another one. */
export function SavedAddresses({ addresses, value, onChange }: SavedAddressesProps) {
  const t = useTexts(checkoutTexts)
  const { language } = useShop()
  return (
    <Choices role="radiogroup" aria-label={t.savedAddresses}>
      {addresses.map(({ id, label, address }) => (
        <label key={id}>
          <input type="radio" name="saved_address" value={id} checked={value === id} onChange={() => onChange(id)} />
          <span>
            <strong>{label ?? address.name ?? address.line1}</strong>
            <small>
              {[
                label ? address.name : undefined,
                address.line1,
                address.line2,
                `${address.postal_code} ${address.city}`,
                countryName(address.country, language),
              ]
                .filter(Boolean)
                .join(', ')}
            </small>
          </span>
        </label>
      ))}
      <label>
        <input
          type="radio"
          name="saved_address"
          value="new"
          checked={value === 'new'}
          onChange={() => onChange('new')}
        />
        <strong>{t.newAddress}</strong>
      </label>
    </Choices>
  )
}
