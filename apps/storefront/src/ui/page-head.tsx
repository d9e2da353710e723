import { useShopName } from '../profile.ts'
import { useShop } from '../shop.tsx'

export interface PageHeadProps {
  title: string
  /** The title names the shop already. */
  isWholeTitle?: boolean
  description?: string
  /** Path of the page whatever its address says besides; without one the page asks not to be found. */
  canonical?: string
  image?: string | null
  /** Structured data (schema.org). */
  data?: object | readonly object[]
}

/** Title, description, canonical address and structured data of a page; React puts them into the head. */
export function PageHead({ title, isWholeTitle, description, canonical, image, data }: PageHeadProps) {
  const { origin } = useShop()
  const name = useShopName()
  const full = isWholeTitle ? title : `${title} · ${name}`
  const whole = (path: string) => (path.startsWith('/') ? origin + path : path)
  return (
    <>
      <title>{full}</title>
      {description ? <meta name="description" content={description} /> : null}
      {canonical === undefined ? <meta name="robots" content="noindex" /> : null}
      {canonical === undefined ? null : <link rel="canonical" href={whole(canonical)} />}
      <meta property="og:title" content={title} />
      <meta property="og:site_name" content={name} />
      {description ? <meta property="og:description" content={description} /> : null}
      {image ? <meta property="og:image" content={whole(image)} /> : null}
      {data ? (
        <script
          type="application/ld+json"
          // biome-ignore lint/security/noDangerouslySetInnerHtml: JSON with every `<` escaped.
          dangerouslySetInnerHTML={{ __html: JSON.stringify(data).replaceAll('<', '\\u003c') }}
        />
      ) : null}
    </>
  )
}
