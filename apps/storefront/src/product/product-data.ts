import type { Product } from '@shopfleet/contracts'

/** A product for search engines (schema.org). Pure. */
export function productData(product: Product, origin: string) {
  const whole = (url: string) => (url.startsWith('/') ? origin + url : url)
  const { brand } = product.attributes
  const prices = product.variants.map(variant => variant.price)
  return {
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: product.name,
    description: product.description,
    sku: product.sku,
    image: product.images.map(({ url }) => whole(url)),
    ...(typeof brand === 'string' ? { brand: { '@type': 'Brand', name: brand } } : {}),
    ...(product.rating_average !== null && product.rating_count > 0
      ? {
          aggregateRating: {
            '@type': 'AggregateRating',
            ratingValue: product.rating_average,
            reviewCount: product.rating_count,
          },
        }
      : {}),
    offers: {
      ...(prices.length > 0
        ? {
            '@type': 'AggregateOffer',
            lowPrice: Math.min(...prices),
            highPrice: Math.max(...prices),
            offerCount: prices.length,
          }
        : { '@type': 'Offer', price: product.price }),
      url: `${origin}/products/${product.slug}`,
      priceCurrency: product.currency,
      availability: `https://schema.org/${product.stock_quantity > 0 ? 'InStock' : 'OutOfStock'}`,
      itemCondition: 'https://schema.org/NewCondition',
    },
  }
}
