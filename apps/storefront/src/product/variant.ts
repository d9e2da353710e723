import type { Product, Variant } from '@shopfleet/contracts'

/** Choosing among the variants of a product. Pure. */

type Options = Variant['options']

/** The values there are of an option, in the order of the variants. */
export const valuesOf = (variants: readonly Variant[], name: string): string[] => [
  ...new Set(variants.map(variant => variant.options[name]!)),
]

/** A product's pictures, and among them that of the variant that is chosen. */
export function picturesWith(
  { images, name }: Pick<Product, 'images' | 'name'>,
  url: string | null,
): Product['images'] {
  return url === null || images.some(image => image.url === url) ? images : [{ url, alt: name }, ...images]
}

/**
 * The variant one gets by choosing a value: with as much as possible of what was chosen before, and of those alike one that
 * is there.
 */
export function pick(variants: readonly Variant[], before: Options, name: string, value: string): Variant {
  const fit = ({ options, stock_quantity }: Variant) => {
    const kept = Object.keys(options).filter(other => other !== name && options[other] === before[other])
    return kept.length * 2 + (stock_quantity > 0 ? 1 : 0)
  }
  const having = variants.filter(variant => variant.options[name] === value)
  return having.reduce((best, one) => (fit(one) > fit(best) ? one : best))
}
