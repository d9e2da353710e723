import { Problem, type Product, toMajor, type Variant } from '@shopfleet/contracts'

/** A product as it is read: the wire shape but for the price. */
export type ProductRow = Omit<Product, 'price' | 'variants'> & { price_minor: number }

export function toProduct({ price_minor, ...row }: ProductRow, variants: VariantRow[] = []): Product {
  return { ...row, price: toMajor(price_minor, row.currency), variants: variants.map(toVariant) }
}

/** What a product is found by that is its variants': of each that is for sale. */
export interface Offer {
  sku: string
  options: Record<string, string>
  in_stock: boolean
}

/** A variant as it is read. */
export type VariantRow = Omit<Variant, 'price'> & { price_minor: number }

const toVariant = ({ price_minor, ...row }: VariantRow): Variant => ({
  ...row,
  price: toMajor(price_minor, row.currency),
})

/** A name in the letters of a URL; undefined when none of them is. */
export function slugOf(name: string): string | undefined {
  const slug = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f'’]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 180)
    .replace(/^-+|-+$/g, '')
  return slug || undefined
}

/** A stock-keeping unit made from a slug. */
export const skuOf = (slug: string): string => slug.slice(0, 60).replace(/-+$/, '').toUpperCase()

/** The parts of a product's input that can be given in two ways. */
export interface Ambiguous {
  stock?: number
  stock_quantity?: number
  category?: string
  category_id?: string | null
  image_url?: string
  images?: { url: string; alt?: string }[]
}

const refuse = (pointer: string, detail: string) => new Problem('validation-failed', { errors: [{ pointer, detail }] })

/** Refuses input that says the same thing in two ways. */
export function checkUnambiguous(input: Ambiguous): void {
  if (input.stock !== undefined && input.stock_quantity !== undefined && input.stock !== input.stock_quantity) {
    throw refuse('/stock', 'means the same as stock_quantity; give one of them')
  }
  if (input.category !== undefined && input.category_id !== undefined) {
    throw refuse('/category', 'means the same as category_id; give one of them')
  }
  if (input.image_url !== undefined && input.images !== undefined) {
    throw refuse('/image_url', 'means the same as one of images; give one of them')
  }
}

/** The pictures of an input, each with a text; undefined if it has none. */
export function imagesOf(input: Ambiguous, name: string): Product['images'] | undefined {
  const images = input.images ?? (input.image_url === undefined ? undefined : [{ url: input.image_url }])
  return images?.map(({ url, alt }) => ({ url, alt: alt ?? name }))
}
