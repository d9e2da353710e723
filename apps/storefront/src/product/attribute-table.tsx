import type { Product } from '@shopfleet/contracts'
import { useFormats, useShop, useTexts } from '../shop.tsx'
import { attributeName } from '../texts/attributes.ts'
import { browseTexts } from '../texts/browse.ts'
import { styled } from '../ui/styled.ts'

const List = styled('dl')(({ theme }) => ({
  fontSize: '0.9375rem',
  '& > div': {
    display: 'grid',
    gridTemplateColumns: 'minmax(120px, 2fr) 3fr',
    gap: 16,
    paddingBlock: 11,
    borderTop: `1px solid ${theme.vars.palette.divider}`,
  },
  '& dt': { color: theme.vars.palette.text.secondary },
}))

/** What a product is like, in rows. */
export function AttributeTable({ product }: { product: Product }) {
  const { language } = useShop()
  const t = useTexts(browseTexts)
  const { number } = useFormats()
  const say = (value: string | number | boolean) =>
    typeof value === 'boolean' ? (value ? t.yes : t.no) : typeof value === 'number' ? number(value) : value
  return (
    <List>
      {Object.entries(product.attributes).map(([key, value]) => {
        const { label, unit } = attributeName(key, language)
        return (
          <div key={key}>
            <dt>{label}</dt>
            <dd>{say(value) + unit}</dd>
          </div>
        )
      })}
      <div>
        <dt>{t.articleNumber}</dt>
        <dd>{product.sku}</dd>
      </div>
    </List>
  )
}
