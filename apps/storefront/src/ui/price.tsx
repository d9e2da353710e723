import { useFormats } from '../shop.tsx'

/** An amount as the visitor's language writes it, in figures of one width. */
export function Price({ amount, currency }: { amount: number; currency: string }) {
  const { money } = useFormats()
  return <span style={{ fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }}>{money(amount, currency)}</span>
}
