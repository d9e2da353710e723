import { getProduct } from '@shopfleet/contracts'
import { useQueries } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { keep, kept } from '../kept.ts'
import { useShop, useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { ProductCard } from '../ui/product-card.tsx'
import { ProductShelf } from '../ui/product-shelf.tsx'
import { Section } from '../ui/section.tsx'
import { seenAfter, seenKey, seenOf } from './seen.ts'

/** Remembers, in this browser only, that a product was looked at. */
export function useSeen(slug: string): void {
  useEffect(() => keep(seenKey, seenAfter(kept(seenKey), slug)), [slug])
}

/** What was looked at before, newest first. Nothing on the server, and nothing for who has seen nothing. */
export function RecentlyViewed({ except }: { except?: string }) {
  const { api } = useShop()
  const t = useTexts(browseTexts)
  const [slugs, setSlugs] = useState<string[]>([])
  useEffect(
    () =>
      setSlugs(
        seenOf(kept(seenKey))
          .filter(slug => slug !== except)
          .slice(0, 4),
      ),
    [except],
  )
  const products = useQueries({
    queries: slugs.map(slug => ({
      queryKey: ['product', slug],
      staleTime: 60_000,
      retry: false,
      queryFn: () => api.call(getProduct, { params: { id: slug } }),
    })),
    combine: results => results.flatMap(({ data }) => data ?? []),
  })
  if (products.length === 0) return null
  return (
    <Section title={t.recentlyViewed}>
      <ProductShelf>
        {products.map(product => (
          <ProductCard key={product.id} product={product} />
        ))}
      </ProductShelf>
    </Section>
  )
}
