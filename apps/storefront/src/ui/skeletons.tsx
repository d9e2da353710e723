import { useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { ProductGrid } from './product-grid.tsx'
import { Skeleton } from './skeleton.tsx'
import { styled } from './styled.ts'

const Busy = styled('div')({})

/** The shape of what is coming. */
export function CardSkeleton() {
  return (
    <div>
      <Skeleton ratio={1} radius={14} />
      <div style={{ marginTop: 14 }}>
        <Skeleton width="70%" />
        <Skeleton width="30%" />
      </div>
    </div>
  )
}

export function GridSkeleton({ count = 8 }: { count?: number }) {
  const t = useTexts(shopTexts)
  return (
    <Busy aria-busy="true" aria-label={t.loading} role="status">
      <ProductGrid>
        {Array.from({ length: count }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike.
          <CardSkeleton key={i} />
        ))}
      </ProductGrid>
    </Busy>
  )
}

export function LineSkeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div aria-hidden="true">
      {Array.from({ length: lines }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike.
        <Skeleton key={i} width={`${92 - i * 14}%`} />
      ))}
    </div>
  )
}
