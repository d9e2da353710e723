import type { SavedAddress } from '@shopfleet/contracts'
import { countryName } from '../checkout/countries.ts'
import { useShop } from '../shop.tsx'

/** How an address is called before people. */
export const nameOf = ({ label, address }: SavedAddress): string => label ?? address.name ?? address.line1

/** An address as it stands on a parcel, below what it is called. */
export function AddressLines({ saved }: { saved: SavedAddress }) {
  const { language } = useShop()
  const { address } = saved
  const name = nameOf(saved)
  const lines = [
    address.name,
    address.line1,
    address.line2,
    `${address.postal_code} ${address.city}`,
    address.region,
    countryName(address.country, language),
    address.phone,
  ]
  return (
    <address style={{ fontStyle: 'normal', lineHeight: 1.6, overflowWrap: 'anywhere' }}>
      <strong style={{ fontWeight: 550 }}>{name}</strong>
      {lines
        .filter(line => line && line !== name)
        .map(line => (
          <div key={line} className="quiet">
            {line}
          </div>
        ))}
    </address>
  )
}
