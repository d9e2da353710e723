import type { Product } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { productsQuery } from '../catalogue/queries.ts'
import type { Shop } from '../shop.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { ProductCard } from '../ui/product-card.tsx'
import { ProductShelf } from '../ui/product-shelf.tsx'
import { Section } from '../ui/section.tsx'

const shown = 4

/** Others of the same category; one more than is shown, since the product itself may be among them. */
export const relatedQuery = (shop: Pick<Shop, 'api'>, product: Pick<Product, 'category'>) =>
  productsQuery(shop, { category: product.category?.slug ?? '', in_stock: true, limit: shown + 1 })

export function Related({ product }: { product: Product }) {
  const shop = useShop()
  const t = useTexts(browseTexts)
  const { data = [] } = useQuery({ ...relatedQuery(shop, product), enabled: product.category !== null })
  const others = data.filter(one => one.id !== product.id).slice(0, shown)
  if (others.length === 0) return null
  return (
    <Section title={t.related} more={{ to: `/categories/${product.category!.slug}`, label: t.seeAll }}>
      <ProductShelf>
        {others.map(other => (
          <ProductCard key={other.id} product={other} />
        ))}
      </ProductShelf>
    </Section>
  )
}
