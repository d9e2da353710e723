import { useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { LineSkeleton } from '../ui/skeletons.tsx'
import { ProductFrame } from './product-frame.tsx'

export function ProductSkeleton() {
  const t = useTexts(shopTexts)
  return (
    <div role="status" aria-busy="true" aria-label={t.loading}>
      <div style={{ paddingTop: 22 }}>
        <Skeleton width={220} />
      </div>
      <ProductFrame>
        <Skeleton ratio={1} radius={22} />
        <div>
          <Skeleton width="30%" />
          <Skeleton width="80%" height={46} />
          <Skeleton width="25%" height={28} />
          <LineSkeleton lines={5} />
        </div>
      </ProductFrame>
    </div>
  )
}
